import Linux
import TestSupport
import Testing
import Voice

@testable import VoiceLoop

/// A disk that stands still, and who goes on.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct TurnKeeperTests {
    private func report(_ number: Int, isOver: Bool = true) -> TurnReport {
        var report = TurnReport(turn: Turn(number: number))
        report.isOver = isOver
        return report
    }

    /// One held turn; the model answers "One. Two."
    private func ask(_ stage: Stage, number: Int) async {
        stage.press()
        _ = await stage.microphone.listening(number: number)
        stage.hear(stage.quiet(300))
        stage.hear(stage.speech(600))
        await stage.letGo()
        stage.hear(stage.quiet(300))
        await stage.hasFinished(number)
    }

    @Test("What turns leave is kept in its order, and the end waits for it")
    func order() async {
        let memory = StageMemory()
        let keeper = TurnKeeper(memory, log: .silent)
        let safe = Counter()
        for number in 1...5 {
            keeper.keep(report(number, isOver: false))
            keeper.keep(report(number)) { safe.increment() }
        }
        await keeper.finish(within: .seconds(5), on: ManualClock())
        #expect(memory.kept.map(\.turn.number) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
        #expect(memory.kept.map(\.isOver) == (1...10).map { $0.isMultiple(of: 2) })
        #expect(safe.value == 5)
    }

    @Test("What waits is kept though nobody has the keeper any more")
    func leftAlone() async {
        let memory = StageMemory()
        memory.isStalled = true
        do {
            let keeper = TurnKeeper(memory, log: .silent)
            for number in 1...3 { keeper.keep(report(number)) }
        }
        memory.isStalled = false
        await until { memory.kept.count == 3 }
    }

    @Test("A disk that never moves costs a bounded number of turns' memory, and the log says so")
    func bounded() async {
        let (memory, book) = (StageMemory(), LogBook())
        memory.isStalled = true
        let keeper = TurnKeeper(memory, log: book.log)
        let told = Counter()
        for number in 1...100 { keeper.keep(report(number)) { told.increment() } }
        // The one that is being written may have been taken out of those that wait.
        let waiting = TurnKeeper.mostWaiting...TurnKeeper.mostWaiting + 1
        #expect(waiting.contains(100 - told.value))
        #expect(book.count("is not kept: the disk has stood still too long") == told.value)
        let clock = ManualClock()
        let ending = Task { await keeper.finish(within: .seconds(5), on: clock) }
        await until { clock.sleepers == 1 }
        clock.advance(by: .seconds(5))
        await ending.value
        #expect(book.count("does not have the last turns yet") == 1)
        memory.isStalled = false
        await until { told.value == 100 }
        // The newest are there.
        #expect(memory.kept.suffix(16).map(\.turn.number) == Array(85...100))
    }

    @Test("While the disk stands still turns are answered, remembered and over, and timers ring")
    func stalled() async throws {
        let stage = Stage(memory: true)
        let reports = try await stage.turns(3) { stage in
            await ask(stage, number: 1)
            stage.memory.isStalled = true
            for number in 2...3 {
                await ask(stage, number: number)
                await until { stage.lights.last == .off }
            }
            #expect(stage.speaker.said == ["One.", "Two.", "One.", "Two.", "One.", "Two."])
            await stage.say(.alarm("Time is up."))
            await stage.speaker.hasPlayed(8)
            #expect(stage.speaker.said.last == "Time is up.")
            stage.press()
            await until { stage.lights.last == .off }
            stage.release()
            #expect(stage.memory.kept.count <= 2)
            stage.memory.isStalled = false
        }
        #expect(reports.map(\.outcome) == [.answered, .answered, .answered])
        #expect(stage.model.remembered == [0, 1, 2])
        // At the end of the program all of it is there.
        #expect(stage.memory.kept.map(\.turn.number) == [1, 1, 2, 2, 3, 3])
        #expect(
            stage.memory.kept.map(\.outcome)
                == [.stopped, .answered, .stopped, .answered, .stopped, .answered])
    }

    @Test("A disk that stands still at the start keeps no answer back for longer than it is worth")
    func stalledAtStart() async throws {
        let stage = Stage(memory: true)
        stage.memory.exchangesBefore = [Exchange(question: "before", reply: "then")]
        stage.memory.isStalled = true
        _ = try await stage.turns(1) { stage in
            stage.press()
            _ = await stage.microphone.listening(number: 1)
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
            await until {
                stage.clock.advance(by: .milliseconds(100))
                return stage.speaker.said.count == 2
            }
            await stage.hasFinished(1)
            stage.memory.isStalled = false
        }
        #expect(stage.model.remembered == [0])
    }

    @Test("The program's end waits for the disk, but not without end", arguments: [true, false])
    func ends(moves: Bool) async throws {
        let stage = Stage(memory: true)
        let conversation = stage.conversation()
        let running = Task { await conversation.run() }
        await ask(stage, number: 1)
        await until { stage.memory.kept.count == 2 }
        stage.memory.isStalled = true
        await ask(stage, number: 2)
        running.cancel()
        let ended = Counter()
        let watching = Task {
            await running.value
            ended.increment()
        }
        try await Task.sleep(for: .milliseconds(20))
        #expect(ended.value == 0)
        if moves { stage.memory.isStalled = false }
        await until {
            if !moves { stage.clock.advance(by: .seconds(1)) }
            return ended.value == 1
        }
        await watching.value
        #expect(stage.memory.kept.count == (moves ? 4 : 2))
        stage.memory.isStalled = false
        stage.end()
    }
}
