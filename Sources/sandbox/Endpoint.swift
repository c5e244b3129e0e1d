import Web

/// What can be asked for: the names are those of faults' rules.
enum Endpoint: String, CaseIterable {
    case transcriptions, chat, speech, models
    case messages

    /// Those of one vendor.
    static let openAI: [Endpoint] = [.transcriptions, .chat, .speech, .models]

    var method: String { self == .models ? "GET" : "POST" }

    /// As a router takes it.
    var path: String {
        switch self {
        case .transcriptions: "/v1/audio/transcriptions"
        case .chat: "/v1/chat/completions"
        case .speech: "/v1/audio/speech"
        case .models: "/v1/models"
        case .messages: "/v1/messages"
        }
    }

    /// Two vendors have their list of models at the same place; only one of them wants to be told
    /// a version.
    func vendor(of request: Request) -> any Vendor {
        if self == .models, request["anthropic-version"] != nil { return Anthropic() }
        return switch self {
        case .transcriptions, .chat, .speech, .models: OpenAI()
        case .messages: Anthropic()
        }
    }

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
