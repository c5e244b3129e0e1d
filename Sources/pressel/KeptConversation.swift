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

    private static let conversation = "button"

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

    func forget() async {
        do {
            try await memory.forget(conversation: Self.conversation)
        } catch {
            log.error("\(error)")
        }
    }
}

/// Timers in the device's memory.
struct KeptTimers: TimerKeeping {
    let memory: Memory
    let log: Log

    func keep(
        ringsAt: Int64, lasting duration: Duration, named name: String?
    ) async throws -> Int64 {
        try await memory.addTimer(
            ringsAt: ringsAt, seconds: duration.components.seconds, name: name
        ).id
    }

    func kept() async throws -> [(timer: RunningTimer, ringsAt: Int64)] {
        try await memory.timers().map { kept in
            let duration = Duration.seconds(kept.seconds)
            return (
                RunningTimer(
                    number: kept.id, name: kept.name, duration: duration, remaining: duration),
                kept.ringsAt
            )
        }
    }

    func remove(_ number: Int64) async {
        do {
            try await memory.removeTimer(number)
        } catch {
            log.error("\(error); the timer may ring again after a restart")
        }
    }
}
