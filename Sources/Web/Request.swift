public import Voice

/// The head of a request. Its body comes to the `BodyReceiver` that the handler makes.
public struct Request: Sendable {
    public let method: String
    /// Decoded; begins with a slash, and may end with one.
    public let path: String
    /// What stands for the parts in braces of the route's path; decoded.
    public internal(set) var parameters: [String: String] = [:]
    /// Decoded, in order.
    public let query: [(name: String, value: String)]
    /// As they came, in order.
    public let headers: [Header]
    public let connection: Connection
    /// When the request's first line was there.
    public let began: Moment

    /// - Parameters:
    ///   - target: as it came.
    ///   - version: as in `HTTP/1.1`.
    /// - Throws: for a request that two programs could take for two different ones.
    init(
        method: String, target: String, version: String, headers: [Header],
        connection: Connection, began: Moment
    ) throws(HTTPError) {
        self.method = method
        self.headers = headers
        self.connection = connection
        self.began = began
        guard headers.allSatisfy({ $0.isWellFormed }) else {
            throw .badRequest("a header of the request has a name or a value that none can have")
        }
        func count(_ name: String) -> Int { headers.count { $0.name.isSame(as: name) } }
        let hosts = count("Host")
        guard hosts <= 1, hosts == 1 || version != "HTTP/1.1" else {
            throw .badRequest("a request has one Host header, this has \(hosts)")
        }
        let lengths = count("Content-Length")
        let encodings = count("Transfer-Encoding")
        guard lengths + encodings <= 1 else {
            throw .badRequest("a request has one Content-Length or one Transfer-Encoding")
        }
        let target = try RequestTarget(target)
        path = target.path
        query = target.query
        if let encoding = self["Transfer-Encoding"] {
            guard encoding.isSame(as: "chunked"), version == "HTTP/1.1" else {
                throw .badRequest("only chunked is known as Transfer-Encoding, in HTTP/1.1")
            }
        }
        // What is small on its way may be huge when it is unpacked.
        if let encoding = self["Content-Encoding"], !encoding.isSame(as: "identity") {
            throw HTTPError(
                415, "unsupported_media_type",
                "a body is taken as it is, not with Content-Encoding: send it unpacked",
                headers: [Header("Accept-Encoding", "identity")])
        }
    }

    /// The first header of that name, in whatever case.
    public subscript(header: String) -> String? {
        headers.first { $0.name.isSame(as: header) }?.value
    }

    /// As announced; nil if it is not known yet (chunked), 0 without a body.
    public var contentLength: Int? {
        if self["Transfer-Encoding"] != nil { return nil }
        guard let length = self["Content-Length"] else { return 0 }
        return Int(length) ?? Int.max
    }

    /// The media type of the body, in lower case and without parameters.
    public var contentType: String? {
        self["Content-Type"]?.split(separator: ";").first.map {
            $0.lowercased().trimmingSpaces()
        }
    }
}

extension String {
    /// Without regard to the case of ASCII letters.
    func isSame(as other: String) -> Bool { lowercased() == other.lowercased() }

    func trimmingSpaces() -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}

extension Header {
    /// As RFC 9110 wants it: what is between the name and its colon, or hides in the value, other
    /// programs may read in another way.
    fileprivate var isWellFormed: Bool {
        !name.isEmpty && name.utf8.allSatisfy(Self.isTokenByte)
            && value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
