import Voice

/// One turn without a button: a recording, or a text, is the whole question.
public struct SingleTurn: Sendable {
    private let parts: LoopParts
    private let settings: LoopSettings

    public init(_ parts: LoopParts, settings: LoopSettings) {
        self.parts = parts
        self.settings = settings
    }

    /// Answers what the microphone gives until its sound ends, which is at the end of a file.
    public func answerRecording() async -> TurnReport {
        let run = makeRun()
        run.control.end(by: .sound)
        run.control.settle()
        let now = parts.clock.now
        return await perform(.spoken(from: now, pressed: now), by: run)
    }

    /// Answers `text`.
    public func answer(_ text: String) async -> TurnReport {
        await perform(.written(text), by: makeRun())
    }

    private func perform(_ question: Question, by run: TurnRun) async -> TurnReport {
        await run.perform(question, on: parts.speaker.begin(), after: { [] })
    }

    private func makeRun() -> TurnRun {
        TurnRun(
            Turn(number: 1), parts: parts, settings: settings,
            keeper: parts.memory.map { TurnKeeper($0, log: parts.log) }
        ) { _ in }
    }
}
