/// A key to the API, without the key.
public struct APIKey: Equatable, Sendable {
    /// What its bearer may do; each includes the one before.
    public enum Scope: String, CaseIterable, Sendable { case talk, read, admin }

    /// 0 until it is kept.
    public internal(set) var id: Int64 = 0
    /// Unique; it is the source of the turns it pays for.
    public var name: String
    public var scope: Scope
    /// Of the key; the key itself is told once and kept nowhere.
    public var hash: [UInt8]
    /// How many requests a minute; nil for no limit.
    public var perMinute: Int64?
    /// How many a day.
    public var perDay: Int64?
    /// Nil for the device's.
    public var voice: String?
    public var systemPrompt: String?

    public init(name: String, scope: Scope, hash: [UInt8]) {
        self.name = name
        self.scope = scope
        self.hash = hash
    }
}

extension Memory {
    private static let mostKeys: Int64 = 100

    /// Keeps a key.
    ///
    /// - Returns: the same with its id.
    public func add(_ key: APIKey) throws(MemoryError) -> APIKey {
        guard try keys().allSatisfy({ $0.name != key.name && $0.hash != key.hash }) else {
            throw .refused(reason: "there is a key \"\(key.name)\" already; use another name")
        }
        var kept = key
        kept.id = try add(atMost: Self.mostKeys, to: "keys", called: "keys") {
            database throws(DatabaseError) in
            try database.run(
                "keep a key in",
                """
                INSERT INTO keys (name, scope, hash, per_minute, per_day, voice, system_prompt)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(key.name), .text(key.scope.rawValue), .blob(key.hash),
                    Value(key.perMinute), Value(key.perDay), Value(key.voice),
                    Value(key.systemPrompt),
                ])
            return database.lastKey
        }
        return kept
    }

    /// All keys, the newest last. One whose scope this version does not know may do nothing, and
    /// is not among them.
    public func keys() throws(MemoryError) -> [APIKey] {
        let keys = try read { database throws(DatabaseError) in
            try database.rows(
                "read the keys from",
                """
                SELECT id, name, scope, hash, per_minute, per_day, voice, system_prompt FROM keys
                ORDER BY id
                """
            ) { row -> APIKey? in
                guard let scope = APIKey.Scope(rawValue: row.text(2)) else { return nil }
                var key = APIKey(name: row.text(1), scope: scope, hash: row.blob(3))
                key.id = row.integer(0)
                key.perMinute = row.optionalInteger(4)
                key.perDay = row.optionalInteger(5)
                key.voice = row.optionalText(6)
                key.systemPrompt = row.optionalText(7)
                return key
            }
        }
        return keys.compactMap { $0 }
    }

    /// - Returns: whether there was one.
    @discardableResult
    public func removeKey(_ id: Int64) throws(MemoryError) -> Bool {
        try remove("keys", "a key", where: .integer(id))
    }
}
