import Glibc
public import Voice

/// The system's clock in the system's time zone, or the one named by the owner.
public struct SystemWallClock: WallClock {
    /// A board without a battery starts in 1970 or at the date of its image. Before this program
    /// was written it cannot be.
    private static let earliest: time_t = 1_767_225_600  // 2026-01-01 00:00 UTC

    /// - Parameter timeZone: an IANA name, or nil for the system's. Sets it for the whole process,
    ///   so call it before any thread is started.
    public init(timeZone: String?) {
        if let timeZone { setenv("TZ", ":" + timeZone, 1) }
        tzset()
    }

    /// Seconds since 1970 in UTC, or nil while the clock was never set.
    public static var unixTime: Int64? {
        let seconds = time(nil)
        return seconds >= earliest ? Int64(seconds) : nil
    }

    public func now() -> LocalTime? {
        guard var seconds = Self.unixTime.map({ time_t($0) }) else { return nil }
        var parts = tm()
        localtime_r(&seconds, &parts)
        return LocalTime(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1,
            day: Int(parts.tm_mday), weekday: Int(parts.tm_wday), hour: Int(parts.tm_hour),
            minute: Int(parts.tm_min), second: Int(parts.tm_sec))
    }

    /// Whether the zone's file is there; C would quietly take UTC for an unknown name.
    public static func knows(timeZone: String) -> Bool {
        let name = timeZone.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.contains(where: { $0.isEmpty || $0.hasPrefix(".") }) else { return false }
        return access("/usr/share/zoneinfo/" + timeZone, R_OK) == 0
    }
}
