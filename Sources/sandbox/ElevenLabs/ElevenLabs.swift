import Voice
import Web

/// ElevenLabs' cloud: speech by HTTP and by WebSocket, and the account's voices.
struct ElevenLabs: Vendor {
    func admit(_ request: Request, key: String?) throws(VendorError) {
        guard key != "" else { return }
        guard let given = request["xi-api-key"], !given.isEmpty else {
            throw VendorError(
                401, "Neither authorization header nor xi-api-key received, please provide one.",
                code: "needs_authorization")
        }
        guard key.map({ $0 == given }) ?? true else { throw Self.wrongKey }
    }

    static let wrongKey = VendorError(401, "Invalid API key", code: "invalid_api_key")

    func desk(for request: Request, at endpoint: Endpoint) throws -> any Desk {
        switch endpoint {
        case .elevenStream: return ElevenStreamDesk(request)
        case .elevenVoices: return try ElevenVoices.desk(for: request)
        default:
            guard request.contentType == "application/json" else {
                throw VendorError(415, "Unsupported media type", code: "unsupported_media_type")
            }
            let voice = request.parameters["voice"] ?? ""
            let query = try ElevenQuery(request, allowing: ["optimize_streaming_latency"])
            return TextDesk { body, occasion in
                try Self.speech(body, occasion, voice: voice, format: query.format)
            }
        }
    }

    private static func speech(
        _ body: [UInt8], _ occasion: Occasion, voice: String, format: ElevenFormat
    ) throws -> Reply {
        let wanted = try ElevenSpeechRequest(body)
        try occasion.stage.voices.check(voice)
        occasion.note(wanted.model, wanted.text)
        let fault = occasion.fault
        let sound = ElevenSound(speed: wanted.speed, format: format, fault: fault)
        let moment = occasion.lastByte + occasion.profile.speech
        return Reply(
            type: format.mediaType,
            AnyIterator(sound.pieces(of: wanted.text)).lazy.map {
                Reply.Piece(moment: moment, bytes: $0)
            })
    }

    func headers(number: Int, milliseconds: Int) -> [Header] {
        [
            Header("request-id", "sandbox\(number)"), Header("x-region", "sandbox"),
            Header("current-concurrent-requests", "1"),
            Header("maximum-concurrent-requests", "10"),
        ]
    }

    func response(to error: VendorError) -> Response {
        Response(
            error.status,
            headers: [Header("Content-Type", "application/json")] + error.headers,
            body: .bytes(Array(Self.json(error).utf8)))
    }

    /// Nothing of ElevenLabs' that comes by HTTP has events in it.
    func event(of error: VendorError, at moment: Moment) -> Reply.Piece {
        Reply.Piece(event: Self.json(error), at: moment)
    }

    /// All under `detail`: an object with a `status`; a list for what does not fit the description
    /// of the API; a text for what is not in it.
    private static func json(_ error: VendorError) -> String {
        if error.status == 422 {
            let place = (error.param ?? "").split(separator: ".").map { String($0).quoted }
            let path = (["\"body\""] + place).joined(separator: ",")
            let kind = error.code == "missing_required_parameter" ? "missing" : "value_error"
            return """
                {"detail":[{"loc":[\(path)],"msg":\(error.message.quoted),\
                "type":\(kind.quoted)}]}
                """
        }
        guard let code = error.code else { return "{\"detail\":\(error.message.quoted)}" }
        return "{\"detail\":{\"status\":\(code.quoted),\"message\":\(error.message.quoted)}}"
    }

    func refusal(for fault: Fault) -> VendorError? {
        switch fault {
        case .badRequest:
            VendorError(
                400, "The text is longer than this model takes.",
                code: "max_character_limit_exceeded")
        case .unauthorized: Self.wrongKey
        case .forbidden:
            VendorError(
                403, "This is available from the Creator tier on.", code: "only_for_creator+")
        case .notFound: ElevenVoices.unknown("sandbox")
        case .timeout: VendorError(408, "Request timed out.", code: "timeout")
        case .conflict: VendorError(409, "Conflict.", code: "already_running")
        case .tooLarge: VendorError(413, "The upload is too large.", code: "upload_too_large")
        case .unprocessable:
            VendorError(
                422, "field required", param: "text", code: "missing_required_parameter")
        case .rateLimited:
            VendorError(
                429, "Too many requests at the same time.", code: "too_many_concurrent_requests")
        case .quotaUsedUp:
            VendorError(
                401, "This request exceeds your quota of 10000. You have 0 credits remaining.",
                code: "quota_exceeded")
        case .serverError: VendorError(500, "Internal server error")
        case .overloaded: VendorError(429, "The system is busy.", code: "system_busy")
        case .silence, .stall, .stallMidway, .reset, .truncation, .trickle, .garbage, .redirect,
            .wav, .mp3, .oddByte, .endless, .megabyte, .invalidUTF8, .errorEvent:
            nil
        }
    }
}

extension VendorError {
    /// What the description of an API does not allow, as ElevenLabs' server says it: with 422.
    var ofElevenLabs: VendorError {
        let isAboutForm = status == 400 && type == "invalid_request_error" && code != nil
        let codes = [
            "missing_required_parameter", "unknown_parameter", "invalid_value",
            "unsupported_parameter",
        ]
        let isUnread = status == 400 && code == nil
        guard isAboutForm && codes.contains(code!) || isUnread else { return self }
        return VendorError(422, message, param: param, code: code)
    }
}
