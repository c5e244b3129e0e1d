import Voice

/// What is asked of an HTTP server.
struct HTTPRequest: Sendable {
    enum Method: Sendable {
        case get
        case head
        case delete
        /// With a body whose length is known.
        case post([UInt8])
        /// With a body that is still being made: chunked in HTTP/1.1.
        case upload(HTTPUpload)
        /// To be kept under the URL. Complete, so that its length is known.
        case put(HTTPUpload)

        /// The body that is read piece by piece, if there is one.
        var upload: HTTPUpload? {
            switch self {
            case .upload(let upload), .put(let upload): upload
            case .get, .head, .delete, .post: nil
            }
        }
    }

    /// How long each part of an exchange may take.
    struct Limits: Sendable {
        /// Name, connection and TLS handshake together.
        var connect = Duration.seconds(5)
        /// From the last byte of the request, or for one without a body from its beginning, to the
        /// head of the answer.
        var firstByte = Duration.seconds(15)
        /// Between two pieces of the request or of the answer, but for what we keep waiting
        /// ourselves.
        var stall = Duration.seconds(10)
    }

    var method: Method
    /// Absolute, `http` or `https`.
    var url: String
    var headers: [(name: String, value: String)] = []
    var limits = Limits()

    /// For messages.
    var host: String { url.hostInURL }
}

extension String {
    /// As a part of a URL's path or query: everything but unreserved characters (RFC 3986) in
    /// percent signs.
    var percentEncoded: String {
        let unreserved = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            if unreserved.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The host and port of a URL, without what else stands before the path.
    public var hostInURL: String {
        let scheme = range(of: "://")
        let rest = self[(scheme?.upperBound ?? startIndex)...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return String(authority.split(separator: "@").last ?? authority)
    }

    /// Whether its host is a domain, or belongs to it.
    func isURL(in domain: String) -> Bool {
        var host = hostInURL.lowercased().prefix { $0 != ":" }
        // The root's dot.
        if host.hasSuffix(".") { host.removeLast() }
        return host == domain || host.hasSuffix(".\(domain)")
    }

    private func range(of part: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            start = index(after: start)
        }
        return nil
    }
}

/// Why there was no answer, or not the whole of one.
enum HTTPFailure: Error, Equatable {
    /// No way to the host: its name, its address, or nobody there.
    case unreachable(host: String, reason: String)
    /// Neither a connection nor a refusal came for so long.
    case unconnected(host: String, after: Duration)
    /// The host is not who it should be; nothing was sent to it.
    case untrusted(host: String, reason: String)
    /// Connected, and nothing came for so long.
    case timedOut(host: String, after: Duration)
    /// It could not even be tried: the address is none, or a file of our own is missing.
    case impossible(reason: String)
    /// Nothing was sent, since nobody could tell whether the host is who it should be: no clock.
    case clockNotSet(host: String)
    /// The exchange broke off.
    case broken(host: String, reason: String)
    case cancelled
}
