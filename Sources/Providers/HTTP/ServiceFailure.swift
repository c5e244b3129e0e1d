import FoundationEssentials
import Voice

/// An answer that says why there is none. Services have many forms for it: an `error` or a `detail`
/// that is an object, a text or a list, a page, or nothing at all.
struct ServiceFailure {
    let status: Int
    let retryAfter: Duration?
    let message: String
    /// Whatever the server calls the kind of failure.
    let codes: [String]
    /// Where a redirect points to; nil for what is none.
    let location: String?

    /// OpenAI's, ElevenLabs' and Anthropic's.
    private static let quotaCodes: Set = [
        "insufficient_quota", "quota_exceeded", "billing_error",
    ]
    /// Longer ones are pages.
    private static let longestMessage = 300

    /// - Parameter key: is taken out of the message, should the server repeat it.
    init(status: Int, headers: HTTPHeaders, body: [UInt8], key: String?) {
        let told = try? JSONDecoder().decode(Body.self, from: Data(body))
        self.init(status: status, headers: headers, told: told, key: key)
    }

    /// - Parameter status: 200 for a failure in the middle of an answer that began well; a
    ///   WebSocket's closing code if that is how it ended.
    init(status: Int, headers: HTTPHeaders = HTTPHeaders(), told: Body?, key: String?) {
        self.status = status
        retryAfter = RetryPolicy.wish(headers)
        codes = told?.codes ?? []
        location = headers["location"]
        var text = told?.message ?? ""
        if text.isEmpty { text = headers["location"].map { "it points to \($0.hostInURL)" } ?? "" }
        let oneLine = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let clean = Self.withoutSecrets(oneLine, key: key)
        let short = String(clean.prefix(Self.longestMessage))
        var number = status < 1000 ? "status \(status)" : "closed with code \(status)"
        // Who forgot to set a key does not look for a wrong one.
        if [401, 403].contains(status), key == nil { number += ", no key was sent" }
        message = short.isEmpty ? number : "\(number), \(short)"
    }

    /// The credit is used up, which has the same status as too many requests.
    var isQuota: Bool {
        codes.contains { Self.quotaCodes.contains($0) }
            || status == 402
            || status == 429 && codes.contains { $0.contains("credit") || $0.contains("quota") }
    }

    func error(of provider: String) -> ProviderError {
        if isQuota { return .creditUsedUp(provider: provider, reason: message) }
        switch status {
        case 401, 403: return .keyRefused(provider: provider, reason: message)
        case 429: return .busy(provider: provider, retryAfter: retryAfter)
        case 200 where codes.contains("invalid_api_key"):
            return .keyRefused(provider: provider, reason: message)
        // What was sent breaks the server's rules (RFC 6455, section 7.4.1).
        case 1003, 1007, 1008, 1009: return .refused(provider: provider, reason: message)
        case 200, 408, 409, 500...: return .down(provider: provider, reason: message)
        default: return .refused(provider: provider, reason: message)
        }
    }

    /// Servers repeat a key that they do not take, some with asterisks in its middle.
    private static func withoutSecrets(_ text: String, key: String?) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word -> String in
            let isOurs = key.map { word.contains($0) } ?? false
            return isOurs || word.contains("sk-") || word.contains("***") ? "…" : String(word)
        }.joined(separator: " ")
    }

    /// What an error's body says, whatever its form.
    struct Body: Decodable {
        var message = ""
        var codes: [String] = []

        private enum Key: String, CodingKey { case error, detail, message, msg, type, code, status }

        init(message: String = "", codes: [String] = []) {
            self.message = message
            self.codes = codes
        }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                message = text
                return
            }
            if var list = try? decoder.unkeyedContainer() {
                // Of several complaints the first will do.
                if !list.isAtEnd { self = try list.decode(Body.self) }
                return
            }
            let fields = try decoder.container(keyedBy: Key.self)
            for key in [Key.message, .msg] where message.isEmpty {
                message = (try? fields.decode(String.self, forKey: key)) ?? ""
            }
            for key in [Key.error, .detail] {
                guard let inner = try? fields.decode(Body.self, forKey: key) else { continue }
                if message.isEmpty { message = inner.message }
                codes += inner.codes
            }
            for key in [Key.type, .code, .status] {
                if let code = try? fields.decode(String.self, forKey: key) { codes.append(code) }
            }
        }
    }
}
