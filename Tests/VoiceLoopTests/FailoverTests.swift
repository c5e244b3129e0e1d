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

        func ask() throws(ProviderError) -> Int {
            asked.withLock { $0 += 1 }
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
}
