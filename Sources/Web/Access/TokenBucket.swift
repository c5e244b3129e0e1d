import Voice

/// So many at once, and so many in a time: one comes back every while, up to the capacity.
struct TokenBucket {
    private let capacity: Double
    private let perSecond: Double
    private var tokens: Double
    private var seen: Moment

    /// - Parameters:
    ///   - capacity: at least 1.
    ///   - each: after how long one comes back.
    init(holding capacity: Int, oneEach each: Duration, at now: Moment) {
        self.capacity = Double(capacity)
        perSecond = 1000 / each.inMilliseconds
        tokens = self.capacity
        seen = now
    }

    /// Takes one.
    ///
    /// - Returns: how long until there is one, and nothing is taken; nil if there was.
    mutating func take(at now: Moment) -> Duration? {
        tokens = held(at: now)
        seen = max(seen, now)
        guard tokens < 1 else {
            tokens -= 1
            return nil
        }
        return .milliseconds(Int64(((1 - tokens) / perSecond * 1000).rounded(.up)))
    }

    /// Whether it is as it was at first.
    func isFull(at now: Moment) -> Bool { held(at: now) >= capacity }

    private func held(at now: Moment) -> Double {
        let seconds = max(0, (now - seen).inMilliseconds / 1000)
        return min(capacity, tokens + seconds * perSecond)
    }
}

/// How often keys may be used within a minute.
struct RateLimits {
    private var buckets: [Int64: (perMinute: Int64, bucket: TokenBucket)] = [:]

    /// - Returns: how long until the key may be used again; nil if it may be now, which counts.
    mutating func take(key: Int64, perMinute: Int64?, at now: Moment) -> Duration? {
        guard let perMinute, perMinute > 0 else {
            buckets[key] = nil
            return nil
        }
        if buckets[key]?.perMinute != perMinute {
            let each = Duration.nanoseconds(60_000_000_000 / perMinute)
            buckets[key] = (
                perMinute, TokenBucket(holding: Int(perMinute), oneEach: each, at: now)
            )
        }
        return buckets[key]!.bucket.take(at: now)
    }

    /// Forgets all others.
    mutating func keepOnly(_ keys: Set<Int64>) {
        buckets = buckets.filter { keys.contains($0.key) }
    }
}
