import CCurl
import Glibc
import Linux
import Synchronization
import Voice

/// Owns libcurl's handle of one exchange, and what libcurl keeps pointers to meanwhile.
final class CurlExchange {
    let transfer: Transfer
    let easy: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let reason = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var fields = HTTPHeaders()
    private var sent = 0
    private var reader: Int?

    /// Of everything that a server may say before its answer begins.
    private static let mostHeaderBytes = 64 * 1024
    private var headerBytes = 0

    init(_ transfer: Transfer, _ work: HTTPWork) {
        self.transfer = transfer
        easy = curl_easy_init()!  // fails only for want of memory
        reason.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        setUp(caFile: work.caFile)
        let request = transfer.request
        for (name, value) in request.headers { addHeader("\(name): \(value)") }
        // Libcurl would wait for a go-ahead that some servers do not know.
        addHeader("Expect:")
        switch request.method {
        case .get: transfer.uploaded()
        case .head:
            set(CURLOPT_NOBODY, 1)
            transfer.uploaded()
        case .delete:
            set(CURLOPT_CUSTOMREQUEST, "DELETE")
            transfer.uploaded()
        case .post(let body):
            ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            body.withUnsafeBytes { bytes in
                _ = ccurl_set_pointer(
                    easy, CURLOPT_COPYPOSTFIELDS,
                    UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
            transfer.uploaded()
        case .upload(let upload), .put(let upload):
            set(CURLOPT_POST, 1)
            if case .put = request.method { set(CURLOPT_CUSTOMREQUEST, "PUT") }
            // Otherwise libcurl decides by HTTP's version how to say that the length is unknown.
            if let length = upload.length {
                ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(length))
            }
            let unowned = Unmanaged.passUnretained(self).toOpaque()
            ccurl_on_upload(easy, onUpload, onSeek, unowned)
            if upload.length == 0 { transfer.uploaded() }
            reader = upload.addReader { [weak transfer] in
                if let transfer { work.demand([.goOn(transfer)]) }
            }
        }
        ccurl_set_headers(easy, headers)
    }

    deinit {
        if let reader { transfer.request.method.upload?.removeReader(reader) }
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        reason.deallocate()
    }

    private func setUp(caFile: String?) {
        let unowned = Unmanaged.passUnretained(self).toOpaque()
        set(CURLOPT_URL, transfer.request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_HTTP_VERSION, ccurl_http_2_over_tls)
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(transfer.request.limits.connect.inMilliseconds))
        set(CURLOPT_NOSIGNAL, 1)
        // A name that is being looked up holds nobody up.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        _ = ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, reason)
        if let caFile {
            set(CURLOPT_CAINFO, caFile)
            // The system's own, which the file would otherwise replace.
            set(CURLOPT_CAPATH, "/etc/ssl/certs")
        }
        ccurl_on_header(easy, onHeader, unowned)
        ccurl_on_body(easy, onBody, unowned)
    }

    private func set(_ option: CURLoption, _ value: Int) { _ = ccurl_set_long(easy, option, value) }
    private func set(_ option: CURLoption, _ value: String) {
        _ = ccurl_set_string(easy, option, value)
    }

    /// A line break would begin a header of somebody else's making.
    private func addHeader(_ line: String) {
        headers = curl_slist_append(headers, line.filter { !$0.isNewline })
    }

    /// Whatever waited for room, for bytes or for a new deadline goes on.
    func goOn() {
        if let upload = transfer.request.method.upload, upload.hasMore(than: sent) {
            transfer.expectUpload(isProgress: false)
        }
        curl_easy_pause(easy, ccurl_go_on)
    }

    func end(_ result: CURLcode) -> Result<Void, HTTPFailure> {
        guard result != CURLE_OK else { return .success(()) }
        return .failure(Self.failure(result, reason: reason, of: transfer.request))
    }

    /// - Parameter reason: libcurl's own words, if it has any.
    static func failure(
        _ result: CURLcode, reason: UnsafePointer<CChar>, of request: HTTPRequest
    ) -> HTTPFailure {
        let told = String(cString: reason)
        let text = told.isEmpty ? String(cString: curl_easy_strerror(result)) : told
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
            return .unreachable(host: request.host, reason: text)
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
            return .impossible(reason: "\(request.host): \(text)")
        case CURLE_SSL_CACERT_BADFILE: return .impossible(reason: "network.caFile: \(text)")
        case CURLE_OPERATION_TIMEDOUT:
            return .unconnected(host: request.host, after: request.limits.connect)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR:
            return .untrusted(host: request.host, reason: text)
        default: return .broken(host: request.host, reason: text)
        }
    }

    // MARK: - What libcurl calls

    /// - Returns: false to break off.
    fileprivate func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Self.mostHeaderBytes else { return false }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") { fields = HTTPHeaders() }
        let end = text.lastIndex { !$0.isNewline }
        guard let end else {
            transfer.begin(status: ccurl_status(easy), headers: fields)
            return true
        }
        guard let colon = text.firstIndex(of: ":"), colon <= end else { return true }
        let value = text[text.index(after: colon)..<text.index(after: end)]
            .drop(while: \.isWhitespace)
        fields.append(String(text[..<colon]), String(value))
        return true
    }

    fileprivate func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        transfer.receive(bytes) ? bytes.count : ccurl_pause_writing
    }

    fileprivate func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let upload = transfer.request.method.upload else { return 0 }
        guard let count = upload.copy(from: sent, to: buffer) else {
            transfer.awaitUpload()
            return ccurl_pause_reading
        }
        sent += count
        if count == 0 || sent == upload.length {
            transfer.uploaded()
        } else {
            transfer.expectUpload(isProgress: true)
        }
        return count
    }

    fileprivate func seek(to offset: Int) { sent = offset }
}

private func exchange(_ owner: UnsafeMutableRawPointer?) -> CurlExchange {
    Unmanaged<CurlExchange>.fromOpaque(owner!).takeUnretainedValue()
}

private func onHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ owner: UnsafeMutableRawPointer?
) -> Int {
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return exchange(owner).takeHeader(line) ? line.count : 0
}

private func onBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ owner: UnsafeMutableRawPointer?
) -> Int {
    exchange(owner).takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private func onUpload(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ owner: UnsafeMutableRawPointer?
) -> Int {
    exchange(owner).give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
}

private func onSeek(_ owner: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: CInt) -> CInt
{
    guard origin == SEEK_SET else { return CURL_SEEKFUNC_CANTSEEK }
    exchange(owner).seek(to: Int(offset))
    return CURL_SEEKFUNC_OK
}
