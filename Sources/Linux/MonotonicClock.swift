import Glibc
public import Voice

/// The kernel's monotonic clock.
public struct MonotonicClock: MomentClock {
    public init() {}

    public var now: Moment { .now }
    public var minimumResolution: Duration { .nanoseconds(1) }

    public func sleep(until deadline: Moment, tolerance: Duration?) async throws {
        try await Task.sleep(for: deadline - now, tolerance: tolerance, clock: .suspending)
    }
}

extension Moment {
    public static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
