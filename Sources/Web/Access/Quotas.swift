import Voice

/// How often keys were used on the day that it is in UTC.
struct Quotas {
    private struct Count {
        /// Nil while the clock was never set; then it goes on when it is.
        var day: Int64?
        var count: Int64
        var isSaved = false
    }

    private var counts: [Int64: Count] = [:]

    private static let day: Int64 = 86_400

    init(_ kept: [KeyUse] = []) {
        for use in kept {
            counts[use.key] = Count(day: use.day, count: use.count, isSaved: true)
        }
    }

    /// - Parameter now: seconds since 1970 UTC; nil while the clock was never set.
    /// - Returns: how long until the key may be used again; nil if it may be now, which counts.
    mutating func take(key: Int64, perDay: Int64?, at now: Int64?) -> Duration? {
        var count = current(key, at: now)
        if let perDay, count.count >= perDay {
            return .seconds(now.map { Self.day - $0 % Self.day } ?? Self.day)
        }
        count.count += 1
        count.isSaved = false
        counts[key] = count
        return nil
    }

    /// How often the key was used today.
    func used(key: Int64, at now: Int64?) -> Int64 { current(key, at: now).count }

    private func current(_ key: Int64, at now: Int64?) -> Count {
        let today = now.map { $0 / Self.day }
        guard var count = counts[key] else { return Count(day: today, count: 0) }
        if let today, let day = count.day, day != today { return Count(day: today, count: 0) }
        count.day = count.day ?? today
        return count
    }

    /// What has changed since it was asked for last; counts of no day stay until they have one.
    mutating func unsaved() -> [KeyUse] {
        var uses: [KeyUse] = []
        for (key, count) in counts where !count.isSaved {
            guard let day = count.day else { continue }
            uses.append(KeyUse(key: key, day: day, count: count.count))
            counts[key]!.isSaved = true
        }
        return uses
    }

    /// Forgets all others.
    mutating func keepOnly(_ keys: Set<Int64>) {
        counts = counts.filter { keys.contains($0.key) }
    }
}
