import Synchronization
public import Voice

/// A clock on which every wait is over at once. It keeps a list of the waits, so that a test of
/// an hour's back-off takes no time and says exactly what happened.
public final class InstantClock: MomentClock {
    private let state = Mutex((now: Moment(nanoseconds: 1_000_000_000), waits: [Duration]()))

    public init() {}

    public var now: Moment { state.withLock { $0.now } }
    public var minimumResolution: Duration { .zero }
    public var waits: [Duration] { state.withLock { $0.waits } }

    public func advance(by duration: Duration) { state.withLock { $0.now = $0.now + duration } }

    public func sleep(until deadline: Moment, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.waits.append(deadline - state.now)
            state.now = max(state.now, deadline)
        }
    }
}

/// A clock that stands still until a test moves it; then whoever's time has come goes on.
public final class ManualClock: MomentClock {
    private struct State {
        var now = Moment(nanoseconds: 1_000_000_000)
        var sleepers: [(deadline: Moment, id: Int, wake: CheckedContinuation<Void, Never>)] = []
        var sleepersSoFar = 0
        var cancelled: Set<Int> = []
    }
    private let state = Mutex(State())

    /// All that there ever were. Whoever sleeps on one that no test moves any more sleeps for ever:
    /// reachable from here, they are no leak of what is tested.
    private static let all = Mutex<[ManualClock]>([])

    public init() { Self.all.withLock { $0.append(self) } }

    public var now: Moment { state.withLock { $0.now } }
    public var minimumResolution: Duration { .zero }

    /// How many wait for it to be moved.
    public var sleepers: Int { state.withLock { $0.sleepers.count } }

    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now + duration
            let now = state.now
            defer { state.sleepers.removeAll { $0.deadline <= now } }
            return state.sleepers.filter { $0.deadline <= now }
        }
        for sleeper in due { sleeper.wake.resume() }
    }

    public func sleep(until deadline: Moment, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.sleepersSoFar += 1
            return state.sleepersSoFar
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { wake in
                let isOver = state.withLock { state in
                    if state.now >= deadline || state.cancelled.contains(id) { return true }
                    state.sleepers.append((deadline, id, wake))
                    return false
                }
                if isOver { wake.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.cancelled.insert(id)
                defer { state.sleepers.removeAll { $0.id == id } }
                return state.sleepers.first { $0.id == id }
            }
            sleeper?.wake.resume()
        }
        try Task.checkCancellation()
    }
}
