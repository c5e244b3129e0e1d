public import Linux
import Synchronization
public import Voice

/// Who may: keys, sessions, tickets and signed URLs on the one side, how a device gets its owner on
/// the other.
///
/// What it decides by is held here and kept in the store: a slow disk holds up nobody who is known.
/// All of it is decided by values with neither clock nor store (`SessionTable`, `Quotas`, `Slowdown`,
/// `Claim`, `SiteRules` …); this acts on them.
public final class AccessControl: URLSigner {
    let sites: SiteRules
    let store: any AccessStore
    let witness: any ClaimWitness
    let hashing: PasswordHashing
    let clock: any MomentClock
    let log: Log
    private let environmentKey: [UInt8]?
    private let unixTime: @Sendable () -> Int64?
    private let state: Mutex<State>

    struct State: Sendable {
        var isLoaded = false
        var version: [Int64] = []
        var lookedAt: Moment?
        /// Grows before and after each change of our own: what was read meanwhile may be older.
        var changes = 0

        /// Nil while nobody has claimed the device.
        var passwordHash: String?
        var sessions = SessionTable()
        var keys: [APIKey] = []
        var rates = RateLimits()
        var quotas = Quotas()
        var usesSavedAt: Moment?
        var tickets = TicketTable<Proof>()
        var signature: URLSignature
        var claim = Claim()
        var asking: Task<Void, Never>?
        var logIns: Slowdown
        var claims: Slowdown
        var wrongKeys = WrongKeys()
        /// Of sessions that could not be kept; below those that were.
        var lastLooseSession: Int64 = 0
        /// Sessions that are over, of which the store does not know it yet.
        var goneSessions: Set<Int64> = []
    }

    /// What a caller has shown.
    enum Proof: Equatable, Sendable {
        case environmentKey
        case key(Int64)
        case session(Int64)
    }

    /// How often it is asked whether somebody else has changed anything.
    private static let lookPause = Duration.seconds(2)
    /// How often counts of requests are written down.
    private static let usesPause = Duration.seconds(60)

    /// - Parameters:
    ///   - environmentKey: the key that the environment has; nil or empty for none.
    ///   - unixTime: seconds since 1970 UTC; nil while the clock was never set.
    public init(
        sites: SiteRules, store: any AccessStore, witness: any ClaimWitness,
        environmentKey: String?, passwordCost: PasswordCost = .usual, clock: any MomentClock,
        unixTime: @escaping @Sendable () -> Int64? = { SystemWallClock.unixTime }, log: Log
    ) {
        self.sites = sites
        self.store = store
        self.witness = witness
        self.environmentKey = environmentKey.flatMap { $0.isEmpty ? nil : Secret.hash($0) }
        hashing = PasswordHashing(passwordCost)
        self.clock = clock
        self.unixTime = unixTime
        self.log = log
        let now = clock.now
        // Each makes the device speak, and somebody get up.
        var claims = Slowdown.Pace()
        claims.free = 3
        claims.first = .seconds(30)
        claims.longest = .seconds(600)
        claims.burst = 6
        claims.each = .seconds(60)
        state = Mutex(
            State(
                signature: URLSignature(key: Secret.bytes(32)),
                logIns: Slowdown(Slowdown.Pace(), at: now), claims: Slowdown(claims, at: now)))
    }

    var now: Moment { clock.now }
    /// Nil while the clock was never set.
    var time: Int64? { unixTime() }

