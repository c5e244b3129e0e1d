public import Voice

/// The device, as those talk to it who are not in the room. What they say and hear never comes
/// near its microphone and speaker.
public protocol TalkingDevice: Sendable {
    /// Begins a turn, as soon as there is a place for one: only so many go on at a time.
    ///
    /// - Parameter isWhole: whether the order says all that there is to say. If not, the turn takes
    ///   its recording in, and waits for `complete` before anybody is asked.
    /// - Throws: an `HTTPError`: 503 if nobody made room in time or the device is ending, 422 for a
    ///   voice that there is not.
    func begin(_ order: TalkOrder, isWhole: Bool) async throws -> any TalkTurn

    /// Nothing said so far in the caller's conversation is remembered from now on.
    func forgetConversation(of caller: Caller) async throws

    /// Whether there is somebody who makes voices.
    var makesVoices: Bool { get }

    /// Makes a voice after a recording of somebody's, and remembers it for them.
    ///
    /// - Throws: an `HTTPError`: 409 where nobody can make one or the plan does not allow it, 422
    ///   for a recording that is of no use, 502 if nobody answered.
    /// - Returns: the voice's id, and a sentence.
    func clone(_ order: CloneOrder) async throws -> (id: String, message: String)

    /// Where the whole answer of a turn can be heard by whoever has the address, for an hour.
    func address(of turn: any TalkTurn, at origin: String) async throws -> String

    /// The bytes of such an answer, piece by piece; nil if there is none of that name.
    func recording(_ name: String) -> (() throws -> [UInt8]?)?
}

/// What a turn is to be.
public struct TalkOrder: Sendable {
    /// What it begins with.
    public enum Question: Equatable, Sendable {
        /// The bytes of a file, which come later.
        case file
        /// 16-bit little-endian samples, mono, of so many a second, which come while they are
        /// spoken: how long that may take is cut, not refused.
        case samples(rate: Int)
        case text(String)
        /// There is no question: this is to be said.
        case recital(String)
    }

    /// How far it goes.
    public enum Goal: Equatable, Sendable { case words, reply, sound }

    /// As what its sound is wanted.
    public enum Sound: Equatable, Sendable {
        case mp3, wav
        /// As `Question.samples`.
        case samples
        /// As a file, which is not sent but kept for an hour.
        case kept
    }

    /// What it remembers.
    public enum Conversation: Equatable, Sendable {
        case none
        /// The caller's own.
        case callers
        /// The one between the caller and their user.
        case users
        /// The one of that name.
        case named(String)
    }

    public let caller: Caller
    public let question: Question
    public var goal = Goal.sound
    public var sound = Sound.mp3
    public var conversation = Conversation.none
    /// Whom the caller speaks for.
    public var user: String?
    /// Nil, empty or `default`: the one that was made for the user, else the caller's.
    public var voice: String?

    public init(_ question: Question, of caller: Caller) {
        self.question = question
        self.caller = caller
    }
}

/// What a voice is to be made after.
public struct CloneOrder: Sendable {
    public let caller: Caller
    public let user: String
    public let name: String
    /// Who agreed: the person whose voice it is, as they are called; nil if the caller did not say.
    public let speaker: String?
    /// A file.
    public let recording: [UInt8]

    public init(
        caller: Caller, user: String, name: String, speaker: String?, recording: [UInt8]
    ) {
        self.caller = caller
        self.user = user
        self.name = name
        self.speaker = speaker
        self.recording = recording
    }
}

/// A turn that goes on. For one who gives and one who takes, who may be two tasks.
public protocol TalkTurn: AnyObject, Sendable {
    /// By which history knows it.
    var id: String { get }

    /// What is known by now.
    var facts: TalkFacts { get }

    /// Says what could not be said when the turn began.
    ///
    /// - Throws: as `begin`.
    func complete(by order: TalkOrder) async throws

    /// The next bytes of the question. May block for as long as it takes to decode them.
    ///
    /// - Throws: an `HTTPError` for what cannot be used; the turn is over then.
    func hear(_ bytes: [UInt8]) throws

    /// There is no more of the question. May block, as `hear` does.
    func heardAll() throws

    /// Returns when the turn has got so far, or is over.
    func gets(to milestone: TalkMilestone) async

    /// What happens next, in order; nil at the end. Whoever does not ask holds the turn up, as far
    /// as its sound goes.
    func next() async -> TalkEvent?

    /// Hangs up. Nothing happens any more.
    func cancel()

    /// Returns when it is over and was kept.
    func ends() async
}

/// How far a turn got.
public enum TalkMilestone: Sendable {
    /// All of the reply is written.
    case reply
    /// There is something to hear.
    case sound
}

/// What is known of a turn.
public struct TalkFacts: Sendable {
    /// Nil until it is known.
    public var transcript: String?
    /// As far as it is written.
    public var reply = ""
    /// Who answers, by stage, in the order in which they came in.
    public var providers: [(stage: String, name: String)] = []
    public var outcome: Outcome?
    /// Why it failed; also why nothing was asked.
    public var failure: HTTPError?

    public init() {}
}

/// Something that happens in a turn.
public enum TalkEvent: Equatable, Sendable {
    case transcript(String)
    /// A piece of it.
    case reply(String)
    /// Sound comes from now on, in that format; once.
    case soundBegins(AudioFormat)
    case sound([UInt8])
}
