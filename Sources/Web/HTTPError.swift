/// A request that is not done: the status, and what its sender is told.
public struct HTTPError: Error, CustomStringConvertible {
    public let status: Int
    /// For programs: lower case, underscores.
    public let code: String
    /// For people: what is wrong, and what to do.
    public let message: String
    /// Which part of the request it is about, if one.
    public let field: String?
    public let headers: [Header]

    public init(
        _ status: Int, _ code: String, _ message: String, field: String? = nil,
        headers: [Header] = []
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers
    }

    public var description: String { "\(status) \(code): \(message)" }

    public static func badRequest(_ message: String, field: String? = nil) -> HTTPError {
        HTTPError(400, "bad_request", message, field: field)
    }

    static func missing(_ field: String, _ what: String) -> HTTPError {
        HTTPError(422, "missing_field", "\(field) is missing: \(what)", field: field)
    }

    /// - Parameter problem: goes on from the field's name.
    static func invalid(_ field: String, _ problem: String) -> HTTPError {
        HTTPError(422, "invalid_field", "\(field) \(problem)", field: field)
    }

    static func unauthorized(_ message: String) -> HTTPError {
        HTTPError(
            401, "unauthorized", message,
            headers: [Header("WWW-Authenticate", "Bearer realm=\"pressel\"")])
    }

    static func tooLarge(_ limit: Int) -> HTTPError {
        HTTPError(413, "too_large", "the request's body is longer than \(limit) bytes")
    }

    static let ending = HTTPError(503, "shutting_down", "the device is shutting down")

    static let internalError = HTTPError(500, "internal_error", "something went wrong in here")
}

extension HTTPError {
    /// What the clients of these endpoints read: `detail` is there for those of other servers.
    var response: Response {
        struct Body: Encodable {
            struct Cause: Encodable {
                let code: String
                let message: String
                let field: String?
            }
            let error: Cause
            let detail: String
        }
        let cause = Body.Cause(code: code, message: message, field: field)
        return Response(
            json: Body(error: cause, detail: message), status: status, headers: headers)
    }
}
