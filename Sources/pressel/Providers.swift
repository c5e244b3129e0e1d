import Linux
import Providers
import Store
import Voice
import VoiceLoop

/// The providers by the names that settings use: a new one is a file in `Providers` and a line
/// here.
struct ProviderTable {
    let language: String
    let skills: Skills
    let pace: SpeakingPace

    func recognizer(_ link: Settings.Link) -> (any SpeechRecognizer)? {
        switch link.provider {
        case "pocketsphinx":
            PocketSphinx(
                program: pathOfThisProgram(), model: link.model ?? PocketSphinx.defaultModel,
                language: link.language ?? language)
        default: nil
        }
    }

    func languageModel(_ link: Settings.Link) -> (any LanguageModel)? {
        switch link.provider {
        case "skills": skills
        default: nil
        }
    }

    func synthesizer(_ link: Settings.Link) -> (any SpeechSynthesizer)? {
        switch link.provider {
        case "espeak-ng":
            ESpeak(
                voice: link.voice ?? ESpeak.voice(forLanguage: link.language ?? language),
                wordsPerMinute: Int(150 * (link.speed ?? 1)), pace: pace)
        default: nil
        }
    }

    /// The chain for one stage: the links of `settings` this version has, the device's own always
    /// last.
    func chain<Provider>(
        _ key: String, _ links: [Settings.Link]?, local: String, clock: any MomentClock, log: Log,
        _ make: (Settings.Link) -> Provider?
    ) -> Failover<Provider> {
        var links = links ?? []
        if links.last?.provider != local { links.append(Settings.Link(provider: local)) }
        let made = links.compactMap { link -> Failover<Provider>.Link? in
            if let provider = make(link) { return .init(link.provider, provider) }
            log.warning(
                "setting \(key): provider \"\(link.provider)\" is not in this version; passed over")
            return nil
        }
        return Failover(made, clock: clock, log: log)
    }
}
