import Testing
import Voice

@testable import Web

private func at(_ milliseconds: Int64) -> Moment {
    Moment(nanoseconds: milliseconds * 1_000_000)
}

struct LimitsTests {
    @Test("A bucket gives what it holds at once, and then one each while")
    func bucket() {
        var bucket = TokenBucket(holding: 3, oneEach: .seconds(20), at: at(0))
        for _ in 1...3 { #expect(bucket.take(at: at(0)) == nil) }
        #expect(bucket.take(at: at(0)) == .seconds(20))
        #expect(bucket.take(at: at(15_000)) == .seconds(5))
        #expect(bucket.take(at: at(20_000)) == nil)
        #expect(bucket.take(at: at(20_000)) == .seconds(20))
        // However long it was left alone, it holds no more.
        for _ in 1...3 { #expect(bucket.take(at: at(1_000_000)) == nil) }
        #expect(bucket.take(at: at(1_000_000)) != nil)
        // A clock that seems to go back gives nothing away.
        #expect(bucket.take(at: at(0)) != nil)
    }

    @Test("A key's rate is its own; a change of it begins anew")
    func rates() {
        var rates = RateLimits()
        for _ in 1...2 { #expect(rates.take(key: 1, perMinute: 2, at: at(0)) == nil) }
        #expect(rates.take(key: 1, perMinute: 2, at: at(0)) == .seconds(30))
        #expect(rates.take(key: 2, perMinute: 2, at: at(0)) == nil)
        #expect(rates.take(key: 1, perMinute: nil, at: at(0)) == nil)
        #expect(rates.take(key: 1, perMinute: 3, at: at(0)) == nil)
        rates.keepOnly([2])
        #expect(rates.take(key: 2, perMinute: 2, at: at(0)) == nil)
        #expect(rates.take(key: 2, perMinute: 2, at: at(0)) != nil)
    }

    private static let day: Int64 = 86_400

    @Test("A key is good so often a day, and again at midnight")
    func quotas() {
        var quotas = Quotas()
        for _ in 1...3 { #expect(quotas.take(key: 1, perDay: 3, at: Self.day + 60) == nil) }
        #expect(quotas.take(key: 1, perDay: 3, at: Self.day + 60) == .seconds(Self.day - 60))
        #expect(quotas.used(key: 1, at: Self.day + 60) == 3)
        #expect(quotas.take(key: 2, perDay: 3, at: Self.day + 60) == nil)
        #expect(quotas.take(key: 1, perDay: nil, at: Self.day + 60) == nil)
        #expect(quotas.used(key: 1, at: Self.day * 2) == 0)
        #expect(quotas.take(key: 1, perDay: 3, at: Self.day * 2) == nil)
    }

    @Test("Counts outlive a restart, and each is written once")
    func kept() {
        var quotas = Quotas([KeyUse(key: 1, day: 1, count: 2), KeyUse(key: 3, day: 1, count: 9)])
        #expect(quotas.unsaved().isEmpty)
        #expect(quotas.take(key: 1, perDay: 3, at: Self.day) == nil)
        #expect(quotas.take(key: 1, perDay: 3, at: Self.day) != nil)
        #expect(quotas.unsaved() == [KeyUse(key: 1, day: 1, count: 3)])
        #expect(quotas.unsaved().isEmpty)
        quotas.keepOnly([1])
        #expect(quotas.used(key: 3, at: Self.day) == 0)
    }

    @Test("While nobody knows the day, counts wait for one")
    func noClock() {
        var quotas = Quotas()
        for _ in 1...3 { #expect(quotas.take(key: 1, perDay: 3, at: nil) == nil) }
        #expect(quotas.take(key: 1, perDay: 3, at: nil) == .seconds(Self.day))
        #expect(quotas.unsaved().isEmpty)
        #expect(quotas.take(key: 1, perDay: 4, at: Self.day * 7) == nil)
        #expect(quotas.unsaved() == [KeyUse(key: 1, day: 7, count: 4)])
    }

    @Test("Each attempt beyond the free ones costs twice as much as the one before")
    func slower() {
        var slowdown = Slowdown(Slowdown.Pace(), at: at(0))
        var now = at(0)
        var waits: [Int64] = []
        for _ in 1...16 {
            if let wait = slowdown.attempt(from: "a", isKnown: true, at: now) {
                waits.append(wait.components.seconds)
                // Too early is no attempt.
                #expect(slowdown.attempt(from: "a", isKnown: true, at: now) == wait)
                now = now + wait
                #expect(slowdown.attempt(from: "a", isKnown: true, at: now) == nil)
            }
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        #expect(slowdown.attempt(from: "b", at: now) == nil)
        slowdown.succeeded(from: "a")
        #expect(slowdown.attempt(from: "a", at: now) == nil)
    }

    @Test("An address that was quiet for an hour is as any other")
    func forgotten() {
        var slowdown = Slowdown(Slowdown.Pace(), at: at(0))
        for _ in 1...5 { #expect(slowdown.attempt(from: "a", at: at(0)) == nil) }
        #expect(slowdown.attempt(from: "a", at: at(0)) != nil)
        for _ in 1...5 { #expect(slowdown.attempt(from: "a", at: at(3_600_000)) == nil) }
        #expect(slowdown.attempt(from: "a", at: at(3_600_000)) != nil)
    }

    @Test("Many addresses get no further than one, and do not lock out who was there before")
    func crowd() {
        var slowdown = Slowdown(Slowdown.Pace(), at: at(0))
        let made = (0..<5000).count { slowdown.attempt(from: "\($0)", at: at(0)) == nil }
        #expect(made == 20)
        #expect(slowdown.attempt(from: "new", at: at(0)) == .seconds(5))
        #expect(slowdown.attempt(from: "known", isKnown: true, at: at(0)) == nil)
        let hour = (0..<10_000).count {
            slowdown.attempt(from: "x\($0)", at: at(Int64($0) * 360)) == nil
        }
        #expect((700...721).contains(hour))
    }

    @Test("An address that shows wrong keys is not listened to for a while")
    func wrongKeys() {
        var keys = WrongKeys()
        for _ in 0..<WrongKeys.burst {
            #expect(keys.waiting(for: "a", at: at(0)) == nil)
            keys.failed(from: "a", at: at(0))
        }
        #expect(keys.waiting(for: "a", at: at(0)) == .seconds(1))
        #expect(keys.waiting(for: "b", at: at(0)) == nil)
        #expect(keys.waiting(for: "a", at: at(1000)) == nil)
        // A program with an old key that asks every other second goes on being told so.
        for second in 10..<500 {
            #expect(keys.waiting(for: "c", at: at(Int64(second) * 2000)) == nil)
            keys.failed(from: "c", at: at(Int64(second) * 2000))
        }
        for number in 0..<3000 { keys.failed(from: "\(number)", at: at(2_000_000)) }
    }
}
