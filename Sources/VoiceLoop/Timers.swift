public import Voice

/// Keeps timers beyond the end of the program.
public protocol TimerKeeping: Sendable {
    /// - Returns: the number by which the timer is known from now on.
    func keep(ringsAt: Int64, lasting duration: Duration, named name: String?) async throws -> Int64
    func kept() async throws -> [(timer: RunningTimer, ringsAt: Int64)]
    func remove(_ number: Int64) async
}

/// The timers that somebody asked for. While the program runs they go by the monotonic clock, which
/// never steps; over a restart only the clock on the wall can tell.
public actor Timers {
    private let keeping: any TimerKeeping
    private let clock: any MomentClock
    private let unixTime: @Sendable () -> Int64?
    private let ring:
        @Sendable (RunningTimer, _ late: Duration?, @escaping @Sendable () -> Void)
            async -> Void
    private let log: Log

    private var waiting: [Int64: (timer: RunningTimer, due: Moment, task: Task<Void, Never>)] = [:]

    /// A timer that rings so soon after a restart was hardly missed.
    private static let punctual = Duration.seconds(5)
    /// How often a clock that was never set is looked at, when somebody waits for it.
    private static let clockPause = Duration.seconds(10)

    /// - Parameters:
    ///   - unixTime: seconds since 1970 UTC; nil while the clock was never set.
    ///   - ring: rings a timer, which is `late` if the device was off; calls what it is given when
    ///     that was heard or silenced, and then the timer is forgotten.
    public init(
        _ keeping: any TimerKeeping, clock: any MomentClock,
        unixTime: @escaping @Sendable () -> Int64?, log: Log,
        ring:
            @escaping @Sendable (
                RunningTimer, _ late: Duration?, @escaping @Sendable () -> Void
            ) async -> Void
    ) {
        self.keeping = keeping
        self.clock = clock
        self.unixTime = unixTime
        self.log = log
        self.ring = ring
    }

    /// Takes up the timers of the last run, and returns when that is done; rings them from then on.
    /// Waits for the clock, if there are any and it was never set.
    public func resume() async {
        let kept: [(timer: RunningTimer, ringsAt: Int64)]
        do {
            kept = try await keeping.kept()
        } catch {
            return log.error("\(error); timers of before the start do not ring")
        }
        guard !kept.isEmpty else { return }
        while unixTime() == nil {
            guard (try? await clock.sleep(for: Self.clockPause)) != nil else { return }
        }
        guard let now = unixTime() else { return }
        for (timer, ringsAt) in kept where waiting[timer.number] == nil {
            // After a clock that stepped back no timer takes longer than it was set for.
            let remaining = min(.seconds(ringsAt - now), timer.duration)
            let late = remaining < .zero - Self.punctual ? .zero - remaining : nil
            start(timer, at: clock.now + max(.zero, remaining), late: late)
        }
        log.info("\(kept.count) timers of before the start go on")
    }

    /// Begins a timer.
    ///
    /// - Throws: what keeping it did; then it does not ring.
    public func set(for duration: Duration, named name: String?) async throws {
        // Without a clock it can only ring in this run.
        let ringsAt = unixTime().map { $0 + duration.components.seconds } ?? 0
        let due = clock.now + duration
        let number = try await keeping.keep(ringsAt: ringsAt, lasting: duration, named: name)
        start(
            RunningTimer(number: number, name: name, duration: duration, remaining: duration),
            at: due, late: nil)
    }

    /// Those that have not rung, the soonest first.
    public var running: [RunningTimer] {
        let now = clock.now
        return waiting.values.filter { $0.due > now }.sorted { $0.due < $1.due }.map {
            RunningTimer(
                number: $0.timer.number, name: $0.timer.name, duration: $0.timer.duration,
                remaining: $0.due - now)
        }
    }

    /// Takes timers back; numbers that are none are passed over.
    public func cancel(_ numbers: [Int64]) async {
        for number in numbers {
            waiting.removeValue(forKey: number)?.task.cancel()
            await keeping.remove(number)
        }
    }

    /// No timer rings any more; those that are kept will after the next start.
    public func end() {
        for timer in waiting.values { timer.task.cancel() }
        waiting = [:]
    }

    private func start(_ timer: RunningTimer, at due: Moment, late: Duration?) {
        let task = Task { [clock, ring] in
            guard (try? await clock.sleep(until: due, tolerance: nil)) != nil else { return }
            await ring(timer, late) {
                Task { await self.isOver(timer.number) }
            }
        }
        waiting[timer.number] = (timer, due, task)
    }

    private func isOver(_ number: Int64) async {
        waiting[number] = nil
        await keeping.remove(number)
    }
}
