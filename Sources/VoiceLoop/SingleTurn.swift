public import Voice

/// One turn without a button: a recording, or a text, is the whole question.
public struct SingleTurn: Sendable {
    /// How far a turn goes.
    public enum Goal: Sendable {
        /// To the words of the question.
        case words
        /// To the reply as text.
        case reply
        /// All the way.
        case sound
    }

    /// What is known of a turn before it is over.
    public enum Progress: Equatable, Sendable {
        /// Of the question.
        case words(String)
        /// A piece of the reply.
        case reply(String)
        /// There was its last piece.
        case replyComplete
        /// Who answers for a stage, by the name of its chain.
        case provider(stage: String, String)
    }

    private let parts: LoopParts
    private let settings: LoopSettings
    private let turn: Turn
    private let goal: Goal
    private let note: @Sendable (Progress) -> Void

    /// - Parameter note: is told what becomes known, in order; must not block.
    public init(
        _ parts: LoopParts, settings: LoopSettings, turn: Turn = Turn(number: 1),
        goal: Goal = .sound, note: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.parts = parts
        self.settings = settings
        self.turn = turn
        self.goal = goal
        self.note = note
    }

    /// Answers what the microphone gives until its sound ends, which is at the end of a file.
    public func answerRecording() async -> TurnReport {
        let run = makeRun()
        run.control.end(by: .sound)
        run.control.settle()
        let now = parts.clock.now
        return await perform(.spoken(from: now, pressed: now), by: run)
    }

    /// Answers a recording that only some recognizers read: one of `recognizesFiles`'s.
    public func answer(_ file: VoiceSample) async -> TurnReport {
        await perform(.file(file), by: makeRun())
    }

    /// Whether there is a recognizer that takes recordings as files.
    public static func recognizesFiles(_ parts: LoopParts) -> Bool {
        parts.recognizers.providers.contains { $0.provider is any FileRecognizer }
    }

    /// Answers `text`.
    public func answer(_ text: String) async -> TurnReport {
        await perform(.written(text), by: makeRun())
    }

    /// Says `text` as it is, in the voice of the answers.
    public func say(_ text: String) async -> TurnReport {
        let run = makeRun()
        run.set(\.reply, text)
        note(.reply(text))
        note(.replyComplete)
        return await perform(.unasked(text, ownVoice: false), by: run)
    }

    /// A disk that stands still is not waited for any longer.
    private static let patience = Duration.seconds(5)

    /// Returns when the turn is over and was kept.
    private func perform(_ question: Question, by run: TurnRun) async -> TurnReport {
        let report = await run.perform(
            question, on: parts.speaker.begin(),
            after: { [parts] in await parts.memory?.exchanges() ?? [] })
        if let keeper = run.keeper {
            keeper.keep(report)
            await keeper.finish(within: Self.patience, on: parts.clock)
        }
        return report
    }

    private func makeRun() -> TurnRun {
        TurnRun(
            turn, parts: parts, settings: settings,
            keeper: parts.memory.map { TurnKeeper($0, log: parts.log) }, goal: goal, note: note
        ) { _ in }
    }
}
