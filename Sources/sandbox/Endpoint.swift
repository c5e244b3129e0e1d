/// What can be asked for: the names are those of faults' rules.
enum Endpoint: String, CaseIterable {
    case transcriptions, chat, speech, models
    case wyomingTranscription = "wyoming-transcription"
    case wyomingSpeech = "wyoming-speech"

    /// Those of one vendor.
    static let openAI: [Endpoint] = [.transcriptions, .chat, .speech, .models]
    /// Not asked by HTTP.
    static let wyoming: [Endpoint] = [.wyomingTranscription, .wyomingSpeech]

    var method: String { self == .models ? "GET" : "POST" }

    /// As a router takes it.
    var path: String {
        switch self {
        case .transcriptions: "/v1/audio/transcriptions"
        case .chat: "/v1/chat/completions"
        case .speech: "/v1/audio/speech"
        case .models: "/v1/models"
        case .wyomingTranscription: "transcribe"
        case .wyomingSpeech: "synthesize"
        }
    }

    /// Nil for what is not asked by HTTP.
    var vendor: (any Vendor)? {
        switch self {
        case .transcriptions, .chat, .speech, .models: OpenAI()
        case .wyomingTranscription, .wyomingSpeech: nil
        }
    }

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
