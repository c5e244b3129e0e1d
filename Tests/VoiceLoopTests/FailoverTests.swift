import Synchronization
import TestSupport
import Testing
import Voice

@testable import VoiceLoop

struct FailoverTests {
    private let clock = InstantClock()

    private final class Link: Sendable {
        let works = Mutex(true)
        let asked = Mutex(0)
        /// What it throws instead of its answer.
        let failure = Mutex<ProviderError?>(nil)

        func ask() throws(ProviderError) -> Int {
            asked.withLock { $0 += 1 }
            if let failure = failure.withLock({ $0 }) { throw failure }
            guard works.withLock({ $0 }) else {
                throw ProviderError.unavailable(provider: "cloud", reason: "no way")
            }
            return 1
        }
    }

    private let cloud = Link()
    private let local = Link()

    private func chain() -> Failover<Link> {
        Failover([.init("cloud", cloud), .init("local", local)], clock: clock, log: .silent)
    }

    private func ask(_ chain: Failover<Link>) async throws(ProviderError) -> String {
        try await chain.first { link, _ throws(ProviderError) in try link.ask() }.name
    }

    @Test("The first that answers wins")
    func preferred() async throws {
        #expect(try await ask(chain()) == "cloud")
        #expect(local.asked.withLock { $0 } == 0)
    }

    @Test("One that failed is passed over, twice as long each time, and then asked again")
    func pauses() async throws {
        let chain = chain()
        cloud.works.withLock { $0 = false }
        for seconds in [30, 60, 120, 240, 480, 600, 600] {
            let before = cloud.asked.withLock { $0 }
            #expect(try await ask(chain) == "local")
            clock.advance(by: .seconds(seconds) - .milliseconds(1))
            #expect(try await ask(chain) == "local")
            #expect(cloud.asked.withLock { $0 } == before + 1)
            clock.advance(by: .milliseconds(1))
        }
        cloud.works.withLock { $0 = true }
        #expect(try await ask(chain) == "cloud")
    }

    @Test("Whom the clock keeps from being asked is asked as soon as it is set, and told of once")
    func clockNotSet() async throws {
        let outages = Outages(clock: clock)
        let chain = Failover(
            [.init("cloud", cloud), .init("local", local)], outages: outages, clock: clock,
            log: .silent)
        let unset = ProviderError.clockNotSet(provider: "cloud")
        cloud.failure.withLock { $0 = unset }
        #expect(try await ask(chain) == "local")
        #expect(outages.takeUntold() == unset)
        #expect(try await ask(chain) == "local")
        #expect(outages.takeUntold() == nil)
        #expect(chain.status.allSatisfy { $0.problem == nil })
        cloud.failure.withLock { $0 = nil }
        #expect(try await ask(chain) == "cloud")
        #expect(clock.waits.isEmpty)
    }

