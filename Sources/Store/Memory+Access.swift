public import Voice

/// Who may use the page: its password, and the browsers that are logged in. Of neither is there
/// more than a hash.
extension Memory {
    /// Under which the hash of the page's password is kept.
    static let pagePasswordMark = "page password"
    static let signingKeyMark = "signing key"

    /// More than whoever logs in may have.
    private static let mostSessions: Int64 = 100

    /// Differs from what it was when somebody else has changed who may: a start-up hold, another
    /// program, or a store that had to be begun anew.
    public func accessVersion() throws(MemoryError) -> [Int64] {
        let others = try read { database throws(DatabaseError) in
            try database.number("read", "PRAGMA data_version") ?? 0
        }
        return [accessChanges, others]
    }

    /// Nil while nobody has claimed the device.
    public func pagePassword() throws(MemoryError) -> String? {
        try mark(Self.pagePasswordMark)
    }

    /// Sets the page's password, and logs out whoever is logged in.
    ///
    /// - Parameter hash: as `crypto_pwhash_str` makes it.
    public func setPagePassword(_ hash: String) throws(MemoryError) {
        try write { database throws(DatabaseError) in
            try database.run("log out in", "DELETE FROM sessions")
            try self.setMark(Self.pagePasswordMark, to: hash, in: database)
        }
    }

    /// Makes the device one that nobody has claimed, and logs out whoever is logged in. Keys to the
    /// API stay.
    public func clearPagePassword() throws(MemoryError) {
        try write { database throws(DatabaseError) in
            try database.run("log out in", "DELETE FROM sessions")
            try self.setMark(Self.pagePasswordMark, to: nil, in: database)
        }
        accessChanges += 1
    }

    /// All sessions, the oldest first, also those that are over by their age.
    public func sessions() throws(MemoryError) -> [PageSession] {
        try read { database throws(DatabaseError) in
            try database.rows(
                "read the sessions from",
                "SELECT id, hash, made_at, used_at, address, agent FROM sessions ORDER BY id"
            ) { row in
                var session = PageSession(
                    hash: row.blob(1), at: row.optionalInteger(2), address: row.text(4),
                    agent: row.text(5))
                session.id = row.integer(0)
                session.usedAt = row.optionalInteger(3)
                return session
            }
        }
    }

    /// Keeps a session.
    ///
    /// - Returns: its id.
    public func add(_ session: PageSession) throws(MemoryError) -> Int64 {
        try add(atMost: Self.mostSessions, to: "sessions", called: "sessions") {
            database throws(DatabaseError) in
            try database.run(
                "keep a session in",
                """
                INSERT INTO sessions (hash, made_at, used_at, address, agent)
                VALUES (?, ?, ?, ?, ?)
                """,
                [
                    .blob(session.hash), Value(session.madeAt), Value(session.usedAt),
                    .text(session.address), .text(session.agent),
                ])
            return database.lastKey
        }
    }

    /// Keeps when a session was made and used last; one that is gone is passed over.
    public func update(_ session: PageSession) throws(MemoryError) {
        try write { database throws(DatabaseError) in
            try database.run(
                "keep a session in", "UPDATE sessions SET made_at = ?, used_at = ? WHERE id = ?",
                [Value(session.madeAt), Value(session.usedAt), .integer(session.id)])
        }
    }

    /// Those that are gone are passed over.
    public func removeSessions(_ ids: [Int64]) throws(MemoryError) {
        try write { database throws(DatabaseError) in
            for id in ids {
                try database.run(
                    "log out in", "DELETE FROM sessions WHERE id = ?", [.integer(id)])
            }
        }
    }

    /// What the device signs its URLs by.
    ///
    /// - Parameter new: is kept if there is none.
    public func signingKey(orKeep new: [UInt8]) throws(MemoryError) -> [UInt8] {
        if let kept = try mark(Self.signingKeyMark).flatMap(Self.bytes) { return kept }
        try setMark(Self.signingKeyMark, to: Self.hexadecimal(new))
        return new
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text)
        guard digits.count == 64 else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        return bytes.count == 32 ? bytes : nil
    }
}
