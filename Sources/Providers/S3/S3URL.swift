/// Where an object is, in the parts that are signed. What is sent must be these very bytes.
struct S3URL: Equatable, Sendable {
    /// `http` or `https`.
    let scheme: String
    /// With its port, unless it is the scheme's own: as a client sends it.
    let host: String
    /// Encoded; begins with a slash.
    let path: String

    var text: String { "\(scheme)://\(host)\(path)" }

    /// - Parameters:
    ///   - endpoint: `http://…` or `https://…`, perhaps with a path, which is taken as encoded.
    ///   - parts: what follows, not encoded: a bucket's name and an object's key, for one.
    init(endpoint: String, _ parts: [String]) {
        let isPlain = endpoint.lowercased().hasPrefix("http:")
        scheme = isPlain ? "http" : "https"
        let rest = endpoint.drop { $0 != "/" }.drop { $0 == "/" }
        let authority = rest.prefix { $0 != "/" }.lowercased()
        let usualPort = isPlain ? ":80" : ":443"
        host =
            authority.hasSuffix(usualPort)
            ? String(authority.dropLast(usualPort.count)) : authority
        let base = rest.drop { $0 != "/" }.split(separator: "/").map { "/\($0)" }.joined()
        path = base + parts.map { "/" + Self.encoded($0, keeping: "/") }.joined()
    }

    /// RFC 3986, but for the unreserved characters and those in `kept`.
    static func encoded(_ text: String, keeping kept: String = "") -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "~"):
                bytes.append(byte)
            case _ where kept.utf8.contains(byte): bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