    @Test("What came of each request is counted")
    func counted() async throws {
        let requests = RequestCount()
        let chain = Failover(
            of: "stage", [.init("cloud", cloud), .init("local", local)], requests: requests,
            clock: clock, log: .silent)
        _ = try await ask(chain)
        cloud.failure.withLock { $0 = .busy(provider: "cloud", retryAfter: nil) }
        for _ in 1...2 { _ = try await ask(chain) }
        local.works.withLock { $0 = false }
        _ = try? await ask(chain)
        let counts = requests.all.map { "\($0.stage) \($0.link) \($0.result) \($0.count)" }
        #expect(
            counts.sorted() == [
                "stage cloud answered 1", "stage cloud busy 1", "stage local answered 2",
                "stage local unavailable 1",
            ])
    }

    @Test("A preferred link is asked first; what one chain learns of a link, the other knows")
    func preferring() async throws {
        let chain = chain()
        let own = Link()
        let preferring = chain.preferring(.init("own", own))
        #expect(try await ask(preferring) == "own")
        own.works.withLock { $0 = false }
        cloud.works.withLock { $0 = false }
        #expect(try await ask(preferring) == "local")
        // The chain that has no such link was not asked, and passes the other over.
        #expect(try await ask(chain) == "local")
        #expect(cloud.asked.withLock { $0 } == 1)
        clock.advance(by: .seconds(31))
        cloud.works.withLock { $0 = true }
        #expect(try await ask(chain) == "cloud")
        #expect(chain.status.map(\.name) == ["cloud", "local"])
    }

    @Test("The last link is asked however often it failed, and the first reason is told")
    func last() async {
        let chain = chain()
        cloud.works.withLock { $0 = false }
        local.works.withLock { $0 = false }
        for _ in 0..<3 {
            await #expect(throws: ProviderError.self) { try await ask(chain) }
        }
        #expect(local.asked.withLock { $0 } == 3)
    }

    @Test("The links behind know why those before them gave no answer, asked or passed over")
    func failures() async throws {
        let chain = chain()
        cloud.works.withLock { $0 = false }
        let reason = ProviderError.unavailable(provider: "cloud", reason: "no way")
        for _ in 0..<2 {
            let told = try await chain.first { link, failures throws(ProviderError) in
                _ = try link.ask()
                return failures
            }.answer
            #expect(told == [reason])
        }
        #expect(cloud.asked.withLock { $0 } == 1)
        #expect(chain.next === local)
        clock.advance(by: .seconds(30))
        #expect(chain.next === cloud)
    }

    @Test("Who goes away is no reason to pass a link over")
    func cancelled() async throws {
        let chain = chain()
        await #expect(throws: ProviderError.cancelled) {
            try await chain.first { _, _ throws(ProviderError) -> Int in throw .cancelled }
        }
        #expect(try await ask(chain) == "cloud")
    }

    // MARK: - Outages

    /// Two stages whose preferred links are of one account, on a clock that only the test moves.
    private func chains() -> (
        one: Failover<Link>, other: Failover<Link>, outages: Outages, clock: ManualClock
    ) {
        let clock = ManualClock()
        let outages = Outages(clock: clock)
        func chain(_ stage: String) -> Failover<Link> {
            Failover(
                of: stage, [.init("cloud", account: "a", cloud), .init("local", local)],
                outages: outages, clock: clock, log: .silent)
        }
        return (chain("one"), chain("other"), outages, clock)
    }

    static let shared: [(reason: ProviderError, seconds: Int)] = [
        (.keyMissing(provider: "p"), 3600), (.keyRefused(provider: "p", reason: "r"), 3600),
        (.creditUsedUp(provider: "p", reason: "r"), 3600),
        (.unreachable(provider: "p", reason: "r"), 30),
    ]

    @Test("What is the matter with an account is known to all stages", arguments: shared)
    func accounts(shared: (reason: ProviderError, seconds: Int)) async throws {
        let (one, other, _, clock) = chains()
        cloud.failure.withLock { $0 = shared.reason }
        #expect(try await ask(one) == "local")
        #expect(try await ask(other) == "local")
        #expect(cloud.asked.withLock { $0 } == 1)
        cloud.failure.withLock { $0 = nil }
        clock.advance(by: .seconds(shared.seconds) - .milliseconds(1))
        #expect(try await ask(other) == "local")
        clock.advance(by: .milliseconds(1))
        #expect(try await ask(other) == "cloud")
        #expect(try await ask(one) == "cloud")
    }

    static let own: [ProviderError] = [
        .down(provider: "p", reason: "r"), .timedOut(provider: "p", after: .seconds(1)),
        .refused(provider: "p", reason: "r"), .busy(provider: "p", retryAfter: nil),
    ]

    @Test("What is the matter with one stage alone is not held against the others", arguments: own)
    func stages(reason: ProviderError) async throws {
        let (one, other, _, _) = chains()
        cloud.failure.withLock { $0 = reason }
        #expect(try await ask(one) == "local")
        cloud.failure.withLock { $0 = nil }
        #expect(try await ask(other) == "cloud")
    }

    @Test("Whoever asks for a longer pause gets it")
    func wish() async throws {
        let chain = chain()
        cloud.failure.withLock { $0 = .busy(provider: "p", retryAfter: .seconds(90)) }
        #expect(try await ask(chain) == "local")
        cloud.failure.withLock { $0 = nil }
        clock.advance(by: .seconds(89))
        #expect(try await ask(chain) == "local")
        clock.advance(by: .seconds(1))
        #expect(try await ask(chain) == "cloud")
    }

    @Test("An outage is told once, whatever stages it strikes, and the next one again")
    func told() async throws {
        let (one, other, outages, clock) = chains()
        let reason = ProviderError.unreachable(provider: "p", reason: "r")
        #expect(outages.takeUntold() == nil)
        for _ in 1...2 {
            cloud.failure.withLock { $0 = reason }
            for turn in 1...10 {
                #expect(try await ask(one) == "local")
                #expect(try await ask(other) == "local")
                #expect(outages.takeUntold() == (turn == 1 ? reason : nil))
                clock.advance(by: .seconds(20))
            }
            cloud.failure.withLock { $0 = nil }
            clock.advance(by: .seconds(600))
            #expect(try await ask(one) == "cloud")
            #expect(try await ask(other) == "cloud")
            #expect(outages.takeUntold() == nil)
        }
    }

    @Test("Once the network is back, so is the cloud, however long it was away")
    func back() async throws {
        let clock = ManualClock()
        let outages = Outages(clock: clock)
        let net = Net()
        let chain = Failover(
            of: "one", [.init("cloud", net), .init("local", Net(isUp: true))], outages: outages,
            clock: clock, log: .silent)
        func ask() async throws -> String {
            try await chain.first { net, _ throws(ProviderError) in try net.ask() }.name
        }
        // So often that the pauses have grown to minutes.
        for _ in 1...6 {
            #expect(try await ask() == "local")
            await until { clock.sleepers == 1 }
            clock.advance(by: .seconds(600))
        }
        #expect(try await ask() == "local")
        await until { clock.sleepers == 1 }
        net.isUp.withLock { $0 = true }
        #expect(try await ask() == "local")
        clock.advance(by: .seconds(25))
        await until { chain.status[0].problem == nil }
        #expect(try await ask() == "cloud")
    }

    private final class Net: Voice.Provider {
        let isUp: Mutex<Bool>
        init(isUp: Bool = false) { self.isUp = Mutex(isUp) }

        func ask() throws(ProviderError) -> Int {
            guard isUp.withLock({ $0 }) else { throw .unreachable(provider: "n", reason: "r") }
            return 1
        }
        func isReachable() async -> Bool { isUp.withLock { $0 } }
    }
}