    func with<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        state.withLock { body(&$0) }
    }

    func isEnvironmentKey(_ hash: [UInt8]) -> Bool {
        environmentKey.map { Secret.isSame($0, hash) } ?? false
    }

    // MARK: - The store

    /// Reads what is kept, so that nobody has to wait for it; the first who has to do the same if
    /// it was not there.
    public func load() async {
        do {
            try await look()
        } catch {
            log.error("cannot read who may use the device: \(error)")
        }
    }

    /// Writes down what was only counted so far.
    public func end() async {
        with { state -> Task<Void, Never>? in state.asking }?.cancel()
        await saveUses()
    }

    /// Sees to it that what is known is what is kept, but for a moment.
    ///
    /// - Throws: 503 if it was never known.
    func refresh(on connection: Connection) throws {
        let isFresh = with { [now] state in
            state.lookedAt.map { now - $0 < Self.lookPause } ?? false
        }
        if !isFresh {
            do {
                try connection.wait { try await self.look() }
            } catch let gone as Connection.Gone {
                throw gone
            } catch {
                log.error("cannot read who may use the device: \(error)")
            }
        }
        guard with({ $0.isLoaded }) else {
            throw HTTPError(
                503, "memory_unreadable",
                "the device cannot read its memory, and so not tell who may; look at its log")
        }
    }

    private func look() async throws {
        let (known, isLoaded, changes) = with { [now] state in
            state.lookedAt = now
            return (state.version, state.isLoaded, state.changes)
        }
        let version = try await store.version()
        if isLoaded, version == known { return }
        let password = try await store.passwordHash()
        let (sessions, keys) = (try await store.sessions(), try await store.keys())
        let uses = try await store.keyUses()
        // On a full disk a new one cannot be kept, and its URLs end with the program.
        let signingKey = try? await store.signingKey(orKeep: Secret.bytes(32))
        with { state in
            // Whoever has changed something meanwhile knows better; the next look will see it.
            guard state.changes == changes else { return }
            if isLoaded, state.passwordHash != password { log.info("the page's password changed") }
            if state.passwordHash != password || !isLoaded { state.sessions = SessionTable() }
            // Those that could not be kept are none of the store's.
            let loose = state.sessions.sessions.filter { $0.id < 0 }
            let kept = sessions.filter { !state.goneSessions.contains($0.id) }
            state.sessions = SessionTable(kept + loose)
            state.passwordHash = password
            state.keys = keys
            if !isLoaded { state.quotas = Quotas(uses) }
            state.forgetOtherKeys()
            if let signingKey { state.signature = URLSignature(key: signingKey) }
            if password != nil { state.claim.end() }
            state.version = version
            state.isLoaded = true
        }
    }

    /// Runs what changes the store, so that nothing older is read over it.
    func changing<Result: Sendable>(
        on connection: Connection, _ work: @escaping @Sendable () async throws -> Result
    ) throws -> Result {
        with { $0.changes += 1 }
        defer { with { $0.changes += 1 } }
        do {
            return try connection.wait(for: work)
        } catch let gone as Connection.Gone {
            throw gone
        } catch let refusal as AccessRefusal {
            throw HTTPError(409, "refused", refusal.reason)
        } catch {
            log.error("\(error)")
            throw HTTPError(
                503, "memory_unwritable",
                "the device cannot write to its memory; look at its log")
        }
    }

    // MARK: - Uses

    /// Counts a use of the key against its limits.
    ///
    /// - Throws: 429 beyond them.
    func count(_ key: APIKey) throws(HTTPError) {
        let wait = with { [now, time] state -> (Duration, String)? in
            if let wait = state.rates.take(key: key.id, perMinute: key.perMinute, at: now) {
                return (wait, "\(key.perMinute ?? 0) requests a minute")
            }
            if let wait = state.quotas.take(key: key.id, perDay: key.perDay, at: time) {
                return (wait, "\(key.perDay ?? 0) requests a day")
            }
            return nil
        }
        if let (wait, limit) = wait {
            throw .tooMany("the key \"\(key.name)\" is for \(limit)", after: wait)
        }
        saveUsesSoon()
    }

    private func saveUsesSoon() {
        let isDue = with { [now] state in
            guard let saved = state.usesSavedAt else {
                state.usesSavedAt = now
                return false
            }
            guard now - saved >= Self.usesPause else { return false }
            state.usesSavedAt = now
            return true
        }
        if isDue { Task { await saveUses() } }
    }

    private func saveUses() async {
        await removeGoneSessions()
        let uses = with { $0.quotas.unsaved() }
        guard !uses.isEmpty else { return }
        do {
            try await store.save(uses)
        } catch {
            log.warning("\(error); the keys' daily counts may start anew")
        }
    }
}

extension AccessControl.State {
    mutating func forgetOtherKeys() {
        let ids = Set(keys.map(\.id))
        rates.keepOnly(ids)
        quotas.keepOnly(ids)
    }
}

extension HTTPError {
    static func tooMany(_ message: String, after wait: Duration) -> HTTPError {
        let seconds = max(1, Int64((wait.inMilliseconds / 1000).rounded(.up)))
        return HTTPError(
            429, "too_many_requests", "\(message); try again in \(seconds) seconds",
            headers: [Header("Retry-After", String(seconds))])
    }
}
