import Voice
import Web

/// OpenAI's cloud, and what is compatible with it.
struct OpenAI: Vendor {
    func admit(_ request: Request, key: String?) throws(VendorError) {
        guard key != "" else { return }
        guard let given = request["Authorization"] else {
            throw VendorError(
                401,
                "You didn't provide an API key. You need to provide your API key in an "
                    + "Authorization header using Bearer auth.")
        }
        guard given.hasPrefix("Bearer "), given.count > 7,
            key.map({ "Bearer \($0)" == given }) ?? true
        else { throw .wrongKey }
    }

    func desk(for request: Request, at endpoint: Endpoint) throws -> any Desk {
        switch endpoint {
        case .transcriptions: return try TranscriptionDesk(request)
        case .realtime: return RealtimeDesk(request)
        case .models:
            return TextDesk { _, occasion in
                Reply(
                    whole: Array(Model.listing.utf8), type: "application/json",
                    at: occasion.lastByte)
            }
        // The router knows no others.
        default:
            guard request.contentType == "application/json" else {
                throw VendorError(
                    415,
                    "Unsupported content type: '\(request["Content-Type"] ?? "")'. This API "
                        + "method only accepts 'application/json' requests.",
                    code: "unsupported_content_type")
            }
            return endpoint == .chat
                ? TextDesk(Self.chat) : TextDesk(Self.speech)
        }
    }

    private static func chat(_ body: [UInt8], _ occasion: Occasion) throws -> Reply {
        let script = occasion.script
        let wanted = try ChatRequest(body)
        occasion.note(wanted.model, wanted.question)
        let reply = ChatReply(
            request: wanted, number: occasion.number, profile: occasion.profile,
            start: occasion.lastByte)
        if let call = script.toolCall, wanted.lastRole == "user", !wanted.toolsAreForbidden,
            wanted.tools.contains(call.name), call.isTriggered(by: wanted.question)
        {
            return reply.calling(call.name, arguments: call.arguments)
        }
        let text = script.reply(to: wanted.question)
        return reply.saying(occasion.altered(text), isEndless: occasion.fault == .endless)
    }

    private static func speech(_ body: [UInt8], _ occasion: Occasion) throws -> Reply {
        let wanted = try SpeechRequest(body)
        occasion.note(wanted.model, wanted.input)
        let reply = SpeechReply(
            request: wanted, moment: occasion.lastByte + occasion.profile.speech)
        let fault = occasion.fault
        let kind = fault == .wav || fault == .mp3 ? fault!.rawValue : wanted.format
        return reply.spoken(as: kind, isEndless: fault == .endless)
    }

    func headers(number: Int, milliseconds: Int) -> [Header] {
        [
            Header("x-request-id", "req_sandbox\(number)"),
            Header("openai-processing-ms", "\(milliseconds)"),
            Header("openai-version", "2020-10-01"),
            Header("x-ratelimit-limit-requests", "10000"),
            Header("x-ratelimit-remaining-requests", "9999"),
            Header("x-ratelimit-reset-requests", "6ms"),
        ]
    }

    func response(to error: VendorError) -> Response {
        Response(
            error.status,
            headers: [Header("Content-Type", "application/json")] + error.headers,
            body: .bytes(Array(json(error).utf8)))
    }

    func event(of error: VendorError, at moment: Moment) -> Reply.Piece {
        Reply.Piece(event: json(error), at: moment)
    }

    /// `{"error":{"message","type","param","code"}}`, as in a body or in an event.
    private func json(_ error: VendorError) -> String {
        let param = error.param?.quoted ?? "null"
        let code = error.code?.quoted ?? "null"
        return """
            {"error":{"message":\(error.message.quoted),"type":\(error.type.quoted),\
            "param":\(param),"code":\(code)}}
            """
    }

    func refusal(for fault: Fault) -> VendorError? {
        switch fault {
        case .badRequest: VendorError(400, "The request could not be understood.")
        case .unauthorized: .wrongKey
        case .forbidden:
            VendorError(
                403, "Country, region, or territory not supported", "request_forbidden",
                code: "unsupported_country_region_territory")
        case .notFound: .unknownModel("sandbox")
        case .timeout: VendorError(408, "Request timed out.", "timeout_error")
        case .conflict:
            VendorError(409, "The resource was changed by another request.", "conflict_error")
        case .tooLarge: .tooLarge(VendorError.longestBody + 1)
        case .unprocessable: VendorError(422, "The request could not be processed.")
        case .rateLimited:
            VendorError(
                429, "Rate limit reached for requests per min. Please try again in 1s.",
                "rate_limit_error", code: "rate_limit_exceeded",
                headers: [("Retry-After", "1"), ("x-ratelimit-remaining-requests", "0")])
        case .quotaUsedUp:
            VendorError(
                429, "You exceeded your current quota, please check your plan and billing details.",
                "insufficient_quota", code: "credit_balance_exhausted")
        case .serverError:
            VendorError(
                500, "The server had an error while processing your request.", "server_error")
        case .overloaded:
            VendorError(
                503, "The server is overloaded. Please try again later.", "server_error",
                code: "server_is_overloaded")
        case .silence, .stall, .stallMidway, .reset, .truncation, .trickle, .garbage, .redirect,
            .wav, .mp3, .oddByte, .endless, .megabyte, .invalidUTF8, .errorEvent:
            nil
        }
    }
}
