public import Voice

/// What the owner may change about a turn; the ranges are those of the settings.
public struct LoopSettings: Sendable {
    /// How much of the time before a press belongs to the turn.
    public var preRoll = Duration.milliseconds(300)
    /// How long speech that outlasts the release is waited for at most.
    public var postRoll = Duration.milliseconds(600)
    /// The silence that ends a hands-free question.
    public var endOfSpeech = Duration.milliseconds(800)
    /// How long a hands-free turn waits for somebody to speak.
    public var noSpeech = Duration.seconds(5)
    /// The longest question.
    public var longestTurn = Duration.seconds(60)
    /// A press this long or longer is no tap.
    public var hold = Duration.milliseconds(400)
    /// How many exchanges the conversation remembers.
    public var rememberedTurns = 10
    /// What the device says of itself is in this language.
    public var language = SpokenLanguage.english
    /// Whether the device makes its own small sounds.
    public var sounds = true

    public init() {}
}

/// Everything the loop works with.
public struct LoopParts: Sendable {
    public var microphone: any Microphone
    public var speaker: any Speaker
    public var recognizers: Failover<any SpeechRecognizer>
    public var languageModels: Failover<any LanguageModel>
    public var synthesizers: Failover<any SpeechSynthesizer>
    /// Says what went wrong, when something did: the one that needs nobody else.
    public var ownVoice: any SpeechSynthesizer
    public var clock: any MomentClock
    public var log: Log

    public init(
        microphone: any Microphone, speaker: any Speaker,
        recognizers: Failover<any SpeechRecognizer>,
        languageModels: Failover<any LanguageModel>,
        synthesizers: Failover<any SpeechSynthesizer>, ownVoice: any SpeechSynthesizer,
        clock: any MomentClock, log: Log
    ) {
        self.microphone = microphone
        self.speaker = speaker
        self.recognizers = recognizers
        self.languageModels = languageModels
        self.synthesizers = synthesizers
        self.ownVoice = ownVoice
        self.clock = clock
        self.log = log
    }
}

/// What is known of a turn when it is over.
public struct TurnReport: Sendable {
    public let turn: Turn
    public var outcome = Outcome.stopped
    /// Empty if it did not come to that.
    public var transcript = ""
    public var reply = ""
    public var timeline = Timeline()
    /// Who answered, by stage: `speechToText`, `languageModel`, `textToSpeech`.
    public var providers: [String: String] = [:]
    /// Why it failed, for the log and the page; nil otherwise.
    public var failure: String?
    /// The question as it was recorded.
    public var question = AudioChunk([], format: .speech)
}
