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
    /// How presses are told apart.
    public var gestures = Phase.Gestures()
    /// How many exchanges the conversation remembers.
    public var rememberedTurns = 10
    /// In which language replies are cut into clauses; BCP 47.
    public var replyLanguage = "en"
    /// How language models are to behave; nil leaves it to them.
    public var instructions: String?
    /// An answer that is longer ends there.
    public var longestReply = Duration.seconds(120)
    /// Whether the device listens again, hands-free, when its answer was heard.
    public var followUp = false
    /// What the device says of itself is in this language.
    public var language = SpokenLanguage.english
    /// Whether a turn's report holds its answer as sound.
    public var keepsSound = false
    /// Whether the device makes its own small sounds.
    public var sounds = true
    /// Whether the device says in its own voice what went wrong. Otherwise only the report does.
    public var tellsTrouble = true
    /// How many clauses may be written ahead of the one that is made into sound.
    public var clausesAhead = 0

    public init() {}
}

/// Everything the loop works with.
public struct LoopParts: Sendable {
    public var microphone: any Microphone
    public var speaker: any Speaker
    public var recognizers: Failover<any SpeechRecognizer>
    public var languageModels: Failover<any LanguageModel>
    public var synthesizers: Failover<any SpeechSynthesizer>
    /// What is known of those elsewhere; the same as the chains have.
    public var outages: Outages
    /// Says what went wrong, when something did: the one that needs nobody else.
    public var ownVoice: any SpeechSynthesizer
    /// Keeps what was said beyond the end of the program; nil if nothing does.
    public var memory: (any ConversationMemory)?
    /// What of the device whoever asks may reach; nil for all that those who answer were given.
    public var controls: (any DeviceControls)?
    public var clock: any MomentClock
    public var log: Log

    public init(
        microphone: any Microphone, speaker: any Speaker,
        recognizers: Failover<any SpeechRecognizer>,
        languageModels: Failover<any LanguageModel>,
        synthesizers: Failover<any SpeechSynthesizer>, outages: Outages? = nil,
        ownVoice: any SpeechSynthesizer, memory: (any ConversationMemory)? = nil,
        clock: any MomentClock, log: Log
    ) {
        self.microphone = microphone
        self.speaker = speaker
        self.recognizers = recognizers
        self.languageModels = languageModels
        self.synthesizers = synthesizers
        self.outages = outages ?? Outages(clock: clock)
        self.ownVoice = ownVoice
        self.memory = memory
        self.clock = clock
        self.log = log
    }
}
