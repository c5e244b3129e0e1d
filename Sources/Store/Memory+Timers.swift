/// A timer that outlives the program.
public struct KeptTimer: Equatable, Sendable {
    /// Never given twice.
    public let id: Int64
    /// In seconds since 1970 UTC.
    public let ringsAt: Int64
    /// How long it was set for.
    public let seconds: Int64
    public let name: String?
}

extension Memory {
    /// Nobody keeps more in their head either.
    private static let mostTimers: Int64 = 100

    /// Keeps a timer. Ringing is somebody else's business.
    public func addTimer(
        ringsAt: Int64, seconds: Int64, name: String? = nil
    ) throws(MemoryError) -> KeptTimer {
        let id = try add(atMost: Self.mostTimers, to: "timers", called: "timers") {
            database throws(DatabaseError) in
            try database.run(
                "keep a timer in", "INSERT INTO timers (rings_at, seconds, name) VALUES (?, ?, ?)",
                [.integer(ringsAt), .integer(seconds), Value(name)])
            return database.lastKey
        }
        return KeptTimer(id: id, ringsAt: ringsAt, seconds: seconds, name: name)
    }

    /// All timers that were not removed, those that ring first first; late ones are among them.
    public func timers() throws(MemoryError) -> [KeptTimer] {
        try read { database throws(DatabaseError) in
            try database.rows(
                "read the timers from",
                "SELECT id, rings_at, seconds, name FROM timers ORDER BY rings_at, id"
            ) {
                KeptTimer(
                    id: $0.integer(0), ringsAt: $0.integer(1), seconds: $0.integer(2),
                    name: $0.optionalText(3))
            }
        }
    }

    /// - Returns: whether there was one.
    @discardableResult
    public func removeTimer(_ id: Int64) throws(MemoryError) -> Bool {
        try remove("timers", "a timer", where: .integer(id))
    }

    // MARK: - What the small tables have in common

    /// Inserts a row unless there are too many.
    func add<Result>(
        atMost limit: Int64, to table: String, called name: String,
        _ insert: (Database) throws(DatabaseError) -> Result
    ) throws(MemoryError) -> Result {
        let count = try read { database throws(DatabaseError) in
            try database.number("read", "SELECT count(*) FROM \(table)") ?? 0
        }
        guard count < limit else {
            throw .refused(reason: "there are \(count) \(name), and no more may be; remove one")
        }
        return try write(insert)
    }

    func remove(_ table: String, _ what: String, where id: Value) throws(MemoryError) -> Bool {
        try write { database throws(DatabaseError) in
            try database.run("remove \(what) from", "DELETE FROM \(table) WHERE id = ?", [id])
            return database.changes > 0
        }
    }
}
