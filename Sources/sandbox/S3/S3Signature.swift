import Glibc
import Linux
import Web

/// Checks the signature of a request, by what came over the wire and Amazon's description alone:
/// what has a mistake in common with our signer would find nothing.
struct S3Signature {
    private let request: Request
    private let fields: [String: String]
    /// Whether it stands in the query rather than in a header.
    private let isQuery: Bool

    private static let algorithm = "AWS4-HMAC-SHA256"
    private static let mostSkew: Int64 = 15 * 60

    /// - Throws: what S3 says of a request that is not signed, or not rightly.
    static func check(_ request: Request) throws(VendorError) {
        try S3Signature(request).check()
    }

    private init(_ request: Request) throws(VendorError) {
        self.request = request
        var fields: [String: String] = [:]
        if let line = request["Authorization"] {
            isQuery = false
            guard line.hasPrefix(Self.algorithm + " ") else {
                throw .s3(400, "InvalidArgument", "Unsupported Authorization Type")
            }
            for field in line.dropFirst(Self.algorithm.count + 1).split(separator: ",") {
                let halves = field.split(separator: "=", maxSplits: 1)
                guard halves.count == 2 else {
                    throw .s3(
                        400, "AuthorizationHeaderMalformed",
                        "The authorization header is malformed.")
                }
                fields[String(halves[0].drop { $0 == " " })] = String(halves[1])
            }
            fields["Date"] = request["x-amz-date"]
        } else {
            isQuery = true
            for name in [
                "Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature",
            ] {
                fields[name] = request.query.first { $0.name == "X-Amz-\(name)" }?.value
            }
            guard fields["Algorithm"] == Self.algorithm else {
                throw .s3(403, "AccessDenied", "Access Denied")
            }
        }
        self.fields = fields
    }

    private func field(_ name: String) throws(VendorError) -> String {
        guard let value = fields[name], !value.isEmpty else {
            throw .s3(403, "AccessDenied", "AWS authentication requires a valid \(name).")
        }
        return value
    }

    private func check() throws(VendorError) {
        let scope = try field("Credential").split(separator: "/").map(String.init)
        let stamp = try field("Date")
        guard scope.count == 5, scope[3] == "s3", scope[4] == "aws4_request",
            stamp.hasPrefix(scope[1] + "T")
        else {
            throw .s3(400, "AuthorizationHeaderMalformed", "The credential is malformed.")
        }
        guard scope[0] == S3.accessKey else { throw .s3(403, "InvalidAccessKeyId", S3.unknownKey) }
        guard scope[2] == S3.region else {
            throw .s3(
                400, "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the region '\(scope[2])' is wrong;"
                    + " expecting '\(S3.region)'", region: S3.region)
        }
        try checkTime(stamp)
        let names = try field("SignedHeaders").split(separator: ";").map(String.init)
        try checkHeaders(names)
        var key = Array("AWS4\(S3.secretKey)".utf8)
        for part in scope[1...] { key = Digest.sha256(Array(part.utf8), key: key) }
        let text =
            "\(Self.algorithm)\n\(stamp)\n\(scope[1...].joined(separator: "/"))\n"
            + Self.digits(Digest.sha256(Array(canonical(names).utf8)))
        let expected = Self.digits(Digest.sha256(Array(text.utf8), key: key))
        guard try field("Signature") == expected else {
            throw .s3(
                403, "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided."
                    + " Check your key and signing method.")
        }
    }

    private func checkTime(_ stamp: String) throws(VendorError) {
        let numbers = [0..<4, 4..<6, 6..<8, 9..<11, 11..<13, 13..<15].map { range in
            CInt(
                String(
                    decoding: Array(stamp.utf8).dropFirst(range.lowerBound)
                        .prefix(range.count), as: UTF8.self)) ?? -1
        }
        guard stamp.utf8.count == 16, stamp.hasSuffix("Z"), numbers.allSatisfy({ $0 >= 0 }) else {
            throw .s3(403, "AccessDenied", "AWS authentication requires a valid Date.")
        }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (
            numbers[0] - 1900, numbers[1] - 1, numbers[2]
        )
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
        let signed = Int64(timegm(&parts))
        let now = Int64(time(nil))
        guard isQuery else {
            guard abs(now - signed) <= Self.mostSkew else {
                throw .s3(
                    403, "RequestTimeTooSkewed",
                    "The difference between the request time and the current time is too large.")
            }
            return
        }
        guard let expires = Int64(try field("Expires")), 1...604_800 ~= expires else {
            throw .s3(
                400, "AuthorizationQueryParametersError",
                "X-Amz-Expires must be between 1 and 604800 seconds")
        }
        guard signed - Self.mostSkew <= now, now <= signed + expires else {
            throw .s3(403, "AccessDenied", "Request has expired")
        }
    }

    /// The host, and everything that is Amazon's own, must be signed.
    private func checkHeaders(_ names: [String]) throws(VendorError) {
        let needed = request.headers.map { $0.name.lowercased() }
            .filter { $0 == "host" || $0.hasPrefix("x-amz-") }
        guard names.sorted() == names, needed.allSatisfy(names.contains),
            names.allSatisfy({ request[$0] != nil })
        else {
            throw .s3(
                403, "AccessDenied",
                "There were headers present in the request which were not signed")
        }
        guard isQuery || request["x-amz-content-sha256"] != nil else {
            throw .s3(
                400, "InvalidRequest",
                "Missing required header for this request: x-amz-content-sha256")
        }
    }

    private func canonical(_ names: [String]) -> String {
        let query = request.query.filter { $0.name != "X-Amz-Signature" }
            .map { "\(Self.encoded($0.name, "-_.~"))=\(Self.encoded($0.value, "-_.~"))" }
            .sorted().joined(separator: "&")
        var text = "\(request.method)\n\(Self.encoded(request.path, "-_.~/"))\n\(query)\n"
        for name in names { text += "\(name):\(request[name] ?? "")\n" }
        let payload = isQuery ? "UNSIGNED-PAYLOAD" : request["x-amz-content-sha256"] ?? ""
        return text + "\n\(names.joined(separator: ";"))\n\(payload)"
    }

    private static func encoded(_ text: String, _ kept: String) -> String {
        text.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            let isPlain = byte < 0x80 && (character.isLetter || character.isNumber)
            return isPlain || kept.contains(character)
                ? String(character) : "%" + digits([byte]).uppercased()
        }.joined()
    }

    static func digits(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
