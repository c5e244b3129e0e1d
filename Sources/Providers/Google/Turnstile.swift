import Synchronization

/// Lets one task through at a time, in the order in which they came. Whoever is cancelled while it
/// waits goes away.
final class Turnstile: Sendable {
    private let state = Mutex(State())

    private struct State {
        var isTaken = false
        var next = 0
        var waiting: [(number: Int, go: CheckedContinuation<Bool, Never>)] = []
        /// Cancelled before they had begun to wait.
        var gone: Set<Int> = []
    }

    /// Runs `work` when it is its turn.
    func pass<Value: Sendable>(
        _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await enter()
        defer { leave() }
        return try await work()
    }

    private func enter() async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let isIn = await withTaskCancellationHandler {
            await withCheckedContinuation { (go: CheckedContinuation<Bool, Never>) in
                let answer: Bool? = state.withLock { state in
                    if state.gone.remove(number) != nil { return false }
                    if state.isTaken {
                        state.waiting.append((number, go))
                        return nil
                    }
                    state.isTaken = true
                    return true
                }
                if let answer { go.resume(returning: answer) }
            }
        } onCancel: {
            cancel(number)
        }
        // Who was let in and is cancelled meanwhile finds out by itself.
        guard isIn else { throw CancellationError() }
        state.withLock { _ = $0.gone.remove(number) }
    }

    private func cancel(_ number: Int) {
        let waiter = state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0.number == number }) else {
                state.gone.insert(number)
                return nil as CheckedContinuation<Bool, Never>?
            }
            return state.waiting.remove(at: index).go
        }
        waiter?.resume(returning: false)
    }

    private func leave() {
        let next = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil as CheckedContinuation<Bool, Never>?
            }
            return state.waiting.removeFirst().go
        }
        next?.resume(returning: true)
    }
}
