import Linux
import Synchronization
import TestSupport
import Voice

@testable import Store

/// A memory in a folder of its own, with both clocks in the test's hand.
final class Fixture: Sendable {
    let folder = TemporaryFolder()
    let clock = ManualClock()
    private let wall = Mutex<Int64?>(Fixture.start)
    private let told = Mutex([MemoryEvent]())

    /// 2026-06-01, noon.
    static let start: Int64 = 1_780_315_200
    static let day: Int64 = 86_400

    var state: StateFolder { StateFolder(path: folder.path) }
    var database: String { folder.path + "/pressel.db" }
    var events: [MemoryEvent] { told.withLock { $0 } }
    var now: Int64? { wall.withLock { $0 } }

    /// The clock on the wall is set, and nothing else happens.
    func set(_ time: Int64?) { wall.withLock { $0 = time } }

    /// Time passes on both clocks.
    func pass(_ seconds: Int64) {
        clock.advance(by: .seconds(seconds))
        wall.withLock { $0 = $0.map { $0 + seconds } }
    }

    func memory(
        _ limits: HistoryLimits = HistoryLimits(), at path: String? = nil
    ) -> Memory {
        Memory(
            in: path.map(StateFolder.init) ?? state, limits: limits, clock: clock,
            unixTime: { [self] in now },
            notify: { [self] event in told.withLock { $0.append(event) } })
    }

    func turn(
        _ question: String, _ reply: String = "Yes.", in conversation: String = "button"
    ) -> TurnRecord {
        var record = TurnRecord(at: now, source: "button", conversation: conversation)
        record.transcript = question
        record.reply = reply
        return record
    }
}

/// The same numbers every time.
struct Dice {
    private var state: UInt64

    init(_ seed: Int) { state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(sides))
    }
}
