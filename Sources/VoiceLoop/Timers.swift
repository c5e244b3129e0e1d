public import Voice

/// Keeps timers beyond the end of the program.
public protocol TimerKeeping: Sendable {
    /// - Parameter ringsAt: seconds since 1970 UTC; nil if the clock was never set.
    /// - Returns: the number by which the timer is known from now on.
    func keep(
        ringsAt: Int64?, lasting duration: Duration, named name: String?
    ) async throws -> Int64
    func kept() async throws -> [KeptTimer]
    func remove(_ number: Int64) async throws
}

/// A timer as it outlives the program.
public struct KeptTimer: Equatable, Sendable {
    public let number: Int64
    public let name: String?
    public let duration: Duration
    /// Seconds since 1970 UTC; nil if nobody knew the time when it was set.
    public let ringsAt: Int64?

    public init(number: Int64, name: String?, duration: Duration, ringsAt: Int64?) {
        self.number = number
        self.name = name
        self.duration = duration
        self.ringsAt = ringsAt
    }
}

/// The timers that somebody asked for. In the run in which it was set a timer goes by the monotonic
/// clock, which never steps; over a restart only the clock on the wall can tell, which a board
/// without a battery gets right some time after its start.
public actor Timers {
    /// Rings a timer, which is late if the device was off; calls what it is given when that was
    /// heard or silenced, and then the timer is forgotten.
    public typealias Ring =
        @Sendable (
            RunningTimer, _ late: Duration?, @escaping @Sendable () -> Void
        ) async -> Void

    private let keeping: any TimerKeeping
    private let clock: any MomentClock
    private let unixTime: @Sendable () -> Int64?
    private let ring: Ring
    private let log: Log

    private var waiting: [Int64: Waiting] = [:]

    private struct Waiting {
        let timer: KeptTimer
        let due: Moment
        /// It was set before this run, so that the clock on the wall counts too.
        let isResumed: Bool
        var task: Task<Void, Never>?
    }

    /// A timer that rings so soon after it should have was hardly missed.
    private static let punctual = Duration.seconds(5)
    /// How often the clock on the wall is looked at, which may have been set meanwhile.
    private static let look = Duration.seconds(10)
    /// A store that cannot be read for so many looks will not be.
    private static let attempts = 30

    /// - Parameter unixTime: seconds since 1970 UTC; nil while the clock was never set.
    public init(
        _ keeping: any TimerKeeping, clock: any MomentClock,
        unixTime: @escaping @Sendable () -> Int64?, log: Log, ring: @escaping Ring
    ) {
        self.keeping = keeping
        self.clock = clock
        self.unixTime = unixTime
        self.log = log
        self.ring = ring
    }

    /// Takes up the timers of earlier runs, and returns when that is done; they ring from then on.
    public func resume() async {
        for attempt in 1...Self.attempts {
            do {
                let kept = try await keeping.kept()
                for timer in kept where waiting[timer.number] == nil {
                    // No timer takes longer than it was set for, whatever the clock says.
                    start(timer, at: clock.now + timer.duration, isResumed: true)
                }
                if !kept.isEmpty { log.info("\(kept.count) timers of before the start go on") }
                return
            } catch {
                if attempt == 1 { log.error("\(error); timers of before the start wait for that") }
                guard (try? await clock.sleep(for: Self.look)) != nil else { return }
            }
        }
    }

    /// Begins a timer.
    ///
    /// - Throws: what keeping it did; then it does not ring.
    public func set(for duration: Duration, named name: String?) async throws {
        let ringsAt = unixTime().map { $0 + duration.components.seconds }
        let due = clock.now + duration
        let number = try await keeping.keep(ringsAt: ringsAt, lasting: duration, named: name)
        let timer = KeptTimer(number: number, name: name, duration: duration, ringsAt: ringsAt)
        start(timer, at: due, isResumed: false)
    }

    /// Those that have not rung, the soonest first.
    public var running: [RunningTimer] {
        waiting.values.map { RunningTimer($0.timer, remaining: rest(of: $0)) }
            .filter { $0.remaining > .zero }.sorted { $0.remaining < $1.remaining }
    }

    /// Takes timers back; numbers that are none are passed over.
    ///
    /// - Throws: if one may ring again after a restart.
    public func cancel(_ numbers: [Int64]) async throws {
        for number in numbers { waiting.removeValue(forKey: number)?.task?.cancel() }
        for number in numbers { try await keeping.remove(number) }
    }

    /// No timer rings any more; those that are kept will after the next start.
    public func end() {
        for timer in waiting.values { timer.task?.cancel() }
        waiting = [:]
    }

    private func start(_ timer: KeptTimer, at due: Moment, isResumed: Bool) {
        waiting[timer.number] = Waiting(timer: timer, due: due, isResumed: isResumed)
        waiting[timer.number]?.task = Task { await self.follow(timer.number) }
    }

    private func follow(_ number: Int64) async {
        while let timer = waiting[number] {
            // The rest counts from here, however long it takes until somebody sleeps.
            let now = clock.now
            let rest = rest(of: timer)
            guard rest > .zero else { break }
            let pause = timer.isResumed ? min(rest, Self.look) : rest
            guard (try? await clock.sleep(until: now + pause, tolerance: nil)) != nil else {
                return
            }
        }
        guard let timer = waiting[number], !Task.isCancelled else { return }
        await ring(RunningTimer(timer.timer, remaining: .zero), lateness(of: timer)) {
            Task { await self.isOver(number) }
        }
    }

    private func rest(of timer: Waiting) -> Duration {
        let rest = timer.due - clock.now
        guard timer.isResumed, let now = unixTime(), let ringsAt = timer.timer.ringsAt else {
            return rest
        }
        return min(rest, .seconds(ringsAt - now))
    }

    private func lateness(of timer: Waiting) -> Duration? {
        guard timer.isResumed, let now = unixTime(), let ringsAt = timer.timer.ringsAt else {
            return nil
        }
        let late = Duration.seconds(now - ringsAt)
        return late > Self.punctual ? late : nil
    }

    private func isOver(_ number: Int64) async {
        waiting[number] = nil
        do {
            try await keeping.remove(number)
        } catch {
            log.error("\(error); a timer that rang may do so again after a restart")
        }
    }
}

extension RunningTimer {
    fileprivate init(_ timer: KeptTimer, remaining: Duration) {
        self.init(
            number: timer.number, name: timer.name, duration: timer.duration, remaining: remaining)
    }
}
