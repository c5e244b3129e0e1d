import TestSupport
import Testing
import Voice

@testable import pressel

@Suite(.timeLimit(.minutes(1)))
struct TurnPlacesTests {
    private let clock = ManualClock()

    private func places(_ count: Int, waiting: Int = 8) -> TurnPlaces {
        TurnPlaces(count, waiting: waiting, patience: .seconds(5), clock: clock)
    }

    private func until(_ condition: () -> Bool) async throws {
        for _ in 0..<5000 where !condition() { try await Task.sleep(for: .milliseconds(1)) }
        #expect(condition())
    }

    @Test("There is room for so many, and then for whoever comes when one is gone")
    func room() async throws {
        let places = places(2)
        var one: TurnPlaces.Place? = await places.take()
        let two = await places.take()
        #expect(one != nil && two != nil)
        let third = Task { await places.take() }
        try await until { clock.sleepers >= 1 }
        one = nil
        #expect(await third.value != nil)
        withExtendedLifetime(two) {}
    }

    @Test("Whoever waits too long is turned away, and takes no place with them")
    func impatience() async throws {
        let places = places(1)
        var one: TurnPlaces.Place? = await places.take()
        let waiting = Task { await places.take() }
        try await until { clock.sleepers >= 1 }
        clock.advance(by: .seconds(5))
        #expect(await waiting.value == nil)
        #expect(one != nil)
        one = nil
        #expect(await places.take() != nil)
    }

    @Test("Only so many may wait")
    func crowd() async throws {
        let places = places(1, waiting: 1)
        let one = await places.take()
        let waiting = Task { await places.take() }
        try await until { clock.sleepers >= 1 }
        // The one who waits may not stand there yet.
        try await Task.sleep(for: .milliseconds(20))
        #expect(await places.take() == nil)
        waiting.cancel()
        #expect(await waiting.value == nil)
        withExtendedLifetime(one) {}
    }

    @Test("Whoever is cancelled leaves no place taken")
    func cancelled() async throws {
        let places = places(1)
        for _ in 0..<200 {
            let task = Task { await places.take() }
            task.cancel()
            _ = await task.value
        }
        #expect(await places.take() != nil)
    }
}
