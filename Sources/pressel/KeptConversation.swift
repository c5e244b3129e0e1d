import Linux
import Store
import Synchronization
import Voice
import VoiceLoop

/// The button's conversation, in the device's memory.
final class KeptConversation: ConversationMemory {
    private let memory: Memory
    private let remembered: Int
    private let log: Log
    /// The turns that are going on, by which the second saving finds the first.
    private let records = Mutex<[Turn: TurnRecord]>([:])
    private let forgottenUpTo = Mutex(0)

    private static let conversation = "button"
    /// Of turns that were forgotten while they went on.
    private static let forgotten = "button, forgotten"

    init(_ memory: Memory, remembering count: Int, log: Log) {
        self.memory = memory
        remembered = count
        self.log = log
    }

    func exchanges() async -> [Exchange] {
        await memory.exchanges(of: Self.conversation, atMost: remembered)
    }

    func keep(_ report: TurnReport) async {
        var record =
            records.withLock { $0[report.turn] }
            ?? TurnRecord(
                at: SystemWallClock.unixTime, source: "button", conversation: Self.conversation)
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
            try await memory.keep(report.question, as: .question, of: record.id)
            if let answer = report.answer {
                try await memory.keep(answer, as: .reply, of: record.id)
            }
        } catch {
            log.warning("\(error)")
        }
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
