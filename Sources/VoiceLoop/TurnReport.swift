public import Voice

/// What is known of a turn when it is over.
public struct TurnReport: Sendable {
    public let turn: Turn
    public var outcome = Outcome.stopped
    /// Nothing in it will change any more.
    public internal(set) var isOver = false
    /// Empty if it did not come to that.
    public var transcript = ""
    public var reply = ""
    public var timeline = Timeline()
    /// Who answered, by stage: `speechToText`, `languageModel`, `textToSpeech`.
    public var providers: [String: String] = [:]
    /// Why it failed, for the log and the page; nil otherwise.
    public var failure: String?
    /// What was the matter, for whoever acts on it; nil unless it failed.
    public var problem: TurnProblem?
    /// The question as it was recorded.
    public var question = AudioChunk([], format: .speech)
    /// The answer as it was played, if the settings keep sound.
    public var answer: AudioChunk?
}

/// What a conversation remembers when the program ends.
public protocol ConversationMemory: Sendable {
    /// What was said lately, the oldest first.
    func exchanges() async -> [Exchange]

    /// Keeps a turn: when its reply is complete but not yet heard to its end, and again when it
    /// is over; one call at a time. Returns when it is safe, for which no turn waits; never fails,
    /// since a turn does not depend on it.
    func keep(_ report: TurnReport) async

    /// What was kept so far is not to be remembered any more, and `turn` and those before it never
    /// are, though they may still be going on.
    func forget(upTo turn: Turn) async throws
}
