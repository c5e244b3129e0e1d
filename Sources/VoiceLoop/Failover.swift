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
        var reason: ProviderError
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
    /// - Parameter ask: is told why the links before gave no answer.
    /// - Returns: the first answer, and the name of the link that gave it.
    /// - Throws: if there is none, what the first link threw: it is the one that matters most.
    func first<Answer: Sendable>(
        _ ask:
            @Sendable (Provider, _ failures: [ProviderError]) async throws(ProviderError)
            -> Answer
    ) async throws(ProviderError) -> (answer: Answer, name: String) {
        var failures: [ProviderError] = []
        for (index, link) in links.enumerated() {
            if index < links.count - 1, let reason = reasonToPassOver(index) {
                failures.append(reason)
                continue
            }
            do {
                let answer = try await ask(link.provider, failures)
                pauses.withLock { _ = $0.removeValue(forKey: index) }
                return (answer, link.name)
            } catch {
                if error == .cancelled { throw error }
                failures.append(error)
                if index < links.count - 1 { passOver(index, because: error) }
            }
        }
        throw failures[0]
    }

    /// The links in order, and why those are passed over that are.
    public var status: [(name: String, problem: ProviderError?)] {
        links.enumerated().map { ($1.name, reasonToPassOver($0)) }
    }

    /// The link that will be asked, as far as is known.
    var next: Provider {
        let index = links.indices.dropLast().first { reasonToPassOver($0) == nil }
        return links[index ?? links.count - 1].provider
    }

    private func reasonToPassOver(_ index: Int) -> ProviderError? {
        pauses.withLock { pauses in
            guard let pause = pauses[index], clock.now < pause.until else { return nil }
            return pause.reason
        }
    }

    /// For 30 s after the first failure, twice as long after each further one, at most 10 min.
    private func passOver(_ index: Int, because error: ProviderError) {
        let pause = pauses.withLock { pauses in
            let failures = (pauses[index]?.failures ?? 0) + 1
            var pause = Self.firstPause
            for _ in 1..<min(failures, 10) { pause = min(pause * 2, Self.longestPause) }
            pauses[index] = Pause(
                failures: failures, reason: error, until: clock.now + pause)
            return pause
        }
        log.warning("\(error); not asking \(links[index].name) for \(pause.components.seconds) s")
    }
}
