/// What can be asked for: the names are those of faults' rules.
enum Endpoint: String, CaseIterable {
    case transcriptions, chat, speech, models
    case archive

    /// Those of one vendor.
    static let openAI: [Endpoint] = [.transcriptions, .chat, .speech, .models]

    var method: String {
        switch self {
        case .transcriptions, .chat, .speech: "POST"
        case .models: "GET"
        case .archive: "PUT"
        }
    }

    /// As a router takes it.
    var path: String {
        switch self {
        case .transcriptions: "/v1/audio/transcriptions"
        case .chat: "/v1/chat/completions"
        case .speech: "/v1/audio/speech"
        case .models: "/v1/models"
        case .archive: "\(S3.root)/\(S3.bucket)"
        }
    }

    var vendor: any Vendor {
        switch self {
        case .transcriptions, .chat, .speech, .models: OpenAI()
        case .archive: S3()
        }
    }

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
