import Linux

/// Amazon's "Signature Version 4" for S3 and what is compatible with it: a value that looks at no
/// clock, so that the same request at the same second has the same signature.
///
/// As S3 wants it, a path is encoded once and never normalised.
struct SigV4: Sendable {
    let credentials: S3Credentials
    let region: String

    private static let algorithm = "AWS4-HMAC-SHA256"
    /// In the place of a payload's hash where the payload is not signed.
    static let unsignedPayload = "UNSIGNED-PAYLOAD"
    /// How long a URL may be signed for: a week.
    static let expiry = 1...604_800

    /// The headers of a request, with those that it needs and the one that signs them all.
    ///
    /// - Parameters:
    ///   - url: where the object is.
    ///   - headers: of the request's own, all of which are signed. Not `Host`.
    ///   - payload: of the body, `hash(of:)` or `unsignedPayload`.
    func headers(
        _ method: String, _ url: S3URL, headers: [(name: String, value: String)], payload: String,
        at time: UTCTime
    ) -> [(name: String, value: String)] {
        var sent = headers
        sent += [(name: "x-amz-content-sha256", value: payload)]
        sent += [(name: "x-amz-date", value: time.short)]
        if let token = credentials.sessionToken {
            sent += [(name: "x-amz-security-token", value: token)]
        }
        let (canonical, names) = canonicalRequest(
            method, url, query: [], headers: sent, payload: payload)
        let authorization =
            "\(Self.algorithm) Credential=\(credentials.accessKey)/\(scope(time)), "
            + "SignedHeaders=\(names), Signature=\(signature(of: canonical, at: time))"
        return sent + [(name: "Authorization", value: authorization)]
    }

    /// The URL by which anybody may `GET` the object for some time.
    ///
    /// - Parameter seconds: within `expiry`.
    func presigned(_ url: S3URL, expires seconds: Int, at time: UTCTime) -> String {
        var query = [
            ("X-Amz-Algorithm", Self.algorithm),
            ("X-Amz-Credential", "\(credentials.accessKey)/\(scope(time))"),
            ("X-Amz-Date", time.short),
            ("X-Amz-Expires", String(seconds)),
            ("X-Amz-SignedHeaders", "host"),
        ]
        if let token = credentials.sessionToken { query.append(("X-Amz-Security-Token", token)) }
        let (canonical, _) = canonicalRequest(
            "GET", url, query: query, headers: [], payload: Self.unsignedPayload)
        let signature = signature(of: canonical, at: time)
        return "\(url.text)?\(Self.canonicalQuery(query))&X-Amz-Signature=\(signature)"
    }

    /// - Returns: the request in the form that is signed, and the names of the headers in it.
    func canonicalRequest(
        _ method: String, _ url: S3URL, query: [(String, String)],
        headers: [(name: String, value: String)], payload: String
    ) -> (text: String, names: String) {
        let all = headers + [(name: "host", value: url.host)]
        let sorted = all.map { ($0.name.lowercased(), Self.trimmed($0.value)) }
            .sorted { $0.0 < $1.0 }
        let names = sorted.map(\.0).joined(separator: ";")
        let lines =
            [method, url.path, Self.canonicalQuery(query)] + sorted.map { "\($0.0):\($0.1)" }
            + ["", names, payload]
        return (lines.joined(separator: "\n"), names)
    }

    private static func canonicalQuery(_ query: [(String, String)]) -> String {
        query.map { (S3URL.encoded($0.0), S3URL.encoded($0.1)) }
            .sorted { $0 < $1 }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    private func signature(of canonical: String, at time: UTCTime) -> String {
        let text = [
            Self.algorithm, time.short, scope(time), Self.hash(of: Array(canonical.utf8)),
        ].joined(separator: "\n")
        return Self.hexadecimal(Digest.sha256(Array(text.utf8), key: signingKey(time)))
    }

    /// A key of its own for each day, region and service.
    func signingKey(_ time: UTCTime) -> [UInt8] {
        [time.day, region, "s3", "aws4_request"].reduce(Array("AWS4\(credentials.secretKey)".utf8))
        {
            Digest.sha256(Array($1.utf8), key: $0)
        }
    }

    private func scope(_ time: UTCTime) -> String { "\(time.day)/\(region)/s3/aws4_request" }

    /// SHA-256, in hexadecimal digits.
    static func hash(of bytes: [UInt8]) -> String { hexadecimal(Digest.sha256(bytes)) }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// Without spaces at both ends, and with single ones within.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }
}

/// Who signs. Nothing of it but the access key, which is a name, ever leaves the device.
public struct S3Credentials: Sendable {
    let accessKey: String
    let secretKey: String
    /// Of keys that are lent for some hours.
    let sessionToken: String?

    public init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }
}
