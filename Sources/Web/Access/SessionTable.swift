import Voice

/// The browsers that are logged in: a bounded number, each for a bounded time.
struct SessionTable {
    /// The one that was used longest ago has to make way.
    static let most = 20
    /// Seconds.
    static let longest: Int64 = 90 * day
    /// Of not being used.
    static let idle: Int64 = 30 * day
    /// A session that is used is kept as used this often, and no more, since cards wear out.
    private static let worthKeeping: Int64 = 3600
    private static let day: Int64 = 86_400

    private(set) var sessions: [PageSession]

    init(_ sessions: [PageSession] = []) { self.sessions = sessions }

    /// Whether a session is over by its age. Nobody can tell while the clock was never set.
    static func isOver(_ session: PageSession, at now: Int64?) -> Bool {
        guard let now else { return false }
        func isOlder(_ moment: Int64?, than age: Int64) -> Bool {
            moment.map { now - $0 > age } ?? false
        }
        return isOlder(session.madeAt, than: longest) || isOlder(session.usedAt, than: idle)
    }

    /// The session whose secret has this hash, which counts as used now.
    ///
    /// - Returns: also whether that is worth being kept; nil if there is none, or none any more.
    mutating func use(
        _ hash: [UInt8], at now: Int64?
    ) -> (session: PageSession, isWorthKeeping: Bool)? {
        guard
            let index = sessions.firstIndex(where: { Secret.isSame($0.hash, hash) }),
            !Self.isOver(sessions[index], at: now)
        else { return nil }
        guard let now else { return (sessions[index], false) }
        let before = sessions[index].usedAt
        // The clock was not set when it was made.
        sessions[index].madeAt = sessions[index].madeAt ?? now
        sessions[index].usedAt = now
        let isWorthKeeping = before.map { abs(now - $0) >= Self.worthKeeping } ?? true
        return (sessions[index], isWorthKeeping)
    }

    /// - Returns: the ids of those that are over, or had to make way.
    mutating func add(_ session: PageSession, at now: Int64?) -> [Int64] {
        var gone = removeAll { Self.isOver($0, at: now) }
        while sessions.count >= Self.most {
            let oldest = sessions.min { ($0.usedAt ?? 0) < ($1.usedAt ?? 0) }!
            gone += removeAll { $0.hash == oldest.hash }
        }
        sessions.append(session)
        return gone
    }

    /// The session has got its id.
    mutating func rename(_ session: PageSession) {
        if let index = sessions.firstIndex(where: { $0.hash == session.hash }) {
            sessions[index].id = session.id
        } else {
            sessions.append(session)
        }
    }

    /// - Returns: the ids of those that are gone.
    @discardableResult
    mutating func removeAll(where isMeant: (PageSession) -> Bool) -> [Int64] {
        let gone = sessions.filter(isMeant).map(\.id)
        sessions.removeAll(where: isMeant)
        return gone
    }
}
