import Synchronization
public import Voice

/// An ordered chain of providers for one stage: the first that answers wins. One that failed is
/// passed over for a while; the last link, which is on the device itself, never is.
public final class Failover<Provider: Sendable>: Sendable {
    /// A provider and the name by which it is set, logged and shown.
    public struct Link: Sendable {
        let name: String
        let provider: Provider

        public init(_ name: String, _ provider: Provider) {
            self.name = name
            self.provider = provider
        }
    }

    private let links: [Link]
    private let clock: any MomentClock
    private let log: Log
    private let pauses = Mutex<[Int: Pause]>([:])

    private struct Pause {
        var failures: Int
        var until: Moment
    }

    private static var firstPause: Duration { .seconds(30) }
    private static var longestPause: Duration { .seconds(600) }

    /// - Parameter links: at least one, the preferred first.
    public init(_ links: [Link], clock: any MomentClock, log: Log) {
        precondition(!links.isEmpty, "a chain has a last link")
        self.links = links
        self.clock = clock
        self.log = log
    }

    /// Asks one link after the other.
    ///
    /// - Returns: the first answer, and the name of the link that gave it.
    /// - Throws: what the last link threw.
    func first<Answer: Sendable>(
        _ ask: @Sendable (Provider) async throws(ProviderError) -> Answer
    ) async throws(ProviderError) -> (answer: Answer, name: String) {
        for (index, link) in links.dropLast().enumerated() where !isPassedOver(index) {
            do {
                let answer = try await ask(link.provider)
                pauses.withLock { _ = $0.removeValue(forKey: index) }
                return (answer, link.name)
            } catch {
                if error == .cancelled { throw error }
                passOver(index, because: error)
            }
        }
        let last = links[links.count - 1]
        return (try await ask(last.provider), last.name)
    }

    private func isPassedOver(_ index: Int) -> Bool {
        pauses.withLock { pauses in pauses[index].map { clock.now < $0.until } ?? false }
    }

    /// For 30 s after the first failure, twice as long after each further one, at most 10 min.
    private func passOver(_ index: Int, because error: ProviderError) {
        let pause = pauses.withLock { pauses in
            let failures = (pauses[index]?.failures ?? 0) + 1
            var pause = Self.firstPause
            for _ in 1..<min(failures, 10) { pause = min(pause * 2, Self.longestPause) }
            pauses[index] = Pause(failures: failures, until: clock.now + pause)
            return pause
        }
        log.warning("\(error); not asking \(links[index].name) for \(pause.components.seconds) s")
    }
}
