import FoundationEssentials
import Voice
import Web

/// Google Translate's page, whose loudspeaker gTTS presses. It knows no keys.
struct Google: Vendor {
    func admit(_ request: Request, key: String?) throws(VendorError) {
        let secrets = ["Authorization", "Ocp-Apim-Subscription-Key", "x-api-key", "xi-api-key"]
        for name in secrets where request[name] != nil {
            throw VendorError(400, "\(name) has no business here")
        }
    }

    func desk(for request: Request, at endpoint: Endpoint) throws -> any Desk {
        let type = (request["Content-Type"] ?? "").lowercased().filter { $0 != " " }
        guard type == "application/x-www-form-urlencoded;charset=utf-8" else {
            throw VendorError(400, "the content type is no form's")
        }
        guard request["Referer"] == "http://translate.google.com/",
            request["User-Agent"]?.hasPrefix("Mozilla/5.0 ") ?? false
        else { throw Self.forbidden }
        return TextDesk { body, occasion in
            let call = try TranslateCall(body)
            occasion.note(call.language, call.text)
            return Self.reply(to: call, occasion)
        }
    }

    /// All at once, when the sound of the whole text is there.
    private static func reply(to call: TranslateCall, _ occasion: Occasion) -> Reply {
        let moment = occasion.lastByte + occasion.profile.speech
        let type = "application/json; charset=utf-8"
        guard occasion.fault != .endless else {
            var isFirst = true
            return Reply(
                type: type,
                AnyIterator {
                    defer { isFirst = false }
                    let text = isFirst ? Self.guardLine + "[[\"wrb.fr\",\"" : "//uQxAAA"
                    return Reply.Piece(moment: moment, bytes: Array(text.utf8))
                })
        }
        let payload: String
        // An error in the middle of it all is told by having no sound.
        if call.isUnderstood, occasion.fault != .errorEvent {
            let sound = SpeechReply(
                request: SpeechRequest(
                    saying: call.text, as: "mp3", speed: call.isSlow ? 0.7 : 1),
                moment: moment
            ).spoken(as: occasion.fault == .wav ? "wav" : "mp3")
            let coded = Data(sound.pieces.flatMap(\.bytes)).base64EncodedString()
            payload = "[\(coded.quoted)]".quoted
        } else {
            payload = "null"
        }
        let answer =
            "[[\"wrb.fr\",\"jQ1olc\",\(payload),null,null,null,\"generic\"],[\"di\",25],"
            + "[\"af.httprm\",24,\"-1234567890\",12]]"
        let end = "[[\"e\",4,null,null,\(answer.utf8.count)]]"
        let text =
            Self.guardLine + "\(answer.utf8.count + 1)\n\(answer)\n\(end.utf8.count + 1)\n\(end)\n"
        return Reply(whole: Array(text.utf8), type: type, at: moment)
    }

    private static let guardLine = ")]}'\n\n"

    func headers(number: Int, milliseconds: Int) -> [Header] { [Header("Server", "ESF")] }

    /// Pages, for people.
    func response(to error: VendorError) -> Response {
        let page =
            "<!DOCTYPE html><html lang=en><title>Error \(error.status)!!1</title>"
            + "<p><b>\(error.status).</b> <ins>That’s an error.</ins><p>\(error.message)</html>"
        return Response(
            error.status,
            headers: [Header("Content-Type", "text/html; charset=UTF-8")] + error.headers,
            body: .bytes(Array(page.utf8)))
    }

    /// Nothing here comes as events.
    func event(of error: VendorError, at moment: Moment) -> Reply.Piece {
        Reply.Piece(event: error.message.quoted, at: moment)
    }

    private static let forbidden = VendorError(
        403, "Your client does not have permission to get this URL from this server.")

    func refusal(for fault: Fault) -> VendorError? {
        switch fault {
        case .badRequest: VendorError(400, "Your client has issued a malformed request.")
        case .unauthorized: VendorError(401, "Your client is not authorized.")
        case .forbidden: Self.forbidden
        case .notFound: VendorError(404, "The requested URL was not found on this server.")
        case .timeout: VendorError(408, "Your client has taken too long to issue its request.")
        case .conflict: VendorError(409, "The request conflicts with another.")
        case .tooLarge: VendorError(413, "Your client issued a request that was too large.")
        case .unprocessable: VendorError(422, "The request cannot be processed.")
        // Who asks too much is shown a page where people prove that they are people.
        case .rateLimited, .quotaUsedUp:
            VendorError(
                302, "The document has moved.",
                headers: [("Location", "https://www.google.com/sorry/index?continue=x&q=y")])
        case .serverError: VendorError(500, "The server encountered an error.")
        case .overloaded: VendorError(503, "The service is unavailable. Try again later.")
        case .silence, .stall, .stallMidway, .reset, .truncation, .trickle, .garbage, .redirect,
            .wav, .mp3, .oddByte, .endless, .megabyte, .invalidUTF8, .errorEvent:
            nil
        }
    }
}
