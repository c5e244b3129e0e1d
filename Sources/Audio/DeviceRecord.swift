import Linux
import Synchronization
import Voice

/// What has befallen a card since the program began.
public struct AudioCounters: Equatable, Sendable {
    /// Captured sound was not fetched in time, and some was lost.
    public var overruns = 0
    /// The card had nothing to play in the middle of a playback.
    public var underruns = 0
    /// The card was put to sleep and woke up again.
    public var suspends = 0
    /// The card was lost or could not be opened, and works again.
    public var reopenings = 0

    public init() {}
}

/// Counts what befalls one card, and tells the log: what a card recovers from by itself at most
/// once a minute, its loss and its return once each.
final class DeviceRecord: Sendable {
    enum Trouble: String { case overrun, underrun, suspend }

    private let log: Log
    private let state = Mutex(State())

    private struct State {
        var counters = AudioCounters()
        var lastTold: Moment?
        var untold = 0
        var problem: String?
    }

    private static let quiet = Duration.seconds(60)

    init(log: Log) { self.log = log }

    var counters: AudioCounters { state.withLock { $0.counters } }
    /// Why the card cannot be used, nil if it can.
    var problem: String? { state.withLock { $0.problem } }

    /// A card recovered by itself, at the price of some sound.
    func note(_ trouble: Trouble, on device: String) {
        let now = Moment.now
        let untold: Int? = state.withLock { state in
            switch trouble {
            case .overrun: state.counters.overruns += 1
            case .underrun: state.counters.underruns += 1
            case .suspend: state.counters.suspends += 1
            }
            if let lastTold = state.lastTold, now - lastTold < Self.quiet {
                state.untold += 1
                return nil
            }
            defer { state.untold = 0 }
            state.lastTold = now
            return state.untold
        }
        guard let untold else { return }
        let more = untold > 0 ? ", \(untold) more since this was last told" : ""
        log.warning("\(trouble.rawValue) of \"\(device)\": some sound is lost, it goes on\(more)")
    }

    /// A card cannot be used.
    func lost(_ error: ALSAError) {
        let isNew = state.withLock { state in
            defer { state.problem = "\(error)" }
            return state.problem == nil
        }
        if isNew { log.error("\(error); trying again") }
    }

    /// A card works.
    ///
    /// - Parameter line: what to tell if it had been lost.
    func works(_ line: @autoclosure () -> String) {
        let wasLost = state.withLock { state in
            defer { state.problem = nil }
            if state.problem != nil { state.counters.reopenings += 1 }
            return state.problem != nil
        }
        if wasLost { log.info(line()) }
    }
}
