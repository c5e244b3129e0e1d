public import Voice

/// Text to speech by `POST /audio/speech`, heard as it is made.
public struct OpenAISpeech: SpeechSynthesizer, ExaminedProvider {
    /// What differs from server to server.
    public struct Options: Equatable, Sendable {
        /// Nobody's voice is everybody's; this one OpenAI's models have had from the beginning.
        public var voice = "alloy"
        /// 0.25...4; 1 is the voice's own.
        public var speed = 1.0
        /// How it is to be said, for models that can be told.
        public var instructions: String?
        /// Of raw samples, where the server does not say; OpenAI's have 24 kHz.
        public var framesPerSecond = 24_000

        public init() {}
    }

    private let server: HTTPService
    private let model: ModelChoice
    private let options: Options
    private let pace: SpeakingPace

    /// OpenAI's limit for one request.
    private static let mostCharacters = 4096

    public init(
        _ server: HTTPService, model: ModelChoice, options: Options = Options(),
        pace: SpeakingPace = SpeakingPace()
    ) {
        self.server = server
        self.model = model
        self.options = options
        self.pace = pace
    }

    public func prepare() { server.prepare(model, for: .speech, connections: 2) }

    public func examine() async throws(ProviderError) -> Examination {
        try await model.examine(for: .speech, at: server)
    }

    public func isReachable() async -> Bool { await server.isReachable() }

    private struct Request: Encodable {
        let model, input, voice, response_format: String
        let speed: Double?
        let instructions: String?
    }

    public func speech(for text: String) async throws(ProviderError) -> AudioStream {
        let speed = min(4, max(0.25, options.speed * pace.factor))
        let content = Request(
            model: try await model.id(for: .speech, at: server),
            input: String(text.prefix(Self.mostCharacters)), voice: options.voice,
            response_format: "pcm", speed: speed == 1 ? nil : speed,
            instructions: options.instructions)
        let response = try await server.send(try server.post("/audio/speech", json: content))
        return try await server.sound(
            of: response, format: AudioFormat(framesPerSecond: options.framesPerSecond, channels: 1)
        )
    }
}
