import Audio
import Linux
import Providers
import Store
import Voice
import VoiceLoop
import Web

/// The parts of the device, introduced to each other as the settings say.
struct Appliance {
    var settings: Settings
    var secrets: Secrets
    let cloud: Cloud
    let clock = MonotonicClock()
    let requests = RequestCount()
    let log: Log

    /// Sets the process's time zone: make one before any thread is started.
    init(_ configuration: Configuration, log: Log) {
        settings = configuration.settings
        secrets = configuration.secrets
        cloud = Cloud(caFile: settings.network.caFile)
        self.log = log
        wallClock = SystemWallClock(timeZone: settings.timeZone)
    }

    private let wallClock: SystemWallClock

    /// The time where the owner lives; nil while the clock was never set.
    var time: LocalTime? { wallClock.now() }

    func microphone() -> ALSAMicrophone {
        ALSAMicrophone(
            device: settings.audio.captureDevice, preRoll: loopSettings.preRoll,
            isMuted: settings.audio.muted, log: log.of("audio"))
    }

    func speaker() -> ALSASpeaker {
        ALSASpeaker(
            device: settings.audio.playbackDevice, volume: settings.audio.volume,
            keepsOpen: settings.audio.keepSpeakerOpen, log: log.of("audio"))
    }

    var ownVoice: any SpeechSynthesizer { ownVoice(at: SpeakingPace()) }

    private func ownVoice(at pace: SpeakingPace) -> any SpeechSynthesizer {
        ESpeak(
            voice: ESpeak.voice(forLanguage: speaksOwnersLanguage ? settings.language : "en"),
            pace: pace)
    }

    /// In a language of which the device has no sentences, it says its own in English.
    private var speaksOwnersLanguage: Bool { SpokenLanguage(tag: settings.language) != nil }
    private var language: SpokenLanguage { SpokenLanguage(tag: settings.language) ?? .english }

    var loopSettings: LoopSettings {
        var loop = LoopSettings()
        loop.preRoll = .milliseconds(settings.audio.preRollMilliseconds)
        loop.postRoll = .milliseconds(settings.audio.postRollMilliseconds)
        loop.endOfSpeech = .milliseconds(settings.audio.endOfSpeechMilliseconds)
        loop.noSpeech = .seconds(settings.audio.noSpeechSeconds)
        loop.longestTurn = .seconds(settings.audio.longestTurnSeconds)
        loop.gestures.hold = .milliseconds(settings.button.holdMilliseconds)
        loop.gestures.toggles = settings.button.mode == .toggle
        loop.followUp = settings.conversation.followUp
        loop.longestReply = .seconds(settings.conversation.longestReplySeconds)
        loop.instructions = settings.conversation.systemPrompt ?? usualInstructions
        loop.rememberedTurns = settings.conversation.rememberedTurns
        loop.language = language
        loop.replyLanguage = settings.language
        loop.sounds = settings.audio.sounds
        loop.keepsSound = settings.history.keepAudio
        return loop
    }

    /// What a model is told that was told nothing by the owner.
    private var usualInstructions: String {
        """
        You are \(settings.name), a voice assistant in somebody's room. What you write is spoken \
        aloud and cannot be seen: answer in one to three short sentences of plain text, without \
        lists, headings, links or emoji. Answer in the language in which you are asked; the \
        owner's is \(settings.language). Where a tool does what is asked, call it, and tell only \
        what its result says. If you do not know, say so.
        """
    }

    /// - Parameters:
    ///   - controls: what skills may do to the device; nil leaves them what a command has.
    ///   - memory: keeps what was said; nil if nothing does.
    func parts(
        microphone: any Microphone, speaker: any Speaker,
        controls: (any DeviceControls)? = nil, memory: (any ConversationMemory)? = nil,
        pace: SpeakingPace = SpeakingPace()
    ) -> LoopParts {
        parts(
            microphone: microphone, speaker: speaker, memory: memory,
            by: table(controls: controls, pace: pace))
    }

    /// Those who can be asked.
    ///
    /// - Parameter controls: as `parts` takes them.
    func table(
        controls: (any DeviceControls)? = nil, pace: SpeakingPace = SpeakingPace()
    ) -> ProviderTable {
        let skills = Skills(
            language: language, wallClock: wallClock, network: RoutingTable(),
            device: controls ?? PlainControls(settings), log: log.of("skills"))
        let outages = Outages(clock: clock)
        return ProviderTable(
            language: settings.language, skills: skills, tools: SkillTools(skills), pace: pace,
            secrets: secrets, cloud: cloud, outages: outages, requests: requests, clock: clock,
            log: log.of("providers"))
    }

    func parts(
        microphone: any Microphone, speaker: any Speaker, memory: (any ConversationMemory)?,
        by table: ProviderTable
    ) -> LoopParts {
        LoopParts(
            microphone: microphone, speaker: speaker,
            recognizers: table.chain(
                "speechToText", settings.speechToText, local: "pocketsphinx", table.recognizer),
            languageModels: table.chain(
                "languageModel", settings.languageModel, local: "skills", table.languageModel),
            synthesizers: table.chain(
                "textToSpeech", settings.textToSpeech, local: "espeak-ng", table.synthesizer),
            outages: table.outages, ownVoice: ownVoice(at: table.pace), memory: memory,
            clock: clock, log: log.of("loop"))
    }

    /// Those who have a list of models, by the stage, with the names that settings use.
    func modelLibraries() -> [(place: ModelsReport.Place, library: any ModelLibrary)] {
        let table = table()
        let stages = [
            ("speechToText", settings.speechToText, "pocketsphinx"),
            ("languageModel", settings.languageModel, "skills"),
            ("textToSpeech", settings.textToSpeech, "espeak-ng"),
        ]
        return stages.flatMap { stage, links, local in
            table.links(links, local: local).compactMap { link in
                table.modelLibrary(stage, link).map { library in
                    let place = ModelsReport.Place(
                        stage: stage, provider: link.provider, baseURL: link.baseURL)
                    return (place, library)
                }
            }
        }
    }

    /// Those who speak and have a list of voices, with the names that settings use.
    func voiceLibraries() -> [(provider: String, library: any VoiceLibrary)] {
        let table = table()
        var names: Set<String> = []
        return table.speakers(settings.textToSpeech).compactMap { link in
            guard let library = table.voiceLibrary(link), names.insert(link.provider).inserted
            else { return nil }
            return (link.provider, library)
        }
    }
}
