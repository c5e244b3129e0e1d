import Voice

/// Makes guessing slow: after some attempts that failed, an address has to wait longer and longer,
/// and all addresses together get only so many.
struct Slowdown {
    struct Pace {
        /// Attempts of an address that cost nothing.
        var free = 5
        /// What the next costs; each after it twice as much as the one before.
        var first = Duration.seconds(1)
        var longest = Duration.seconds(300)
        /// An address that was quiet for so long is as any other.
        var forgotten = Duration.seconds(3600)
        /// Of all addresses that never succeeded: so many at once, and one each while.
        var burst = 20
        var each = Duration.seconds(5)
    }

    private struct Record {
        var attempts = 0
        var next: Moment
        var last: Moment
    }

    private let pace: Pace
    private var records: [String: Record] = [:]
    private var everybody: TokenBucket

    private static let most = 1000

    init(_ pace: Pace, at now: Moment) {
        self.pace = pace
        everybody = TokenBucket(holding: pace.burst, oneEach: pace.each, at: now)
    }

    /// Begins an attempt. It counts as one that failed until `succeeded` says otherwise, so that
    /// many at the same time are no way around.
    ///
    /// - Parameters:
    ///   - address: a group of them, which wait together.
    ///   - isKnown: whether somebody has succeeded from there: strangers cannot make them wait.
    /// - Returns: how long to wait before there may be one; nil if it may be made.
    mutating func attempt(
        from address: String, isKnown: Bool = false, at now: Moment
    ) -> Duration? {
        var record = records[address] ?? Record(next: now, last: now)
        if now - record.last >= pace.forgotten { record = Record(next: now, last: now) }
        if record.next > now { return record.next - now }
        if !isKnown, let wait = everybody.take(at: now) { return wait }
        record.attempts += 1
        record.next = now + delay(after: record.attempts)
        record.last = now
        if records[address] == nil, records.count >= Self.most { forgetOldest() }
        records[address] = record
        return nil
    }

    mutating func succeeded(from address: String) { records[address] = nil }

    private func delay(after attempts: Int) -> Duration {
        guard attempts >= pace.free else { return .zero }
        // Beyond that it is the longest anyway.
        let doublings = min(attempts - pace.free, 30)
        return min(pace.longest, pace.first * (1 << doublings))
    }

    private mutating func forgetOldest() {
        guard let oldest = records.min(by: { $0.value.last < $1.value.last }) else { return }
        records[oldest.key] = nil
    }
}
