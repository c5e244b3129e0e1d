import Codec
import Voice

/// Decides, frame by frame, where the question of a turn ends. It counts frames of the recording,
/// never the clock, so that it decides the same however late it is told.
struct EndOfQuestion {
    struct Limits: Equatable, Sendable {
        var postRoll: Duration
        var endOfSpeech: Duration
        var noSpeech: Duration
        var longest: Duration
    }

    /// What ends the question.
    enum Rule: Equatable, Sendable {
        /// The button is down: nothing but the longest turn.
        case button
        /// It was a tap: silence after speech, or no speech at all.
        case silence
        /// It was let go at this frame: the last word does.
        case lastWord(releasedAt: Int)
        /// This frame, whatever is being said.
        case frame(Int)
    }

    enum Decision: Equatable, Sendable {
        case goOn
        /// The question ends before frame `at`; `speech` says whether there was one.
        case end(at: Int, speech: Bool)
    }

    /// A word may fall silent for this long inside: the closure of a "t" takes up to 100 ms.
    static let pauseInWord = AudioFormat.speech.frames(in: .milliseconds(120))

    var rule = Rule.button
    /// Speech was found, so that there is a question.
    private(set) var isFound = false
    /// Somebody has spoken since the press, whatever there was in the room before it.
    var isFoundSincePress: Bool { isFound && (lastSpeech ?? 0) > lead }

    /// There is something to be asked. Hands-free, what was said in the room before the tap is
    /// nobody's question; who holds the button may have begun before it.
    var isQuestion: Bool { rule == .silence ? isFoundSincePress : isFound }

    private let lead: Int
    private let postRoll: Int
    private let endOfSpeech: Int
    private let noSpeech: Int
    private let longest: Int
    private var recorded = 0
    private var judged = 0
    private var lastSpeech: Int?

    /// - Parameter lead: frames before the press, which the waits do not count.
    init(limits: Limits, lead: Int) {
        let format = AudioFormat.speech
        self.lead = lead
        postRoll = format.frames(in: limits.postRoll)
        endOfSpeech = format.frames(in: limits.endOfSpeech)
        noSpeech = lead + format.frames(in: limits.noSpeech)
        longest = lead + format.frames(in: limits.longest)
    }

    /// Takes note of `frames` more in the recording, and of what was judged of them.
    mutating func heard(frames: Int, _ verdicts: [SpeechDetector.Verdict]) {
        recorded += frames
        for verdict in verdicts {
            judged += SpeechDetector.frame
            if verdict.isSpeech { lastSpeech = judged }
            if verdict.isFound { isFound = true }
        }
    }

    var decision: Decision {
        if recorded >= longest { return .end(at: longest, speech: isFound) }
        switch rule {
        case .button: return .goOn
        case .frame(let frame):
            return recorded >= frame ? .end(at: frame, speech: isFound) : .goOn
        case .lastWord(let released):
            guard recorded >= released else { return .goOn }
            let silent = lastSpeech.map { $0 + Self.pauseInWord } ?? 0
            let end = min(max(released, silent), released + postRoll)
            return recorded >= end ? .end(at: end, speech: isFound) : .goOn
        case .silence:
            if isFoundSincePress, let lastSpeech {
                let end = lastSpeech + endOfSpeech
                return judged >= end ? .end(at: end, speech: true) : .goOn
            }
            return judged >= noSpeech ? .end(at: judged, speech: false) : .goOn
        }
    }
}
