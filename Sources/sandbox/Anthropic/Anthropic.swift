import Voice
import Web

/// Anthropic's cloud.
struct Anthropic: Vendor {
    /// From this version on no field of sampling is taken any more.
    static let newest = "2026-10-21"
    private static let versions = ["2023-06-01", newest]

    /// Of a request, in bytes.
    private static let longestBody = 32 << 20

    func admit(_ request: Request, key: String?) throws(VendorError) {
        guard key != "" else { return }
        let bearer = request["Authorization"].flatMap { value in
            value.hasPrefix("Bearer ") ? String(value.dropFirst(7)) : nil
        }
        // If both are there, the first holds.
        guard let given = request["x-api-key"] ?? bearer else {
            throw Self.wrongKey("x-api-key header is required")
        }
        guard !given.isEmpty, key.map({ $0 == given }) ?? true else {
            throw Self.wrongKey("invalid x-api-key")
        }
    }

    func desk(for request: Request, at endpoint: Endpoint) throws -> any Desk {
        guard let version = request["anthropic-version"] else {
            throw VendorError(400, "anthropic-version: header is required")
        }
        guard Self.versions.contains(version) else {
            throw VendorError(400, "anthropic-version: \(version.quoted) is not a valid version")
        }
        guard endpoint == .messages else {
            let page = try AnthropicModel.page(request.query)
            return TextDesk { _, occasion in
                Reply(whole: Array(page.utf8), type: "application/json", at: occasion.lastByte)
            }
        }
        guard request.contentType == "application/json" else {
            throw VendorError(400, "Content-Type: must be application/json")
        }
        return TextDesk { body, occasion in try Self.message(body, version, occasion) }
    }

    private static func message(
        _ body: [UInt8], _ version: String, _ occasion: Occasion
    ) throws -> Reply {
        let script = occasion.script
        let wanted = try MessagesRequest(body, version: version)
        occasion.note(wanted.model, wanted.question)
        let reply = MessagesReply(
            request: wanted, number: occasion.number, profile: occasion.profile,
            start: occasion.lastByte)
        if let call = script.toolCall, wanted.mayCallTools, wanted.tools.contains(call.name),
            call.isTriggered(by: wanted.question)
        {
            return reply.calling(call.name, arguments: call.arguments)
        }
        let text = script.reply(to: wanted.question)
        return reply.saying(occasion.altered(text), isEndless: occasion.fault == .endless)
    }

    func headers(number: Int, milliseconds: Int) -> [Header] {
        [
            Header("request-id", "req_sandbox\(number)"),
            Header("anthropic-ratelimit-requests-limit", "10000"),
            Header("anthropic-ratelimit-requests-remaining", "9999"),
            Header("anthropic-ratelimit-requests-reset", "2026-11-01T00:00:00Z"),
        ]
    }

    func response(to error: VendorError) -> Response {
        let names = [
            Header("Content-Type", "application/json"), Header("request-id", Self.refused),
        ]
        return Response(
            error.status, headers: names + error.headers,
            body: .bytes(Array(Self.json(error).utf8)))
    }

    func event(of error: VendorError, at moment: Moment) -> Reply.Piece {
        Reply.Piece(event: Self.json(error), named: "error", at: moment)
    }

    /// A refusal's request has no number.
    private static let refused = "req_sandbox"

    private static func json(_ error: VendorError) -> String {
        """
        {"type":"error","error":{"type":\(type(of: error).quoted),\
        "message":\(error.message.quoted)},"request_id":\(refused.quoted)}
        """
    }

    /// What the sandbox itself complains of has a name of OpenAI's.
    private static func type(of error: VendorError) -> String {
        switch error.status {
        case 413: "request_too_large"
        case 500: "api_error"
        default: error.type
        }
    }

    private static func wrongKey(_ message: String) -> VendorError {
        VendorError(401, message, "authentication_error")
    }

    func refusal(for fault: Fault) -> VendorError? {
        switch fault {
        case .badRequest: VendorError(400, "messages: at least one message is required")
        case .unauthorized: Self.wrongKey("invalid x-api-key")
        case .forbidden:
            VendorError(
                403, "Your API key does not have permission to use the specified resource.",
                "permission_error")
        case .notFound: .unknownAnthropicModel("sandbox")
        case .timeout: VendorError(408, "The request timed out.", "timeout_error")
        case .conflict:
            VendorError(409, "The resource was changed by another request.", "conflict_error")
        case .tooLarge:
            VendorError(
                413, "Request exceeds the maximum allowed number of bytes: \(Self.longestBody)")
        case .unprocessable: VendorError(422, "The request could not be processed.")
        case .rateLimited:
            VendorError(
                429, "This request would exceed your organization's rate limit.",
                "rate_limit_error",
                headers: [
                    ("retry-after", "1"), ("anthropic-ratelimit-requests-remaining", "0"),
                ])
        case .quotaUsedUp:
            VendorError(
                402, "There's an issue with your billing or payment information.", "billing_error")
        case .serverError: VendorError(500, "Internal server error", "api_error")
        case .overloaded: VendorError(529, "Overloaded", "overloaded_error")
        case .silence, .stall, .stallMidway, .reset, .truncation, .trickle, .garbage, .redirect,
            .wav, .mp3, .oddByte, .endless, .megabyte, .invalidUTF8, .errorEvent:
            nil
        }
    }
}

extension VendorError {
    static func unknownAnthropicModel(_ name: String) -> VendorError {
        VendorError(404, "model: \(name)", "not_found_error")
    }
}
