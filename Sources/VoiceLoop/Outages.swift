import Synchronization
public import Voice

/// What is the matter with those elsewhere. The chains of all stages share it: an account or a way
/// that fails one stage fails the others too, and a person is told of an outage once.
public final class Outages: Sendable {
    private let clock: any MomentClock
    private let state = Mutex(State())

    private struct State {
        var pauses: [String: Pause] = [:]
        /// Who looks whether a way leads there again.
        var probes: Set<String> = []
        /// Links that did not answer, and whether a person knows.
        var met: [String: (reason: ProviderError, isTold: Bool)] = [:]
    }

    struct Pause {
        var failures: Int
        var reason: ProviderError
        var until: Moment

        private static let first = Duration.seconds(30)
        private static let longest = Duration.seconds(600)
        /// A key or an account is mended by a person, who restarts what uses it.
        private static let untilMended = Duration.seconds(3600)

        /// For 30 s after the first failure, twice as long after each further one, at most 10 min.
        init(after before: Pause?, because reason: ProviderError, at now: Moment) {
            failures = (before?.failures ?? 0) + 1
            self.reason = reason
            var pause = Self.first
            for _ in 1..<min(failures, 10) { pause = min(pause * 2, Self.longest) }
            switch reason {
            case .keyMissing, .keyRefused, .creditUsedUp: pause = Self.untilMended
            case .busy(_, let wish?): pause = min(max(pause, wish), Self.longest)
            default: break
            }
            until = now + pause
        }
    }

    /// Between two looks whether a way leads there again.
    private static let probePause = Duration.seconds(20)

    public init(clock: any MomentClock) { self.clock = clock }

    // MARK: - For the chains

    /// Why nobody is to be asked on this account now.
    func reasonToPassOver(_ account: String) -> ProviderError? {
        state.withLock { state in
            guard let pause = state.pauses[account], clock.now < pause.until else { return nil }
            return pause.reason
        }
    }

    /// - Parameter isReachable: looks whether a way leads there, without asking for anything.
    /// - Returns: the pause, if the failure is one of the whole account.
    func fails(
        _ account: String, because reason: ProviderError,
        isReachable: @escaping @Sendable () async -> Bool
    ) -> Pause? {
        switch reason {
        case .keyMissing, .keyRefused, .creditUsedUp, .unreachable: break
        case .unavailable, .busy, .refused, .down, .failed, .foreignLanguage, .timedOut,
            .clockNotSet, .cancelled:
            return nil
        }
        let (pause, isNew) = state.withLock { state in
            let pause = Pause(after: state.pauses[account], because: reason, at: clock.now)
            state.pauses[account] = pause
            guard case .unreachable = reason else { return (pause, false) }
            return (pause, state.probes.insert(account).inserted)
        }
        if isNew { Task { [weak self] in await self?.watch(account, isReachable) } }
        return pause
    }

    func works(_ account: String) {
        state.withLock { _ = $0.pauses.removeValue(forKey: account) }
    }

    /// Whoever lost the network is asked again soon after it is back, however long it was away.
    private func watch(
        _ account: String, _ isReachable: @escaping @Sendable () async -> Bool
    ) async {
        while (try? await clock.sleep(for: Self.probePause)) != nil {
            guard isAway(account) else { return }
            if await isReachable() { return isBack(account) }
        }
        state.withLock { _ = $0.probes.remove(account) }
    }

    /// - Returns: whether it has to be looked for further; if not, nobody does any more.
    private func isAway(_ account: String) -> Bool {
        state.withLock { state in
            if case .unreachable? = state.pauses[account]?.reason { return true }
            state.probes.remove(account)
            return false
        }
    }

    /// A refused key that was found out meanwhile stays refused.
    private func isBack(_ account: String) {
        state.withLock { state in
            state.probes.remove(account)
            if case .unreachable? = state.pauses[account]?.reason { state.pauses[account] = nil }
        }
    }

    // MARK: - For the person

    /// Whether a way to somebody elsewhere was lost, and is not known to be back.
    public var isWayLost: Bool {
        state.withLock { state in
            state.pauses.values.contains { pause in
                if case .unreachable = pause.reason { true } else { false }
            }
        }
    }

    /// A link did not answer, now or since it is passed over.
    func met(_ reason: ProviderError, at link: String) {
        state.withLock { state in
            state.met[link] = (reason, state.met[link]?.isTold ?? false)
        }
    }

    /// The link answered: its next failure is news.
    func answered(_ link: String) { state.withLock { _ = $0.met.removeValue(forKey: link) } }

    /// Why somebody did not answer of whom a person has not been told, the first of them; from now
    /// on they all are known.
    func takeUntold() -> ProviderError? {
        state.withLock { state in
            let untold = state.met.filter { !$0.value.isTold }.min { $0.key < $1.key }
            for link in state.met.keys { state.met[link]!.isTold = true }
            return untold?.value.reason
        }
    }
}
