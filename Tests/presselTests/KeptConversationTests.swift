import Linux
import Store
import TestSupport
import Testing
import Voice

@testable import VoiceLoop
@testable import pressel

struct KeptConversationTests {
    private let folder = TemporaryFolder()
    private let clock = ManualClock()

    /// 2026-06-01, noon.
    private static let start: Int64 = 1_780_315_200

    @Test("A turn began at its press, whenever it is kept", arguments: [true, false])
    func beginning(knowsTheTime: Bool) async throws {
        let memory = Memory(
            in: StateFolder(path: folder.path), limits: HistoryLimits(), clock: clock)
        let began = clock.now
        let kept = KeptConversation(
            memory, remembering: 10, clock: clock,
            unixTime: { [clock] in
                knowsTheTime ? Self.start + (clock.now - began).components.seconds : nil
            }, log: .silent)
        var report = TurnReport(turn: Turn(number: 1))
        report.reply = "It is noon."
        report.timeline.mark(.pressed, at: clock.now)
        // A long question, a long answer, and a slow disk.
        clock.advance(by: .seconds(90))
        await kept.keep(report)
        clock.advance(by: .seconds(30))
        report.outcome = .answered
        report.isOver = true
        await kept.keep(report)
        let turns = try await memory.turns().turns
        #expect(turns.map(\.at) == [knowsTheTime ? Self.start : nil])
        #expect(turns.map(\.outcome) == [.answered])
        await memory.close()
    }

    @Test("What is heard where nobody spoke is kept by nobody", arguments: [true, false])
    func silence(isSpoken: Bool) async throws {
        let memory = Memory(
            in: StateFolder(path: folder.path), limits: HistoryLimits(keepAudio: true),
            clock: clock)
        let kept = KeptConversation(memory, remembering: 10, clock: clock, log: .silent)
        var report = TurnReport(turn: Turn(number: 1))
        report.question = TestSound.noise(lasting: .seconds(1), amplitude: 0.1)
        report.outcome = isSpoken ? .answered : .nothingHeard
        report.isOver = true
        await kept.keep(report)
        let turns = names(inFolder: folder.path + "/audio")
        #expect(turns.isEmpty == !isSpoken)
        await memory.close()
    }
}
