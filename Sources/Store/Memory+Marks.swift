extension Memory {
    /// A small fact by its name, as in `start-up hold`; nil if it was not set.
    public func mark(_ name: String) throws(MemoryError) -> String? {
        try read { database throws(DatabaseError) in
            try database.rows("read", "SELECT value FROM marks WHERE name = ?", [.text(name)]) {
                $0.text(0)
            }.first
        }
    }

    /// Sets a mark; nil takes it away.
    public func setMark(_ name: String, to value: String?) throws(MemoryError) {
        try write { database throws(DatabaseError) in
            try self.setMark(name, to: value, in: database)
        }
    }

    func setMark(
        _ name: String, to value: String?, in database: Database
    ) throws(DatabaseError) {
        if let value {
            try database.run(
                "write to", "INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)",
                [.text(name), .text(value)])
        } else {
            try database.run("write to", "DELETE FROM marks WHERE name = ?", [.text(name)])
        }
    }
}
