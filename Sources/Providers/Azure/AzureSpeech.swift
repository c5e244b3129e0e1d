public import Voice

/// Text to speech by Azure's REST API, heard as it is made.
public struct AzureSpeech: SpeechSynthesizer, ExaminedProvider {
    private let service: AzureService
    private let language: String
    private let voice: AzureVoiceChoice
    private let speed: Double
    private let pace: SpeakingPace

    private static let path = "/cognitiveservices/v1"
    private static let output = "raw-24khz-16bit-mono-pcm"
    private static let format = AudioFormat(framesPerSecond: 24_000, channels: 1)
    /// Azure wants to know, in at most 255 characters.
    static let userAgent = [(name: "User-Agent", value: "pressel")]
    /// Azure stops after ten minutes, which people need for less than this.
    private static let mostCharacters = 10_000

    /// - Parameters:
    ///   - language: BCP 47; where it names no country, the largest one is taken.
    ///   - voice: its short name; nil for the first good one that Azure lists for the language.
    ///   - speed: a factor on the voice's usual one; with the pace, 0.5...2 is what Azure takes.
    public init(
        _ service: AzureService, language: String, voice: String? = nil, speed: Double = 1,
        pace: SpeakingPace = SpeakingPace()
    ) {
        self.service = service
        self.language = language
        self.voice = AzureVoiceChoice(voice)
        self.speed = speed
        self.pace = pace
    }

    public func prepare() {
        service.warm(Self.path, connections: 2)
        guard let server = try? service.server, let locale = AzureLocale.complete(language) else {
            return
        }
        // Whoever needs it learns why it is not known.
        Task { [voice] in _ = try? await voice.name(for: locale, at: server) }
    }

    public func isReachable() async -> Bool { await service.isReachable() }

    public func examine() async throws(ProviderError) -> Examination {
        let (server, locale) = try serverAndLocale()
        let voices = try await service.listedVoices()
        let name = try voice.name(for: locale, among: voices, at: server)
        let isListed = voices.contains { $0.name == name }
        return Examination(
            choice: "voice \(name)",
            warnings: isListed ? [] : ["it does not list the voice \(name)"])
    }

    private func serverAndLocale() throws(ProviderError) -> (server: HTTPService, locale: String) {
        let server = try service.server
        guard let locale = AzureLocale.complete(language) else {
            throw .foreignLanguage(provider: server.name, language: language)
        }
        return (server, locale)
    }

    public func speech(for text: String) async throws(ProviderError) -> AudioStream {
        let (server, locale) = try serverAndLocale()
        let ssml = SSML(
            String(text.prefix(Self.mostCharacters)), language: locale,
            voice: try await voice.name(for: locale, at: server), rate: speed * pace.factor)
        var request = server.post(Self.path, body: Array(ssml.document.utf8))
        request.headers =
            [
                ("Content-Type", "application/ssml+xml"),
                ("X-Microsoft-OutputFormat", Self.output),
            ] + Self.userAgent
        let response = try await server.send(request)
        return try await server.sound(of: response, format: Self.format)
    }
}
