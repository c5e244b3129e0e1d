import Codec
public import Voice

/// Text to speech by `POST /v1/text-to-speech/{voice}/stream`, heard as it is made.
public struct ElevenLabsSpeech: SpeechSynthesizer, ExaminedProvider {
    private let server: HTTPService
    private let voice: ElevenLabsVoice

    public init(_ server: HTTPService, voice: ElevenLabsVoice) {
        self.server = server
        self.voice = voice
    }

    public func prepare() {
        // Two clauses are made into sound at a time.
        server.warm("/v1/models", connections: 2)
        // Whoever needs it learns why it is not known.
        Task { _ = try? await voice.wish(at: server) }
    }

    public func isReachable() async -> Bool { await server.isReachable() }

    public func examine() async throws(ProviderError) -> Examination {
        try await voice.examine(at: server)
    }

    private struct Request: Encodable {
        let text, model_id: String
        let language_code: String?
        let voice_settings: ElevenLabsSettings?
    }

    public func speech(for text: String) async throws(ProviderError) -> AudioStream {
        let wish = try await voice.wish(at: server)
        let content = Request(
            text: text, model_id: wish.model, language_code: wish.language,
            voice_settings: ElevenLabsSettings(speed: voice.speed))
        let path =
            "/v1/text-to-speech/\(wish.voice.percentEncoded)/stream"
            + "?output_format=\(ElevenLabsVoice.formatName)"
        let response = try await server.send(try server.post(path, json: content))
        return try await server.sound(of: response, format: ElevenLabsVoice.format)
    }
}

/// What of the voice's own settings is to be otherwise.
struct ElevenLabsSettings: Encodable, Equatable, Sendable {
    let speed: Double

    /// Nil if nothing is: whatever the account's owner set for the voice holds.
    init?(speed: Double) {
        guard speed != 1 else { return nil }
        self.speed = speed
    }
}
