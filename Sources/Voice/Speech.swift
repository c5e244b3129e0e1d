/// Somebody who has a part in answering.
public protocol Provider: Sendable {
    /// Gets ready for a question that is being asked: whatever takes time and costs nothing.
    /// Returns at once.
    func prepare()

    /// Whether there is a way to it now, found out without asking it for anything; false where
    /// nobody can tell.
    func isReachable() async -> Bool
}

extension Provider {
    public func prepare() {}
    public func isReachable() async -> Bool { false }
}

/// Somebody elsewhere who can be asked whether they would serve.
public protocol ExaminedProvider: Provider {
    /// Asks for something that costs nothing but takes what a question takes: the way, the key.
    ///
    /// - Returns: what their owner should know.
    /// - Throws: why they would not serve.
    func examine() async throws(ProviderError) -> Examination
}

/// What an examination found out.
public struct Examination: Equatable, Sendable {
    /// With what they would serve: a model, a voice; nil if there is nothing to choose.
    public var choice: String?
    /// What will be a trouble, each in a sentence without its full stop.
    public var warnings: [String]

    public init(choice: String? = nil, warnings: [String] = []) {
        self.choice = choice
        self.warnings = warnings
    }
}

/// Turns speech into words.
public protocol SpeechRecognizer: Provider {
    /// The words of `speech`, which is taken up while it is still being spoken. Called when the
    /// button goes down, so that whatever takes time to get ready does so while the person
    /// speaks. Returns soon after the stream has ended; empty if no word was made out.
    /// Cancelling whoever waits for it hangs up.
    func transcript(of speech: AudioStream) async throws(ProviderError) -> String
}

/// A recognizer that takes whole recordings as files, also in formats that nobody reads here.
public protocol FileRecognizer: SpeechRecognizer {
    /// The words of a recording, which is MP4 or WebM; empty if no word was made out.
    func transcript(of file: VoiceSample) async throws(ProviderError) -> String
}

/// What a language model is asked.
public struct Prompt: Sendable {
    public var question: String
    /// What was said before and is to be remembered, the oldest first.
    public var exchanges: [Exchange]
    /// The last of what was said, which the device can repeat though it remembers nothing.
    public var last: Exchange?
    /// How the model is to behave; nil leaves it to the model.
    public var instructions: String?
    /// Why those who were asked before gave no reply.
    public var failures: [ProviderError]
    /// What of the device is within the asker's reach; nil leaves all of it.
    public var device: (any DeviceControls)?

    public init(
        question: String, exchanges: [Exchange] = [], last: Exchange? = nil,
        instructions: String? = nil, failures: [ProviderError] = [],
        device: (any DeviceControls)? = nil
    ) {
        self.question = question
        self.exchanges = exchanges
        self.last = last ?? exchanges.last
        self.instructions = instructions
        self.failures = failures
        self.device = device
    }
}

/// Thinks of a reply.
public protocol LanguageModel: Provider {
    /// Begins a reply, returning as soon as there is something to read. Dropping the stream, or
    /// cancelling whoever reads it, hangs up. An empty reply is valid: there is nothing to say.
    ///
    /// - Throws: `ProviderError` if there was no text at all. What goes wrong after the first
    ///   piece is thrown by the stream instead.
    func reply(to prompt: Prompt) async throws(ProviderError) -> TextStream
}

/// Turns words into speech.
public protocol SpeechSynthesizer: Provider {
    /// Speaks `text`, returning as soon as there is something to hear. Dropping the stream, or
    /// cancelling whoever reads it, hangs up.
    ///
    /// - Throws: `ProviderError` if nothing could be heard at all. What goes wrong after the
    ///   first chunk is thrown by the stream instead.
    func speech(for text: String) async throws(ProviderError) -> AudioStream
}

/// A synthesizer that takes a reply while it is still being written, so that it is said in one
/// breath.
public protocol StreamingSynthesizer: SpeechSynthesizer {
    /// Speaks what is written, returning as soon as there is something to hear. Dropping the
    /// stream, or cancelling whoever reads it, hangs up.
    ///
    /// - Parameter clauses: parts of a reply that end where a voice may pause, as they come; for
    ///   one reader. What it throws ends the speech behind what was said before.
    /// - Throws: as `speech(for:)`.
    func speech(of clauses: TextStream) async throws(ProviderError) -> AudioStream
}

/// Sound as MP3 that arrives while it is being made, in pieces of any length.
public typealias MP3Stream = AsyncThrowingStream<[UInt8], any Error>

/// A synthesizer whose sound is made as MP3, and can be had so: for who would make MP3 of it again.
public protocol MP3Synthesizer: SpeechSynthesizer {
    /// Speaks `text`, as `speech(for:)` does; the bytes may follow those of another text.
    func mp3(for text: String) async throws(ProviderError) -> MP3Stream
}
