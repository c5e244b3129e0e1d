import Web

/// What can be asked for: the names are those of faults' rules.
enum Endpoint: String, CaseIterable {
    case transcriptions, chat, speech, models, realtime
    case messages
    case elevenSpeech = "eleven-speech"
    case elevenStream = "eleven-stream"
    case elevenVoices = "eleven-voices"
    case azureTranscription = "azure-transcription"
    case azureSpeech = "azure-speech"
    case azureVoices = "azure-voices"
    case googleSpeech = "google-speech"
    case wyomingTranscription = "wyoming-transcription"
    case wyomingSpeech = "wyoming-speech"
    case archive

    // Those of one vendor that take a request and answer it.
    static let openAI: [Endpoint] = [.transcriptions, .chat, .speech, .models]
    static let elevenLabs: [Endpoint] = [.elevenSpeech, .elevenStream, .elevenVoices]
    static let azure: [Endpoint] = [.azureTranscription, .azureSpeech, .azureVoices]
    /// Not asked by HTTP.
    static let wyoming: [Endpoint] = [.wyomingTranscription, .wyomingSpeech]

    var method: String {
        switch self {
        case .models, .realtime, .elevenStream, .elevenVoices, .azureVoices: "GET"
        case .archive: "PUT"
        case .transcriptions, .chat, .speech, .messages, .elevenSpeech, .azureTranscription,
            .azureSpeech, .googleSpeech, .wyomingTranscription, .wyomingSpeech:
            "POST"
        }
    }

    /// As a router takes it.
    var path: String {
        switch self {
        case .transcriptions: "/v1/audio/transcriptions"
        case .chat: "/v1/chat/completions"
        case .speech: "/v1/audio/speech"
        case .models: "/v1/models"
        case .realtime: "/v1/realtime"
        case .messages: "/v1/messages"
        case .elevenSpeech: "/v1/text-to-speech/{voice}/stream"
        case .elevenStream: "/v1/text-to-speech/{voice}/stream-input"
        case .elevenVoices: "/v2/voices"
        case .azureTranscription: "/speech/recognition/conversation/cognitiveservices/v1"
        case .azureSpeech: "/cognitiveservices/v1"
        case .azureVoices: "/cognitiveservices/voices/list"
        case .googleSpeech: "/_/TranslateWebserverUi/data/batchexecute"
        case .archive: "\(S3.root)/\(S3.bucket)"
        case .wyomingTranscription: "transcribe"
        case .wyomingSpeech: "synthesize"
        }
    }

    /// All that it answers: what can be asked of one thing may have many paths. None for what is
    /// not asked by HTTP.
    var routes: [(method: String, path: String)] {
        switch self {
        case .wyomingTranscription, .wyomingSpeech: []
        case .elevenVoices:
            [
                (method, path), ("GET", "/v1/voices"), ("GET", "/v1/models"),
                ("GET", "/v1/user/subscription"), ("POST", "/v1/voices/add"),
                ("DELETE", "/v1/voices/{voice}"),
            ]
        default: [(method, path)]
        }
    }

    /// Several vendors may have the same path: each knows its own requests.
    ///
    /// - Returns: nil for what is not asked by HTTP.
    func vendor(of request: Request) -> (any Vendor)? {
        switch self {
        // Only one of them wants to be told a version.
        case .models where request["anthropic-version"] != nil: Anthropic()
        case .transcriptions, .chat, .speech, .models, .realtime: OpenAI()
        case .messages: Anthropic()
        case .elevenSpeech, .elevenStream, .elevenVoices: ElevenLabs()
        case .azureTranscription, .azureSpeech, .azureVoices: Azure()
        case .googleSpeech: Google()
        case .archive: S3()
        case .wyomingTranscription, .wyomingSpeech: nil
        }
    }

    /// Whether a request for a path that several have is for this one.
    func isMeant(by request: Request) -> Bool {
        self == .elevenVoices ? request["xi-api-key"] != nil : true
    }

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
