/// A point on the kernel's monotonic clock (`CLOCK_MONOTONIC`), which GPIO edges, sound cards and
/// our own marks share. It never steps; it says nothing about the time of day.
public struct Moment: InstantProtocol, Hashable, Sendable {
    /// Since an arbitrary point, the boot as a rule.
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public func advanced(by duration: Duration) -> Moment {
        Moment(nanoseconds: nanoseconds + duration.inNanoseconds)
    }

    public func duration(to other: Moment) -> Duration {
        .nanoseconds(other.nanoseconds - nanoseconds)
    }

    public static func < (one: Moment, other: Moment) -> Bool {
        one.nanoseconds < other.nanoseconds
    }

    public static func + (moment: Moment, duration: Duration) -> Moment {
        moment.advanced(by: duration)
    }

    public static func - (moment: Moment, duration: Duration) -> Moment {
        moment.advanced(by: .zero - duration)
    }

    public static func - (end: Moment, start: Moment) -> Duration { start.duration(to: end) }
}

extension Duration {
    /// Whole nanoseconds, the rest cut off; good for ±292 years.
    public var inNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }

    /// For people and charts.
    public var inMilliseconds: Double { Double(inNanoseconds) / 1_000_000 }
}

/// The clock that the parts are handed, so that a test can hand them its own.
public protocol MomentClock: Clock where Instant == Moment, Duration == Swift.Duration {}

/// What the clock on the wall shows, in the owner's time zone.
public struct LocalTime: Equatable, Sendable {
    public var year: Int
    public var month: Int  // 1...12
    public var day: Int  // 1...31
    public var weekday: Int  // 0 is Sunday, as in C
    public var hour: Int  // 0...23
    public var minute: Int
    public var second: Int

    public init(
        year: Int, month: Int, day: Int, weekday: Int, hour: Int, minute: Int, second: Int = 0
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.weekday = weekday
        self.hour = hour
        self.minute = minute
        self.second = second
    }
}
