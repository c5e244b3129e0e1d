/// What can be asked for: the names are those of faults' rules.
enum Endpoint: String, CaseIterable {
    case transcriptions, chat, speech, models
    case azureTranscription = "azure-transcription"
    case azureSpeech = "azure-speech"
    case azureVoices = "azure-voices"
    case googleSpeech = "google-speech"

    /// Those of one vendor.
    static let openAI: [Endpoint] = [.transcriptions, .chat, .speech, .models]
    static let azure: [Endpoint] = [.azureTranscription, .azureSpeech, .azureVoices]

    var method: String { [.models, .azureVoices].contains(self) ? "GET" : "POST" }

    /// As a router takes it.
    var path: String {
        switch self {
        case .transcriptions: "/v1/audio/transcriptions"
        case .chat: "/v1/chat/completions"
        case .speech: "/v1/audio/speech"
        case .models: "/v1/models"
        case .azureTranscription: "/speech/recognition/conversation/cognitiveservices/v1"
        case .azureSpeech: "/cognitiveservices/v1"
        case .azureVoices: "/cognitiveservices/voices/list"
        case .googleSpeech: "/_/TranslateWebserverUi/data/batchexecute"
        }
    }

    var vendor: any Vendor {
        switch self {
        case .transcriptions, .chat, .speech, .models: OpenAI()
        case .azureTranscription, .azureSpeech, .azureVoices: Azure()
        case .googleSpeech: Google()
        }
    }

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
