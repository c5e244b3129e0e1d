import Linux
import Providers
import Store
import Synchronization
import Voice

extension ProviderTable {
    // MARK: - OpenAI

    func openAI(_ link: Settings.Link) -> HTTPService {
        let url = link.baseURL ?? environment("OPENAI_BASE_URL") ?? HTTPService.openAIURL
        return HTTPService.openAI(
            name: link.provider,
            baseURL: url, key: key(.openAI, for: url), client: cloud.client, timeout: timeout(link),
            clock: clock, log: log)
    }

    func chat(_ link: Settings.Link) -> OpenAIChat {
        var options = OpenAIChat.Options()
        options.maxTokens = link.maxTokens
        if link.maxTokensField == .maxTokens { options.limitField = .maxTokens }
        options.reasoningEffort = link.reasoningEffort
        return OpenAIChat(
            openAI(link), model: ModelChoice(link.model), options: options,
            tools: link.tools ? tools : nil)
    }

    func speech(_ link: Settings.Link) -> OpenAISpeech {
        var options = OpenAISpeech.Options()
        if let voice = link.voice { options.voice = voice }
        if let speed = link.speed { options.speed = speed }
        if let rate = link.sampleRate { options.framesPerSecond = rate }
        options.instructions = link.instructions
        return OpenAISpeech(
            openAI(link), model: ModelChoice(link.model), options: options, pace: pace)
    }

    func realtimeSpeech(_ link: Settings.Link) -> OpenAIRealtimeSpeech {
        var options = OpenAIRealtimeSpeech.Options()
        if let voice = link.voice { options.voice = voice }
        if let speed = link.speed { options.speed = speed }
        options.instructions = link.instructions
        return OpenAIRealtimeSpeech(
            openAI(link), model: ModelChoice(link.model), options: options, pace: pace)
    }

    // MARK: - Others

    func messages(_ link: Settings.Link) -> AnthropicMessages {
        var options = AnthropicMessages.Options()
        if let limit = link.maxTokens { options.maxTokens = limit }
        options.reasoningEffort = link.reasoningEffort
        return AnthropicMessages(
            anthropic(link), model: ModelChoice(link.model), options: options,
            tools: link.tools ? tools : nil)
    }

    func anthropic(_ link: Settings.Link) -> HTTPService {
        let url = link.baseURL ?? environment("ANTHROPIC_BASE_URL") ?? HTTPService.anthropicURL
        return HTTPService.anthropic(
            name: link.provider, baseURL: url, key: key(.anthropic, for: url), client: cloud.client,
            timeout: timeout(link),
            clock: clock, log: log)
    }

    func elevenLabs(_ link: Settings.Link) -> HTTPService {
        let url = link.baseURL ?? environment("ELEVENLABS_BASE_URL") ?? HTTPService.elevenLabsURL
        return HTTPService.elevenLabs(
            name: link.provider, baseURL: url, key: key(.elevenLabs, for: url),
            client: cloud.client, timeout: timeout(link),
            clock: clock, log: log)
    }

    func elevenLabsSpeech(_ link: Settings.Link) -> any SpeechSynthesizer {
        var options = ElevenLabsVoice.Options()
        options.voice = link.voice
        options.model = link.model
        options.language = link.language ?? language
        if let speed = link.speed { options.speed = speed }
        let voice = ElevenLabsVoice(options, pace: pace)
        return link.transport == .http
            ? ElevenLabsSpeech(elevenLabs(link), voice: voice)
            : ElevenLabsStream(elevenLabs(link), voice: voice)
    }

    func azure(_ part: AzureService.Part, _ link: Settings.Link) -> AzureService {
        AzureService(
            part, region: link.region ?? secrets[.microsoftRegion], baseURL: link.baseURL,
            key: key(.microsoft, for: link.baseURL ?? "https:"), client: cloud.client,
            timeout: timeout(link),
            clock: clock, log: log)
    }

    func wyoming(_ link: Settings.Link, _ port: Int) -> WyomingServer {
        WyomingServer(
            name: link.provider, baseURL: link.baseURL, defaultPort: port,
            timeout: link.timeoutSeconds.map { .seconds($0) } ?? WyomingServer.defaultTimeout,
            clock: clock, log: log)
    }

    func timeout(_ link: Settings.Link) -> Duration {
        link.timeoutSeconds.map { .seconds($0) } ?? HTTPService.defaultTimeout
    }

    /// The voice of a setting or of a caller may be none that it has; the language's always is.
    func espeak(_ link: Settings.Link) -> ESpeak {
        let own = ESpeak.voice(forLanguage: link.language ?? language)
        return ESpeak(
            voice: link.voice ?? own, orElse: own, wordsPerMinute: Int(150 * (link.speed ?? 1)),
            pace: pace, log: log)
    }

    /// No key where everybody on the way could read it: to a server of one's own without TLS, which
    /// wants none as a rule.
    private func key(_ name: Secrets.Name, for url: String) -> String? {
        let host = url.hostInURL
        let isHere = ["127.0.0.1", "localhost", "[::1]"].contains {
            host == $0 || host.hasPrefix("\($0):")
        }
        return url.lowercased().hasPrefix("https:") || isHere ? secrets[name] : nil
    }
}

extension Settings.Link {
    /// The provider's name, and where it is if the chain has several of that name.
    func name(among links: [Settings.Link]) -> String {
        guard links.count(where: { $0.provider == provider }) > 1 else { return provider }
        return "\(provider) (\(place ?? "default"))"
    }

    /// By which a refused key or a lost network is known to all that it concerns.
    var account: String {
        let vendor = provider == "openai-realtime" ? "openai" : provider
        return "\(vendor) \(place ?? "")"
    }

    /// Nil for where the provider is by itself. Regions have hosts and, at Azure, keys of their own.
    private var place: String? {
        baseURL?.hostInURL ?? region.map { $0.lowercased().filter { !$0.isWhitespace } }
    }
}

/// The one client for everything in the cloud, made when the first asks for it: a device without
/// any has no thread for it.
final class Cloud: Sendable {
    private let caFile: String?
    private let made = Mutex<HTTPClient?>(nil)

    init(caFile: String?) { self.caFile = caFile }

    var client: HTTPClient {
        made.withLock { made in
            let client = made ?? HTTPClient(caFile: caFile)
            made = client
            return client
        }
    }
}
