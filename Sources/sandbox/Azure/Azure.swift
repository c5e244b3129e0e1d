import Voice
import Web

/// Azure's speech services, as one of its regions has them.
struct Azure: Vendor {
    private static let keyHeader = "Ocp-Apim-Subscription-Key"

    func admit(_ request: Request, key: String?) throws(VendorError) {
        guard key != "" else { return }
        guard let given = request[Self.keyHeader] ?? bearer(request), !given.isEmpty else {
            throw Self.error(403, "Missing the key or the authorization token.")
        }
        guard key.map({ $0 == given }) ?? true else { throw Self.wrongKey }
    }

    private func bearer(_ request: Request) -> String? {
        guard let given = request["Authorization"], given.hasPrefix("Bearer ") else { return nil }
        return String(given.dropFirst("Bearer ".count))
    }

    func desk(for request: Request, at endpoint: Endpoint) throws -> any Desk {
        switch endpoint {
        case .azureTranscription: return try AzureTranscriptionDesk(request)
        case .azureSpeech:
            let output = try AzureOutput(request)
            return TextDesk { body, occasion in
                let wanted = try SpeechMarkup(body)
                occasion.note(wanted.voice, wanted.text)
                return output.reply(to: wanted, occasion)
            }
        default:
            return TextDesk { _, occasion in
                Reply(
                    whole: Array(AzureVoice.listing.utf8), type: "application/json",
                    at: occasion.lastByte)
            }
        }
    }

    func headers(number: Int, milliseconds: Int) -> [Header] {
        [Header("X-RequestId", "sandbox-\(number)")]
    }

    /// In the form that Azure's services share.
    func response(to error: VendorError) -> Response {
        let code = error.code ?? "\(error.status)"
        let body =
            "{\"error\":{\"code\":\(code.quoted),\"message\":\(error.message.quoted)}}"
        return Response(
            error.status,
            headers: [Header("Content-Type", "application/json")] + error.headers,
            body: .bytes(Array(body.utf8)))
    }

    /// Nothing here comes as events.
    func event(of error: VendorError, at moment: Moment) -> Reply.Piece {
        Reply.Piece(event: error.message.quoted, at: moment)
    }

    static func error(
        _ status: Int, _ message: String, code: String? = nil, headers: [(String, String)] = []
    ) -> VendorError {
        VendorError(status, message, code: code, headers: headers)
    }

    private static let wrongKey = error(
        401,
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide"
            + " a valid key for an active subscription and use a correct regional API endpoint.")

    func refusal(for fault: Fault) -> VendorError? {
        switch fault {
        case .badRequest: Self.error(400, "The request could not be understood.")
        case .unauthorized: Self.wrongKey
        case .forbidden: Self.error(403, "Access is not allowed.")
        case .notFound: Self.error(404, "Resource not found")
        case .timeout: Self.error(408, "The request timed out.")
        case .conflict: Self.error(409, "The request conflicts with another.")
        case .tooLarge: Self.error(413, "The request is too large.")
        case .unprocessable: Self.error(422, "The request could not be processed.")
        case .rateLimited:
            Self.error(
                429, "Rate limit is exceeded. Try again in 1 seconds.",
                headers: [("Retry-After", "1")])
        case .quotaUsedUp:
            Self.error(403, "Out of call volume quota. Quota will be replenished in 9 days.")
        case .serverError: Self.error(500, "Internal server error")
        case .overloaded: Self.error(503, "The service is temporarily unavailable.")
        case .silence, .stall, .stallMidway, .reset, .truncation, .trickle, .garbage, .redirect,
            .wav, .mp3, .oddByte, .endless, .megabyte, .invalidUTF8, .errorEvent:
            nil
        }
    }
}

extension VendorError {
    /// Of a header or a part of the query that Azure would not take.
    static func azure(_ what: String, _ expected: String) -> VendorError {
        Azure.error(400, "Invalid value for \(what): expected \(expected).")
    }
}
