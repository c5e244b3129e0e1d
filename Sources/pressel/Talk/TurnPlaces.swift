import Synchronization
import Voice

/// Room for so many turns at once. Others wait for a while, and are let in in the order in which
/// they came.
final class TurnPlaces: Sendable {
    /// One who has it may have a turn; letting go of it lets the next one in.
    final class Place: Sendable {
        private let places: TurnPlaces

        fileprivate init(_ places: TurnPlaces) { self.places = places }

        deinit { places.giveBack() }
    }

    private struct State {
        var free: Int
        var waiting: [(number: Int, wake: CheckedContinuation<Bool, Never>)] = []
        var asked = 0
    }

    private let state: Mutex<State>
    private let mostWaiting: Int
    private let patience: Duration
    private let clock: any MomentClock

    /// - Parameters:
    ///   - waiting: how many may wait; whoever comes then is turned away at once.
    ///   - patience: how long anybody waits.
    init(_ count: Int, waiting: Int, patience: Duration, clock: any MomentClock) {
        state = Mutex(State(free: count))
        mostWaiting = waiting
        self.patience = patience
        self.clock = clock
    }

    /// - Returns: nil if nobody made room in time, or the task is cancelled.
    func take() async -> Place? {
        let number = state.withLock { state in
            state.asked += 1
            return state.asked
        }
        let impatience = Task { [clock, patience] in
            guard (try? await clock.sleep(for: patience)) != nil else { return }
            self.turnAway(number)
        }
        defer { impatience.cancel() }
        let isIn = await withTaskCancellationHandler {
            await withCheckedContinuation { wake in
                if let answer = askFor(number, wake) { wake.resume(returning: answer) }
            }
        } onCancel: {
            turnAway(number)
        }
        guard isIn else { return nil }
        let place = Place(self)
        return Task.isCancelled ? nil : place
    }

    /// - Returns: the answer, if it is known at once.
    private func askFor(_ number: Int, _ wake: CheckedContinuation<Bool, Never>) -> Bool? {
        state.withLock { state in
            if state.free > 0 {
                state.free -= 1
                return true
            }
            guard state.waiting.count < mostWaiting, !Task.isCancelled else { return false }
            state.waiting.append((number, wake))
            return nil
        }
    }

    private func turnAway(_ number: Int) {
        let waiter = state.withLock { state in
            let index = state.waiting.firstIndex { $0.number == number }
            return index.map { state.waiting.remove(at: $0).wake }
        }
        waiter?.resume(returning: false)
    }

    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst().wake
        }
        next?.resume(returning: true)
    }
}
