import Linux
import Store
import Synchronization
import Voice
import VoiceLoop
import Web

/// A conversation, in the device's memory.
final class KeptConversation: ConversationMemory {
    /// Whose it is, and how history has its turns.
    struct Place: Sendable {
        let source: String
        let user: String?
        let conversation: String
        /// Whether its turns remember those before.
        let remembers: Bool
        /// The name of its one turn; nil where there will be several.
        let turn: TurnID?

        static let button = Place(
            source: "button", user: nil, conversation: "button", remembers: true, turn: nil)
    }

    private let memory: Memory
    private let place: Place
    private let remembered: Int
    private let clock: any MomentClock
    private let unixTime: @Sendable () -> Int64?
    private let log: Log
    /// The turns that are going on, by which the second saving finds the first.
    private let records = Mutex<[Turn: TurnRecord]>([:])
    private let forgottenUpTo = Mutex(0)
    private let recalling = Mutex<Task<[Exchange], Never>?>(nil)

    /// Of turns that were forgotten while they went on.
    private var forgotten: String { "\(place.conversation), forgotten" }

    /// - Parameters:
    ///   - clock: the one by which turns are timed.
    ///   - unixTime: seconds since 1970 UTC; nil while the clock was never set.
    init(
        _ memory: Memory, _ place: Place = .button, remembering count: Int,
        clock: any MomentClock,
        unixTime: @escaping @Sendable () -> Int64? = { SystemWallClock.unixTime }, log: Log
    ) {
        self.memory = memory
        self.place = place
        remembered = count
        self.clock = clock
        self.unixTime = unixTime
        self.log = log
    }

    /// Looks up what was said before, while the question is still being asked. For a conversation
    /// of one turn.
    func recall() {
        recalling.withLock { $0 = Task { await self.lookUp() } }
    }

    func exchanges() async -> [Exchange] {
        if let recalling = recalling.withLock({ $0 }) { return await recalling.value }
        return await lookUp()
    }

    private func lookUp() async -> [Exchange] {
        guard place.remembers else { return [] }
        return await memory.exchanges(of: place.conversation, atMost: remembered)
    }

    func keep(_ report: TurnReport) async {
        var record = records.withLock { $0[report.turn] } ?? newRecord(of: report)
        if report.turn.number <= forgottenUpTo.withLock({ $0 }) {
            record.conversation = forgotten
        }
        record.transcript = report.transcript
        record.reply = report.reply
        record.outcome = report.isOver ? report.outcome : nil
        record.failure = report.failure
        record.timeline = TurnRecord.marks(of: report.timeline)
        record.providers = report.providers
        records.withLock { $0[report.turn] = report.isOver ? nil : record }
        // Somebody elsewhere hung up before they said anything.
        let isNothing = report.outcome == .stopped && (report.transcript + report.reply).isEmpty
        if report.turn.isRemote, report.isOver, isNothing { return }
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

    private func newRecord(of report: TurnReport) -> TurnRecord {
        var record = TurnRecord(
            id: place.turn ?? TurnID(), at: beginning(of: report), source: place.source,
            conversation: place.conversation)
        record.user = place.user
        return record
    }

    func forget(upTo turn: Turn) async throws {
        forgottenUpTo.withLock { $0 = turn.number }
        try await memory.forget(conversation: place.conversation)
    }
}

extension KeptConversation.Place {
    /// Where a turn over the network belongs.
    init(_ order: TalkOrder, _ turn: TurnID) {
        let caller = order.caller
        let conversation: String? =
            switch order.conversation {
            case .none: nil
            case .callers: Self.own(of: caller)
            case .users: "\(Self.own(of: caller)), user \(order.user ?? "")"
            case .named(let name): name
            }
        self.init(
            source: caller.name, user: order.user, conversation: conversation ?? "turn \(turn)",
            remembers: conversation != nil, turn: turn)
    }

    /// The conversation that belongs to a caller alone.
    static func own(of caller: Caller) -> String { "caller \(caller.id)" }
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
