import Linux
import Providers
import Store
import Voice
import VoiceLoop

/// The providers by the names that settings use: a new one is a file in `Providers`, a line here
/// and, where it takes more than a line to make one, a function beside this.
struct ProviderTable {
    let language: String
    let skills: Skills
    let tools: any Tools
    let pace: SpeakingPace
    let secrets: Secrets
    let cloud: Cloud
    let outages: Outages
    let requests: RequestCount
    let clock: any MomentClock
    let log: Log

    func recognizer(_ link: Settings.Link) -> (any SpeechRecognizer)? {
        switch link.provider {
        case "openai":
            OpenAITranscription(
                openAI(link), model: ModelChoice(link.model), language: link.language ?? language,
                upload: link.upload == .whole ? .whole : .streamed)
        case "openai-realtime":
            OpenAIRealtimeTranscription(
                openAI(link), model: ModelChoice(link.model), language: link.language ?? language)
        case "azure":
            AzureRecognition(azure(.recognition, link), language: link.language ?? language)
        case "wyoming":
            WyomingRecognition(
                wyoming(link, WyomingServer.transcriptionPort), model: link.model,
                language: link.language ?? language)
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
        case "anthropic": messages(link)
        case "skills": skills
        default: nil
        }
    }

    func synthesizer(_ link: Settings.Link) -> (any SpeechSynthesizer)? {
        switch link.provider {
        case "openai": speech(link)
        case "openai-realtime": realtimeSpeech(link)
        case "elevenlabs": elevenLabsSpeech(link)
        case "azure":
            AzureSpeech(
                azure(.speech, link), language: link.language ?? language, voice: link.voice,
                speed: link.speed ?? 1, pace: pace)
        case "google-translate":
            GoogleTranslateSpeech(
                language: link.language ?? language, domain: link.region, baseURL: link.baseURL,
                speed: link.speed ?? 1, pace: pace, client: cloud.client, timeout: timeout(link),
                clock: clock, log: log)
        case "wyoming":
            WyomingSpeech(
                wyoming(link, WyomingServer.speechPort), voice: link.voice ?? link.model,
                language: link.language)
        case "espeak-ng":
            espeak(link)
        default: nil
        }
    }

    /// The voices of a link of `textToSpeech`; nil for a provider that has no list of any.
    func voiceLibrary(_ link: Settings.Link) -> (any VoiceLibrary)? {
        switch link.provider {
        case "openai": OpenAIVoices(openAI(link), model: ModelChoice(link.model))
        case "elevenlabs": ElevenLabsLibrary(elevenLabs(link))
        case "espeak-ng": ESpeakVoices()
        default: nil
        }
    }

    /// The models of a link of `stage`; nil for a provider that has no list of any.
    func modelLibrary(_ stage: String, _ link: Settings.Link) -> (any ModelLibrary)? {
        switch (link.provider, stage) {
        case ("openai", "speechToText"): OpenAIModels(openAI(link), for: .transcription)
        case ("openai", "languageModel"): OpenAIModels(openAI(link), for: .chat)
        case ("openai", "textToSpeech"): OpenAIModels(openAI(link), for: .speech)
        case ("openai-realtime", "speechToText"):
            OpenAIModels(openAI(link), for: .liveTranscription)
        case ("openai-realtime", "textToSpeech"): OpenAIModels(openAI(link), for: .realtimeVoice)
        case ("anthropic", "languageModel"): AnthropicModels(anthropic(link))
        case ("elevenlabs", "textToSpeech"): ElevenLabsModels(elevenLabs(link))
        default: nil
        }
    }

    /// Who is asked first where several have a key.
    private static let keys: [(provider: String, key: Secrets.Name)] = [
        ("openai", .openAI), ("openai-realtime", .openAI), ("anthropic", .anthropic),
        ("elevenlabs", .elevenLabs), ("azure", .microsoft),
    ]

    /// The secret that a provider asks for; nil if it asks for none.
    ///
    /// - Parameter name: of the provider, also with where it is.
    static func secret(of name: String) -> Secrets.Name? {
        keys.first { $0.provider == name.prefix { $0 != " " } }?.key
    }

    /// Who speaks by these settings, the device's own voice among them.
    func speakers(_ links: [Settings.Link]?) -> [Settings.Link] {
        var links = links ?? withKeys
        if !links.contains(where: { $0.provider == "espeak-ng" }) {
            links.append(Settings.Link(provider: "espeak-ng"))
        }
        return links
    }

    private var withKeys: [Settings.Link] {
        Self.keys.filter { secrets[$0.key] != nil }.map { Settings.Link(provider: $0.provider) }
    }

    /// What a chain is made of: what is set up, else everybody who has a key; the device's own last.
    func links(_ links: [Settings.Link]?, local: String) -> [Settings.Link] {
        var links = links ?? withKeys
        if links.last?.provider != local { links.append(Settings.Link(provider: local)) }
        return links
    }

    /// The chain for one stage: those of `links` that have it, the device's own
    /// always last. Where nobody set up a chain, everybody leads who has a key.
    func chain<Provider>(
        _ key: String, _ links: [Settings.Link]?, local: String,
        _ make: (Settings.Link) -> Provider?
    ) -> Failover<Provider> {
        let links = self.links(links, local: local)
        // Whoever has a key may be of use for another stage only.
        let made = links.compactMap { link in
            make(link).map { provider in
                Failover<Provider>.Link(
                    link.name(among: links), account: link.account, provider)
            }
        }
        return Failover(
            of: key, made, outages: outages, requests: requests, clock: clock, log: log)
    }
}
