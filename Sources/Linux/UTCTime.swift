import Glibc

/// A second in UTC, as dates for machines are written.
public struct UTCTime: Equatable, Sendable {
    /// As in `20260131`.
    public let day: String
    /// As in `235959`.
    public let time: String

    /// - Parameter unixTime: seconds since 1970.
    public init(unixTime: Int64) {
        var seconds = time_t(unixTime)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: CInt, _ count: Int = 2) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        day = digits(parts.tm_year + 1900, 4) + digits(parts.tm_mon + 1) + digits(parts.tm_mday)
        time = digits(parts.tm_hour) + digits(parts.tm_min) + digits(parts.tm_sec)
    }

    /// ISO 8601's short form, as in `20260131T235959Z`.
    public var short: String { "\(day)T\(time)Z" }

    /// ISO 8601's long form, as in `2026-01-31T23:59:59Z`.
    public var long: String {
        let date = [day.dropLast(4), day.dropLast(2).suffix(2), day.suffix(2)]
        let clock = [time.prefix(2), time.dropLast(2).suffix(2), time.suffix(2)]
        return "\(date.joined(separator: "-"))T\(clock.joined(separator: ":"))Z"
    }

    /// The day as folders, as in `2026/01/31`.
    public var folders: String {
        "\(day.dropLast(4))/\(day.dropLast(2).suffix(2))/\(day.suffix(2))"
    }
}
