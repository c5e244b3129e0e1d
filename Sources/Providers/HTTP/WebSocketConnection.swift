import CCurl
import Glibc
import Linux
import Synchronization
import Voice
import WebSockets

extension HTTPClient {
    /// What became of a request for a WebSocket.
    enum WebSocketAnswer: Sendable {
        case open(WebSocket)
        /// The server answered as to any other request: why not, as a rule.
        case refused(status: Int, headers: HTTPHeaders, body: [UInt8])
    }

    /// Opens a WebSocket, which has a thread of its own from here to its end.
    ///
    /// - Parameter request: to be sent with the headers that ask for a WebSocket; its method does
    ///   not matter.
    func webSocket(
        _ request: HTTPRequest, limits: WebSocketLimits = WebSocketLimits()
    ) async throws(HTTPFailure) -> WebSocketAnswer {
        try checkClock(for: request)
        let line = Line(.client, limits: limits)
        // From here on, letting go of it hangs up.
        let socket = WebSocket(line)
        let opening = Opening()
        let caFile = work.caFile
        startThread("websocket") {
            do throws(HTTPFailure) {
                let connection = try CurlSocket(request, caFile: caFile, line: line)
                if let refusal = try connection.upgrade(line) {
                    line.end(.cancelled)
                    return opening.tell(.success(refusal))
                }
                opening.tell(.success(nil))
                line.run(over: connection)
            } catch {
                line.end(.cancelled)
                opening.tell(.failure(error))
            }
        }
        let result = await withTaskCancellationHandler {
            await opening.result()
        } onCancel: {
            line.hangUp()
            // A name that is being looked up keeps the thread for a while.
            opening.tell(.failure(.cancelled))
        }
        return try result.get() ?? .open(socket)
    }
}

/// How it began: the first that is told counts, and one task waits for it.
private final class Opening: Sendable {
    typealias Told = Result<HTTPClient.WebSocketAnswer?, HTTPFailure>
    private let state = Mutex<(told: Told?, waiter: CheckedContinuation<Told, Never>?)>((nil, nil))

    func tell(_ told: Told) {
        let waiter = state.withLock { state -> CheckedContinuation<Told, Never>? in
            guard state.told == nil else { return nil }
            state.told = told
            return state.waiter
        }
        waiter?.resume(returning: told)
    }

    func result() async -> Told {
        await withCheckedContinuation { continuation in
            let told = state.withLock { state in
                state.waiter = continuation
                return state.told
            }
            if let told { continuation.resume(returning: told) }
        }
    }
}

/// A connection that libcurl makes, with its proxies and certificates, and that something else than
/// HTTP/1.1 then goes over. For one thread, which it blocks.
private final class CurlSocket: ByteTransport {
    let descriptor: CInt
    private let request: HTTPRequest
    private let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    private let reason = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// What came behind the head of the answer.
    private var early: [UInt8] = []

    private static let longestHead = 64 * 1024
    private static let longestBody = 64 * 1024

