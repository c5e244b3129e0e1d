public import Voice

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
                guard let scope = Scope(rawValue: row.text(2)) else { return nil }
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

    /// How many requests each key had on the day it was used last.
    public func keyUses() throws(MemoryError) -> [KeyUse] {
        try read { database throws(DatabaseError) in
            try database.rows("read the keys from", "SELECT key, day, count FROM key_uses") {
                KeyUse(key: $0.integer(0), day: $0.integer(1), count: $0.integer(2))
            }
        }
    }

    /// Keeps counts in the place of the keys' earlier ones. Keys that are gone are passed over.
    public func save(_ uses: [KeyUse]) throws(MemoryError) {
        try write { database throws(DatabaseError) in
            for use in uses {
                try database.run(
                    "count the use of a key in",
                    """
                    INSERT OR REPLACE INTO key_uses (key, day, count)
                    SELECT id, ?2, ?3 FROM keys WHERE id = ?1
                    """, [.integer(use.key), .integer(use.day), .integer(use.count)])
            }
        }
    }
}
