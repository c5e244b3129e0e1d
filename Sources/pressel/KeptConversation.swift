import Linux
import Store
import Synchronization
import Voice
import VoiceLoop

/// The button's conversation, in the device's memory.
final class KeptConversation: ConversationMemory {
    private let memory: Memory
    private let remembered: Int
    private let clock: any MomentClock
    private let unixTime: @Sendable () -> Int64?
    private let log: Log
    /// The turns that are going on, by which the second saving finds the first.
    private let records = Mutex<[Turn: TurnRecord]>([:])
    private let forgottenUpTo = Mutex(0)

    private static let conversation = "button"
    /// Of turns that were forgotten while they went on.
    private static let forgotten = "button, forgotten"

    /// - Parameters:
    ///   - clock: the one by which turns are timed.
    ///   - unixTime: seconds since 1970 UTC; nil while the clock was never set.
    init(
        _ memory: Memory, remembering count: Int, clock: any MomentClock,
        unixTime: @escaping @Sendable () -> Int64? = { SystemWallClock.unixTime }, log: Log
    ) {
        self.memory = memory
        remembered = count
        self.clock = clock
        self.unixTime = unixTime
        self.log = log
    }

    func exchanges() async -> [Exchange] {
        await memory.exchanges(of: Self.conversation, atMost: remembered)
    }

    func keep(_ report: TurnReport) async {
        var record =
            records.withLock { $0[report.turn] }
            ?? TurnRecord(
                at: beginning(of: report), source: "button", conversation: Self.conversation)
        if report.turn.number <= forgottenUpTo.withLock({ $0 }) {
            record.conversation = Self.forgotten
        }
        record.transcript = report.transcript
        record.reply = report.reply
        record.outcome = report.isOver ? report.outcome : nil
        record.failure = report.failure
        record.timeline = TurnRecord.marks(of: report.timeline)
        record.providers = report.providers
        records.withLock { $0[report.turn] = report.isOver ? nil : record }
        // What goes wrong the memory tells by itself, once.
        try? await memory.save(record)
        guard report.isOver else { return }
        do {
            // Where nobody spoke, what there is to hear is none of anybody's business.
            if report.outcome != .nothingHeard {
                try await memory.keep(report.question, as: .question, of: record.id)
            }
            if let answer = report.answer {
                try await memory.keep(answer, as: .reply, of: record.id)
            }
        } catch {
            log.warning("\(error)")
        }
    }

    /// In seconds since 1970 UTC. The turn is kept for the first time when it has been going on for a
    /// while, and the disk may have taken longer yet.
    private func beginning(of report: TurnReport) -> Int64? {
        let elapsed = report.timeline.marks.first.map { clock.now - $0.moment } ?? .zero
        return unixTime().map { $0 - elapsed.components.seconds }
    }

    func forget(upTo turn: Turn) async throws {
        forgottenUpTo.withLock { $0 = turn.number }
        try await memory.forget(conversation: Self.conversation)
    }
}

/// Timers in the device's memory.
struct KeptTimers: TimerKeeping {
    let memory: Memory

    func keep(
        ringsAt: Int64?, lasting duration: Duration, named name: String?
    ) async throws -> Int64 {
        try await memory.addTimer(
            ringsAt: ringsAt ?? 0, seconds: duration.components.seconds, name: name
        ).id
    }

    func kept() async throws -> [VoiceLoop.KeptTimer] {
        try await memory.timers().map { kept in
            VoiceLoop.KeptTimer(
                number: kept.id, name: kept.name, duration: .seconds(kept.seconds),
                ringsAt: kept.ringsAt == 0 ? nil : kept.ringsAt)
        }
    }

    func remove(_ number: Int64) async throws { try await memory.removeTimer(number) }
}
