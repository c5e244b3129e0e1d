/// What can be asked for: the names are those of faults' rules.
enum Endpoint: String, CaseIterable {
    case transcriptions, chat, speech, models
    case elevenSpeech = "eleven-speech"
    case elevenStream = "eleven-stream"
    case elevenVoices = "eleven-voices"

    /// Those of one vendor.
    static let openAI: [Endpoint] = [.transcriptions, .chat, .speech, .models]
    static let elevenLabs: [Endpoint] = [.elevenSpeech, .elevenStream, .elevenVoices]

    var method: String {
        switch self {
        case .models, .elevenStream, .elevenVoices: "GET"
        default: "POST"
        }
    }

    /// As a router takes it.
    var path: String {
        switch self {
        case .transcriptions: "/v1/audio/transcriptions"
        case .chat: "/v1/chat/completions"
        case .speech: "/v1/audio/speech"
        case .models: "/v1/models"
        case .elevenSpeech: "/v1/text-to-speech/{voice}/stream"
        case .elevenStream: "/v1/text-to-speech/{voice}/stream-input"
        case .elevenVoices: "/v2/voices"
        }
    }

    /// All that it answers: what can be asked of one thing may have many paths.
    var routes: [(method: String, path: String)] {
        var routes = [(method, path)]
        if self == .elevenVoices {
            routes += [
                ("GET", "/v1/voices"), ("GET", "/v1/models"), ("GET", "/v1/user/subscription"),
                ("POST", "/v1/voices/add"), ("DELETE", "/v1/voices/{voice}"),
            ]
        }
        return routes
    }

    var vendor: any Vendor {
        switch self {
        case .transcriptions, .chat, .speech, .models: OpenAI()
        case .elevenSpeech, .elevenStream, .elevenVoices: ElevenLabs()
        }
    }

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
