import Synchronization
public import Voice

/// An ordered chain of providers for one stage: the first that answers wins. One that failed is
/// passed over for a while; the last link, which is on the device itself, never is.
public final class Failover<Provider: Sendable>: Sendable {
    /// A provider and the name by which it is set, logged and shown.
    public struct Link: Sendable {
        let name: String
        let account: String
        let provider: Provider
        /// How it did so far. Chains that share a link share it.
        fileprivate let record = LinkRecord()

        /// - Parameter account: the same for links of all stages that a refused key or a lost
        ///   network concerns alike; nil for the name.
        public init(_ name: String, account: String? = nil, _ provider: Provider) {
            self.name = name
            self.account = account ?? name
            self.provider = provider
        }
    }

    private let stage: String
    private let links: [Link]
    /// How many of them stand before what was a whole chain.
    private let preferred: Int
    private let outages: Outages
    private let requests: RequestCount
    private let clock: any MomentClock
    private let log: Log

    /// - Parameters:
    ///   - stage: by which the chains of the same `outages` are told apart.
    ///   - links: at least one, the preferred first.
    ///   - requests: counts what is asked of them, with that of other chains.
    public convenience init(
        of stage: String = "chain", _ links: [Link], outages: Outages? = nil,
        requests: RequestCount = RequestCount(), clock: any MomentClock, log: Log
    ) {
        precondition(!links.isEmpty, "a chain has a last link")
        let outages = outages ?? Outages(clock: clock)
        self.init(
            of: stage, links, preferred: 0, outages: outages, requests: requests, clock: clock,
            log: log)
    }

    private init(
        of stage: String, _ links: [Link], preferred: Int, outages: Outages,
        requests: RequestCount, clock: any MomentClock, log: Log
    ) {
        self.stage = stage
        self.links = links
        self.preferred = preferred
        self.outages = outages
        self.requests = requests
        self.clock = clock
        self.log = log
    }

    /// The same chain behind another link, which is preferred to all of it. What one of them learns
    /// of a link they share, the other knows.
    public func preferring(_ link: Link) -> Failover {
        Failover(
            of: stage, [link] + links, preferred: preferred + 1, outages: outages,
            requests: requests, clock: clock, log: log)
    }

    /// Asks one link after the other.
    ///
    /// - Parameters:
    ///   - isMeant: whether a provider can be asked this.
    ///   - ask: is told why the links before gave no answer.
    /// - Returns: the first answer, and the name of the link that gave it.
    /// - Throws: if there is none, what the first link threw: it is the one that matters most.
    func first<Answer: Sendable>(
        where isMeant: @Sendable (Provider) -> Bool = { _ in true },
        _ ask:
            @Sendable (Provider, _ failures: [ProviderError]) async throws(ProviderError)
            -> Answer
    ) async throws(ProviderError) -> (answer: Answer, name: String) {
        var failures: [ProviderError] = []
        for (index, link) in links.enumerated() where isMeant(link.provider) {
            if index < links.count - 1, let reason = reasonToPassOver(index) {
                meet(reason, at: index)
                failures.append(reason)
                continue
            }
            do {
                let answer = try await ask(link.provider, failures)
                succeed(index)
                return (answer, link.name)
            } catch {
                // Whatever a provider makes of it: who goes away is no reason to pass it over.
                if error == .cancelled || Task.isCancelled { throw .cancelled }
                failures.append(error)
                fail(index, because: error)
            }
        }
        throw failures.first
            ?? .unavailable(provider: stage, reason: "nobody in the chain does this")
    }

    /// Asks the one link that is next, if `ask` has a question for it.
    ///
    /// - Returns: nil if it has none, or the link failed: it is passed over then.
    /// - Throws: only when cancelled.
    func next<Answer: Sendable>(
        _ ask: (Provider) async throws(ProviderError) -> Answer?
    ) async throws(ProviderError) -> (answer: Answer, name: String)? {
        let index = nextIndex
        do {
            guard let answer = try await ask(links[index].provider) else { return nil }
            succeed(index)
            return (answer, links[index].name)
        } catch {
            if error == .cancelled || Task.isCancelled { throw .cancelled }
            fail(index, because: error)
            return nil
        }
    }

    /// The links in order, and why those are passed over that are.
    public var status: [(name: String, problem: ProviderError?)] {
        links.enumerated().map { ($1.name, reasonToPassOver($0)) }
    }

    /// The providers in order, with their names.
    public var providers: [(name: String, provider: Provider)] {
        links.map { ($0.name, $0.provider) }
    }

    /// The link that will be asked, as far as is known.
    var next: Provider { links[nextIndex].provider }

    private var nextIndex: Int {
        links.indices.dropLast().first { reasonToPassOver($0) == nil } ?? links.count - 1
    }

    /// By which this link is told from all others.
    private func key(_ index: Int) -> String { "\(stage) \(index - preferred)" }

    private func reasonToPassOver(_ index: Int) -> ProviderError? {
        if let reason = outages.reasonToPassOver(links[index].account) { return reason }
        return links[index].record.pause.withLock { pause in
            guard let pause, clock.now < pause.until else { return nil }
            return pause.reason
        }
    }

    private func succeed(_ index: Int) {
        requests.note(stage, links[index].name, nil)
        links[index].record.pause.withLock { $0 = nil }
        outages.works(links[index].account)
        if index >= preferred { outages.answered(key(index)) }
    }

    /// What is told aloud of outages is of the whole chain: a link before it is one caller's wish.
    private func meet(_ reason: ProviderError, at index: Int) {
        if index >= preferred { outages.met(reason, at: key(index)) }
    }

    /// The last link has nobody behind it, and is never passed over.
    private func fail(_ index: Int, because error: ProviderError) {
        requests.note(stage, links[index].name, error)
        guard index < links.count - 1 else { return }
        meet(error, at: index)
        // Nobody was asked who is to be spared, and the clock may be set at any moment.
        if case .clockNotSet = error { return log.info("\(error)") }
        let link = links[index]
        let provider = link.provider as? any Voice.Provider
        let shared = outages.fails(link.account, because: error) {
            await provider?.isReachable() ?? false
        }
        let pause =
            shared
            ?? link.record.pause.withLock { pause in
                let new = Outages.Pause(after: pause, because: error, at: clock.now)
                pause = new
                return new
            }
        let seconds = (pause.until - clock.now).components.seconds
        log.warning("\(error); not asking \(link.name) for \(seconds) s")
    }
}

/// How a link did lately.
private final class LinkRecord: Sendable {
    let pause = Mutex<Outages.Pause?>(nil)
}