    /// Connects.
    init(_ request: HTTPRequest, caFile: String?, line: Line) throws(HTTPFailure) {
        self.request = request
        easy = curl_easy_init()!  // both fail only for want of memory
        multi = curl_multi_init()!
        reason.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        _ = ccurl_set_string(easy, CURLOPT_URL, request.url)
        _ = ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = ccurl_set_long(easy, CURLOPT_CONNECT_ONLY, 1)
        _ = ccurl_set_long(easy, CURLOPT_HTTPPROXYTUNNEL, 1)
        // A server that is offered HTTP/2 takes it.
        _ = ccurl_set_long(easy, CURLOPT_HTTP_VERSION, ccurl_http_1_1)
        _ = ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        // A name that is being looked up holds nobody up.
        _ = ccurl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        let limit = request.limits.connect
        _ = ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Int(limit.inMilliseconds))
        _ = ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, reason)
        if let caFile {
            _ = ccurl_set_string(easy, CURLOPT_CAINFO, caFile)
            _ = ccurl_set_string(easy, CURLOPT_CAPATH, "/etc/ssl/certs")
        }
        curl_multi_add_handle(multi, easy)
        let result = Self.connect(easy, multi, unless: line)
        descriptor = ccurl_socket(easy)
        guard result == CURLE_OK else {
            if line.isHungUp { throw .cancelled }
            throw CurlExchange.failure(result, reason: reason, of: request)
        }
    }

    deinit {
        // In the set of transfers to its end: libcurl counts on it.
        curl_multi_remove_handle(multi, easy)
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
        reason.deallocate()
    }

    private static func connect(
        _ easy: UnsafeMutableRawPointer, _ multi: UnsafeMutableRawPointer, unless line: Line
    ) -> CURLcode {
        while true {
            var running: CInt = 0
            curl_multi_perform(multi, &running)
            var result = CURLE_OK
            if ccurl_next_done(multi, &result) != nil { return result }
            if line.isHungUp { return CURLE_ABORTED_BY_CALLBACK }
            var wake = curl_waitfd(fd: line.descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
            curl_multi_poll(multi, &wake, 1, 1000, nil)
        }
    }

    /// Asks for the WebSocket.
    ///
    /// - Returns: the answer if it is another one.
    func upgrade(_ line: Line) throws(HTTPFailure) -> HTTPClient.WebSocketAnswer? {
        let key = Handshake.newKey()
        let until = Moment.now + request.limits.firstByte
        var bytes = Array(head(key).utf8)[...]
        while !bytes.isEmpty {
            let step = bytes.withUnsafeBytes { all in
                Result { () throws(WebSocketEnd) in try send(all) }
            }
            if let sent = try step.mapError({ broken("\($0)") }).get() {
                bytes = bytes.dropFirst(sent)
            } else {
                try wait(for: POLLOUT, until: until, line)
            }
        }
        var answer: [UInt8] = []
        while true {
            if let end = answer.endOfHead {
                let head = Array(answer[..<end])
                early = Array(answer[end...])
                return try judge(head, key, until, line)
            }
            guard answer.count < Self.longestHead else { throw broken("its answer has no end") }
            guard try receive(into: &answer, until, line) else {
                throw broken("it hung up without an answer")
            }
        }
    }

    private func head(_ key: String) -> String {
        let scheme = request.url.hasPrefix("https:") ? "https://" : "http://"
        let path = request.url.dropFirst(scheme.count).drop { $0 != "/" && $0 != "?" }
        var head = "GET \(path.hasPrefix("/") ? "" : "/")\(path) HTTP/1.1\r\n"
        var headers = [
            ("Host", request.host), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", key), ("Sec-WebSocket-Version", "13"),
        ]
        headers += request.headers.map { ($0.name, $0.value) }
        for (name, value) in headers {
            head += "\(name): \(value)".filter { !$0.isNewline } + "\r\n"
        }
        return head + "\r\n"
    }

    private func judge(
        _ head: [UInt8], _ key: String, _ until: Moment, _ line: Line
    ) throws(HTTPFailure) -> HTTPClient.WebSocketAnswer? {
        let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count > 1, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
            throw broken("what answers is no HTTP server")
        }
        var headers = HTTPHeaders()
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
            headers.append(String(line[..<colon]), String(value))
        }
        guard status != 101 else {
            guard headers["sec-websocket-accept"] == Handshake.answer(to: key) else {
                throw broken("it answers another WebSocket's key")
            }
            return nil
        }
        return .refused(status: status, headers: headers, body: body(headers, until, line))
    }

    /// Why not stands in the body; one whose end nobody knows is taken as it comes.
    private func body(_ headers: HTTPHeaders, _ until: Moment, _ line: Line) -> [UInt8] {
        let told = headers["content-length"].flatMap { Int($0) } ?? Self.longestBody
        let length = max(0, min(told, Self.longestBody))
        let late = min(until, .now + .seconds(1))
        let isChunked = headers["transfer-encoding"]?.lowercased() == "chunked"
        var bytes = early
        early = []
        while bytes.count < length, !(isChunked && bytes.isWholeChunkedBody),
            (try? receive(into: &bytes, late, line)) == true
        {}
        bytes = Array(bytes.prefix(length))
        return isChunked ? bytes.withoutChunks : bytes
    }

    /// - Returns: false at the end.
    private func receive(
        into bytes: inout [UInt8], _ until: Moment, _ line: Line
    ) throws(HTTPFailure) -> Bool {
        while true {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let step = buffer.withUnsafeMutableBytes { room in
                Result { () throws(WebSocketEnd) in try receive(into: room) }
            }
            if let count = try step.mapError({ broken("\($0)") }).get() {
                bytes += buffer.prefix(count)
                return count > 0
            }
            try wait(for: POLLIN, until: until, line)
        }
    }

    private func wait(
        for event: CInt, until: Moment, _ line: Line
    ) throws(HTTPFailure) {
        var polled = [
            pollfd(fd: descriptor, events: Int16(event), revents: 0),
            pollfd(fd: line.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        poll(&polled, 2, CInt(max(0, min(60_000, (until - .now).inMilliseconds.rounded(.up)))))
        if line.isHungUp { throw .cancelled }
        guard .now < until else {
            throw .timedOut(host: request.host, after: request.limits.firstByte)
        }
        // Something to send cannot be why: nobody has the socket yet.
    }

    private func broken(_ reason: String) -> HTTPFailure {
        .broken(host: request.host, reason: reason)
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) throws(WebSocketEnd) -> Int? {
        if !early.isEmpty {
            let count = min(early.count, buffer.count)
            buffer.copyBytes(from: early.prefix(count))
            early.removeFirst(count)
            return count
        }
        var count = 0
        let result = curl_easy_recv(easy, buffer.baseAddress, buffer.count, &count)
        switch result {
        case CURLE_OK: return count
        case CURLE_AGAIN: return nil
        default: throw .broken(reason: String(cString: curl_easy_strerror(result)))
        }
    }

    func send(_ bytes: UnsafeRawBufferPointer) throws(WebSocketEnd) -> Int? {
        var count = 0
        let result = curl_easy_send(easy, bytes.baseAddress, bytes.count, &count)
        switch result {
        case CURLE_OK: return count
        case CURLE_AGAIN: return nil
        default: throw .broken(reason: String(cString: curl_easy_strerror(result)))
        }
    }
}

extension [UInt8] {
    /// Whether the chunks (RFC 9112, 7.1) are complete: the last has no bytes.
    fileprivate var isWholeChunkedBody: Bool {
        let last = Array("0\r\n\r\n".utf8)
        return elementsEqual(last) || suffix(last.count + 2).elementsEqual([13, 10] + last)
    }

    /// What stands in the chunks, as far as they are complete.
    fileprivate var withoutChunks: [UInt8] {
        var content: [UInt8] = []
        var rest = self[...]
        while let end = rest.firstIndex(of: 10) {
            let size = String(decoding: rest[..<end], as: UTF8.self)
                .prefix { $0.isHexDigit }
            guard let count = Int(size, radix: 16), count > 0 else { break }
            let chunk = rest[rest.index(after: end)...].prefix(count)
            content += chunk
            // Behind each chunk the line ends.
            rest = rest[chunk.endIndex...].dropFirst(2)
        }
        return content
    }

    /// Where an HTTP head ends, if it does.
    fileprivate var endOfHead: Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard count >= mark.count else { return nil }
        return (mark.count...count).first { self[($0 - mark.count)..<$0].elementsEqual(mark) }
    }
}
