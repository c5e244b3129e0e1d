import Linux
import Synchronization
public import Voice

/// What the thread of a sound card is at, for whoever watches over it.
public struct AudioActivity: Equatable, Sendable {
    public enum State: String, Sendable {
        /// It has not begun yet, or is over.
        case absent
        /// The card is being opened. One that is dying answers each of its driver's questions only
        /// after seconds.
        case opening
        /// Frames move, or are about to.
        case working
        /// The card is open, and there is nothing to play.
        case quiet
        /// Nobody wants the card.
        case closed
        /// Its owner wants it closed.
        case muted
        /// The card is missing, and tried again later.
        case retrying
    }

    public var state: State
    /// When frames moved last, or this state began.
    public var since: Moment
    /// Since when it has something to look at that it has not looked at; nil if it has.
    public var calledSince: Moment?

    public init(_ state: State, since: Moment, calledSince: Moment? = nil) {
        self.state = state
        self.since = since
        self.calledSince = calledSince
    }
}

/// Where the thread of a card tells what it is at.
final class ThreadPulse: Sendable {
    private let kept = Mutex(AudioActivity(.absent, since: .now))

    var activity: AudioActivity { kept.withLock { $0 } }

    /// The thread is to look at something. Called before it is woken.
    func call() { kept.withLock { $0.calledSince = $0.calledSince ?? .now } }

    /// The thread looks now at whatever it was called for.
    func look() { kept.withLock { $0.calledSince = nil } }

    /// Frames move, or another state begins.
    func note(_ state: AudioActivity.State) {
        kept.withLock { kept in
            guard state == .working || state != kept.state else { return }
            kept.state = state
            kept.since = .now
        }
    }
}

/// Has the calling thread run before others, so that it meets its card in time. Stays on it.
final class Hurry {
    private var realTime: RealTime?
    private let log: Log

    init(_ log: Log) {
        self.log = log
        do throws(SystemError) {
            realTime = try RealTime()
        } catch {
            realTime = nil
            guard !isSlownessTold.exchange(true, ordering: .relaxed) else { return }
            log.info(
                "\(error); sound may stumble while the board is busy; LimitRTPRIO= in the unit"
                    + " allows it")
        }
    }

    /// Call it often.
    func look() {
        guard realTime?.look() == true else { return }
        realTime = nil
        log.warning("a sound card is always ready and keeps its thread busy; it runs as others do")
    }
}

/// It concerns all threads alike.
private let isSlownessTold = Atomic(false)
