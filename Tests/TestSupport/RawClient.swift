import Glibc
import Linux
public import Voice
public import WebSockets

/// A client that sends exactly what it is told to, over a connection of its own, and reads
/// HTTP/1.1 answers.
public final class RawClient {
    private let descriptor: CInt
    private var buffer: [UInt8] = []

    public struct Answer: Sendable {
        public let status: Int
        /// Names in lower case.
        public let headers: [String: String]
        public let body: [UInt8]
        /// When each chunk of a chunked body was there, with the chunk.
        public var chunks: [(moment: Moment, bytes: [UInt8])] = []

        public var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// The connection ended before the answer did, with the bytes that had come, or it was reset.
    public struct Broken: Error {
        public let received: [UInt8]
        public let wasReset: Bool
    }

    /// Nothing came for ten seconds.
    public struct Silence: Error {}

    /// Whoever reads learns of it.
    public struct NobodyListens: Error {
        public let port: Int
    }

    private let port: Int

    public init(port: Int) {
        self.port = port
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        _ = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        var on: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, 4)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    }

    deinit { close(descriptor) }

    public func send(_ text: String) { send(Array(text.utf8)) }

    /// What the other end does not take any more is dropped.
    public func send(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress! + done, bytes.count - done,
                    CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            done += count
        }
    }

    /// Nothing more will be sent.
    public func finish() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// A whole request and its answer.
    public func ask(
        _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8]? = nil
    ) throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        send(Array((head + "\r\n").utf8) + (body ?? []))
        return try answer(hasBody: method != "HEAD")
    }

    /// Reads the next answer.
    public func answer(hasBody: Bool = true) throws -> Answer {
        let first = try line().split(separator: " ")
        var headers: [String: String] = [:]
        while case let line = try line(), !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let status = Int(first[1]) ?? 0
        if status == 100 { return try answer(hasBody: hasBody) }
        guard hasBody else { return Answer(status: status, headers: headers, body: []) }
        if headers["transfer-encoding"] == "chunked" {
            var chunks: [(moment: Moment, bytes: [UInt8])] = []
            while let count = Int(try line(), radix: 16), count > 0 {
                let bytes = try take(count)
                chunks.append((.now, bytes))
                _ = try line()
            }
            _ = try line()
            let body = chunks.flatMap(\.bytes)
            return Answer(status: status, headers: headers, body: body, chunks: chunks)
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        return Answer(status: status, headers: headers, body: try take(length))
    }

    /// Everything until the other end hangs up.
    public func rest() throws -> [UInt8] {
        while try more() {}
        defer { buffer = [] }
        return buffer
    }

    /// The next bytes, as they come.
    public func read(atLeast count: Int) throws -> [UInt8] {
        let first = try take(count)
        defer { buffer = [] }
        return first + buffer
    }

    private func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = buffer[..<end].filter { $0 != 13 }
                buffer.removeSubrange(...end)
                return String(decoding: line, as: UTF8.self)
            }
            guard try more() else { throw Broken(received: buffer, wasReset: false) }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try more() else { throw Broken(received: buffer, wasReset: false) }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// - Returns: false at the end.
    private func more() throws -> Bool {
        var code: CInt = 0
        var got = 0
        buffer += [UInt8](unsafeUninitializedCapacity: 65_536) { room, initialized in
            got = recv(descriptor, room.baseAddress, 65_536, 0)
            code = errno
            initialized = max(got, 0)
        }
        if got >= 0 { return got > 0 }
        if code == ENOTCONN { throw NobodyListens(port: port) }
        if code == ECONNRESET { throw Broken(received: buffer, wasReset: true) }
        throw Silence()
    }
}

/// A request on a connection of its own, for answers that are made by tasks: the thread that waits
/// for it is none of those that run tasks.
public func ask(
    port: Int, _ method: String, _ path: String, headers: [String: String] = [:],
    body: [UInt8]? = nil
) async throws -> RawClient.Answer {
    try await onThread("client") {
        Result { try RawClient(port: port).ask(method, path, headers: headers, body: body) }
    }.get()
}

extension RawClient {
    /// Asks for a WebSocket.
    ///
    /// - Throws: the answer, if it is another one.
    public func webSocket(_ path: String, headers: [String: String] = [:]) throws -> WebSocket {
        let key = Handshake.newKey()
        var all = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key,
        ]
        all.merge(headers) { $1 }
        let answer = try ask("GET", path, headers: all)
        guard answer.status == 101,
            answer.headers["sec-websocket-accept"] == Handshake.answer(to: key)
        else { throw Refused(answer: answer) }
        let own = dup(descriptor)
        _ = fcntl(own, F_SETFL, fcntl(own, F_GETFL) | O_NONBLOCK)
        let (line, early) = (Line(.client), buffer)
        startThread("test socket") {
            line.run(over: SocketTransport(own, early: early))
            shutdown(own, CInt(SHUT_RDWR))
            close(own)
        }
        return WebSocket(line)
    }

    /// A request for a WebSocket that got something else.
    public struct Refused: Error {
        public let answer: Answer
    }
}

/// A WebSocket, over a connection of its own.
public func openSocket(
    port: Int, _ path: String, headers: [String: String] = [:]
) async throws -> WebSocket {
    try await onThread("client") {
        Result { try RawClient(port: port).webSocket(path, headers: headers) }
    }.get()
}
