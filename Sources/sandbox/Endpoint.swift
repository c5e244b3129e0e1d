/// What can be asked for.
enum Endpoint: String, CaseIterable {
    case transcriptions, chat, speech, models

    var path: String {
        switch self {
        case .transcriptions: "/v1/audio/transcriptions"
        case .chat: "/v1/chat/completions"
        case .speech: "/v1/audio/speech"
        case .models: "/v1/models"
        }
    }

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
