import Voice
import Web

/// A bucket in path style, as strict about signatures as Amazon: `/s3/BUCKET/KEY`. Who may is fixed.
struct S3: Vendor {
    static let accessKey = "AKIDSANDBOX"
    static let secretKey = "secret/of+the/sandbox"
    static let region = "eu-sandbox-1"
    static let bucket = "turns"
    /// Below which its paths are, as those of a server that a proxy stands before.
    static let root = "/s3"

    /// The requests that are for it, whatever their key.
    static func isMeant(_ path: String) -> Bool { path.hasPrefix(root + "/") }

    func admit(_ request: Request, key: String?) throws(VendorError) {
        try S3Signature.check(request)
    }

    func desk(for request: Request, at endpoint: Endpoint) throws -> any Desk {
        try ObjectDesk(request)
    }

    func refusal(for fault: Fault) -> VendorError? {
        switch fault {
        case .badRequest: .s3(400, "InvalidRequest", "The request is invalid.")
        case .unauthorized: .s3(403, "InvalidAccessKeyId", Self.unknownKey)
        case .forbidden: .s3(403, "AccessDenied", "Access Denied")
        case .notFound: .s3(404, "NoSuchBucket", "The specified bucket does not exist")
        case .timeout:
            .s3(
                400, "RequestTimeout",
                "Your socket connection to the server was not read from or written to within the"
                    + " timeout period.")
        case .conflict: .s3(409, "OperationAborted", "A conflicting operation is in progress.")
        case .tooLarge:
            .s3(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        case .unprocessable:
            .s3(
                400, "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.")
        case .rateLimited, .overloaded: .s3(503, "SlowDown", "Please reduce your request rate.")
        case .quotaUsedUp: .s3(403, "QuotaExceeded", "The bucket's quota is used up.")
        case .serverError:
            .s3(500, "InternalError", "We encountered an internal error. Please try again.")
        case .silence, .stall, .stallMidway, .reset, .truncation, .trickle, .garbage, .redirect,
            .wav, .mp3, .oddByte, .endless, .megabyte, .invalidUTF8, .errorEvent:
            nil
        }
    }

    static let unknownKey =
        "The AWS Access Key Id you provided does not exist in our records."

    func response(to error: VendorError) -> Response {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>\(error.code ?? "InvalidRequest")</Code>\
            <Message>\(Self.escaped(error.message))</Message>\
            \(error.param.map { "<Region>\($0)</Region>" } ?? "")\
            <RequestId>SANDBOX</RequestId></Error>
            """
        return Response(
            error.status, headers: [Header("Content-Type", "application/xml")] + error.headers,
            body: .bytes(Array(text.utf8)))
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("'", with: "&apos;")
    }

    /// It has no streams of events.
    func event(of error: VendorError, at moment: Moment) -> Reply.Piece {
        Reply.Piece(moment: moment, bytes: [])
    }

    func headers(number: Int, milliseconds: Int) -> [Header] {
        [Header("x-amz-request-id", "SANDBOX\(number)")]
    }
}

extension VendorError {
    /// - Parameter region: where the bucket really is.
    static func s3(
        _ status: Int, _ code: String, _ message: String, region: String? = nil
    ) -> VendorError {
        VendorError(status, message, "s3", param: region, code: code)
    }
}
