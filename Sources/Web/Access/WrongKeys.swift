import Voice

/// Makes guessing keys slow: of an address that has shown too many wrong ones, what is none of the
/// device's own keys is not looked at until a while has passed.
struct WrongKeys {
    /// Wrong ones at once, of an address.
    static let burst = 60
    /// Then one each while. A program that goes on asking with a key that was taken back stays below.
    static let each = Duration.seconds(1)

    private static let most = 1000

    private var buckets: [String: TokenBucket] = [:]

    /// - Returns: how long until the address is listened to; nil if it is now.
    func waiting(for address: String, at now: Moment) -> Duration? {
        var bucket = buckets[address]
        return bucket?.take(at: now)
    }

    mutating func failed(from address: String, at now: Moment) {
        if buckets[address] == nil, buckets.count >= Self.most {
            // Most of them are as good as new by now.
            buckets = buckets.filter { !$0.value.isFull(at: now) }
            if buckets.count >= Self.most { buckets = [:] }
        }
        let new = TokenBucket(holding: Self.burst, oneEach: Self.each, at: now)
        _ = buckets[address, default: new].take(at: now)
    }
}
