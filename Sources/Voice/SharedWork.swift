import Synchronization

/// Waits for what several wait for: whoever is cancelled leaves at once, and the work goes on for
/// the others.
public func value<Value: Sendable>(of work: Task<Value, any Error>) async throws -> Value {
    let race = Race<Value>()
    Task { race.end(await work.result) }
    return try await withTaskCancellationHandler {
        try await race.value()
    } onCancel: {
        race.end(.failure(CancellationError()))
    }
}

/// Waits for `work`, but no longer than `limit` once it has begun; it goes on by itself then. Who
/// waits is not cancelled: this is for what must be waited for at the end too.
///
/// - Returns: nil if it took longer.
public func value<Value: Sendable>(
    within limit: Duration, on clock: any MomentClock,
    of work: @escaping @Sendable () async -> Value
) async -> Value? {
    let race = Race<Value?>()
    Task {
        let watch = Task {
            if (try? await clock.sleep(for: limit)) != nil { race.end(.success(nil)) }
        }
        let value = await work()
        watch.cancel()
        race.end(.success(value))
    }
    return try? await race.value()
}

/// Ends once, for one who waits.
private final class Race<Value: Sendable>: Sendable {
    private let state = Mutex(RaceState<Value>())

    func end(_ result: Result<Value, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            guard state.result == nil else { return nil }
            state.result = result
            return state.waiter
        }
        waiter?.resume(with: result)
    }

    func value() async throws -> Value {
        try await withCheckedThrowingContinuation { waiter in
            let result = state.withLock { state -> Result<Value, any Error>? in
                state.waiter = waiter
                return state.result
            }
            if let result { waiter.resume(with: result) }
        }
    }
}

private struct RaceState<Value: Sendable>: Sendable {
    var result: Result<Value, any Error>?
    var waiter: CheckedContinuation<Value, any Error>?
}
