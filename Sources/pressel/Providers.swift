import Linux
import Providers
import Store
import Synchronization
import Voice
import VoiceLoop

/// The providers by the names that settings use: a new one is a file in `Providers` and a line
/// here.
struct ProviderTable {
    let language: String
    let skills: Skills
    let tools: any Tools
    let pace: SpeakingPace
    let secrets: Secrets
    let cloud: Cloud
    let clock: any MomentClock
    let log: Log

    func recognizer(_ link: Settings.Link) -> (any SpeechRecognizer)? {
        switch link.provider {
        case "openai":
            OpenAITranscription(
                openAI(link), model: ModelChoice(link.model), language: link.language ?? language,
                upload: link.upload == .whole ? .whole : .streamed)
        case "azure":
            AzureRecognition(azure(.recognition, link), language: link.language ?? language)
        case "pocketsphinx":
            PocketSphinx(
                program: pathOfThisProgram(), model: link.model ?? PocketSphinx.defaultModel,
                language: link.language ?? language)
        default: nil
        }
    }

    func languageModel(_ link: Settings.Link) -> (any LanguageModel)? {
        switch link.provider {
        case "openai": chat(link)
        case "skills": skills
        default: nil
        }
    }

    func synthesizer(_ link: Settings.Link) -> (any SpeechSynthesizer)? {
        switch link.provider {
        case "openai": speech(link)
        case "azure":
            AzureSpeech(
                azure(.speech, link), language: link.language ?? language, voice: link.voice,
                speed: link.speed ?? 1, pace: pace)
        case "google-translate":
            GoogleTranslateSpeech(
                language: link.language ?? language, domain: link.region, baseURL: link.baseURL,
                speed: link.speed ?? 1, pace: pace, client: cloud.client, timeout: timeout(link),
                clock: clock, log: log)
        case "espeak-ng":
            ESpeak(
                voice: link.voice ?? ESpeak.voice(forLanguage: link.language ?? language),
                wordsPerMinute: Int(150 * (link.speed ?? 1)), pace: pace)
        default: nil
        }
    }

    private func chat(_ link: Settings.Link) -> OpenAIChat {
        var options = OpenAIChat.Options()
        options.maxTokens = link.maxTokens
        if link.maxTokensField == .maxTokens { options.limitField = .maxTokens }
        options.reasoningEffort = link.reasoningEffort
        return OpenAIChat(
            openAI(link), model: ModelChoice(link.model), options: options,
            tools: link.tools ? tools : nil)
    }

    private func speech(_ link: Settings.Link) -> OpenAISpeech {
        var options = OpenAISpeech.Options()
        if let voice = link.voice { options.voice = voice }
        if let speed = link.speed { options.speed = speed }
        if let rate = link.sampleRate { options.framesPerSecond = rate }
        options.instructions = link.instructions
        return OpenAISpeech(
            openAI(link), model: ModelChoice(link.model), options: options, pace: pace)
    }

    private func openAI(_ link: Settings.Link) -> HTTPService {
        HTTPService.openAI(
            name: link.provider,
            baseURL: link.baseURL ?? environment("OPENAI_BASE_URL") ?? HTTPService.openAIURL,
            key: link.isReadByOthers ? nil : secrets[.openAI], client: cloud.client,
            timeout: timeout(link), clock: clock, log: log)
    }

    private func azure(_ part: AzureService.Part, _ link: Settings.Link) -> AzureService {
        AzureService(
            part, region: link.region ?? secrets[.microsoftRegion], baseURL: link.baseURL,
            key: link.isReadByOthers ? nil : secrets[.microsoft], client: cloud.client,
            timeout: timeout(link), clock: clock, log: log)
    }

    private func timeout(_ link: Settings.Link) -> Duration {
        link.timeoutSeconds.map { .seconds($0) } ?? HTTPService.defaultTimeout
    }

    /// The chain for one stage: the links of `settings` that this version has, the device's own
    /// always last. Where nobody set up a chain, everybody leads who has a key.
    func chain<Provider>(
        _ key: String, _ links: [Settings.Link]?, local: String,
        _ make: (Settings.Link) -> Provider?
    ) -> Failover<Provider> {
        let isChosen = links != nil
        var links = links ?? withKeys
        if links.last?.provider != local { links.append(Settings.Link(provider: local)) }
        let made = links.compactMap { link -> Failover<Provider>.Link? in
            if let provider = make(link) { return .init(link.name(among: links), provider) }
            // Who has a key need not have something for every stage.
            guard isChosen else { return nil }
            log.warning(
                "setting \(key): provider \"\(link.provider)\" is not in this version; passed over")
            return nil
        }
        return Failover(made, clock: clock, log: log)
    }

    /// Those whose key is there, the preferred first.
    private var withKeys: [Settings.Link] {
        let keys: [(name: Secrets.Name, provider: String)] = [
            (.openAI, "openai"), (.microsoft, "azure"),
        ]
        return keys.filter { secrets[$0.name] != nil }.map { Settings.Link(provider: $0.provider) }
    }
}

extension Settings.Link {
    /// The provider's name, and where it is if the chain has several of that name.
    fileprivate func name(among links: [Settings.Link]) -> String {
        guard links.count(where: { $0.provider == provider }) > 1 else { return provider }
        return "\(provider) (\(baseURL?.hostInURL ?? "default"))"
    }

    /// Whether everybody on the way could read a key: a server of one's own without TLS, which
    /// wants none as a rule.
    fileprivate var isReadByOthers: Bool {
        guard let baseURL, baseURL.lowercased().hasPrefix("http:") else { return false }
        let host = baseURL.hostInURL
        return !["127.0.0.1", "localhost", "[::1]"].contains {
            host == $0 || host.hasPrefix("\($0):")
        }
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
