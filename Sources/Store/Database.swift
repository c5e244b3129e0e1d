import CSQLite
import Glibc

/// Owns one connection to a database file. For one thread at a time.
final class Database {
    enum Access {
        /// Makes the file if there is none.
        case making
        /// Of a file that is there.
        case writing
        /// Without changing or locking out anything.
        case reading
    }

    let path: String
    private let connection: Connection

    var pointer: OpaquePointer { connection.pointer }

    /// How long another connection's writing is waited for.
    private static let patienceMilliseconds: CInt = 2000
    /// Pages are 4 KiB: no store grows beyond 256 MiB, whatever happens.
    static let mostPages: Int64 = 65_536

    /// - Parameter path: of the file, or `:memory:`.
    init(_ path: String, _ access: Access) throws(DatabaseError) {
        self.path = path
        if access == .making, path != ":memory:" {
            // Private from the first moment. SQLite gives its -wal and -shm the same mode.
            let number = Glibc.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
            if number >= 0 { close(number) }
        }
        let flags =
            switch access {
            case .making: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .writing: SQLITE_OPEN_READWRITE
            case .reading: SQLITE_OPEN_READONLY
            }
        connection = try Connection(path, flags | SQLITE_OPEN_NOMUTEX)
        sqlite3_extended_result_codes(pointer, 1)
        sqlite3_busy_timeout(pointer, Self.patienceMilliseconds)
        // What lies in the file is data: it may bring no code along that runs by itself, nor reach
        // into SQLite's own tables.
        for (option, on) in [
            (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), (SQLITE_DBCONFIG_ENABLE_VIEW, 0),
        ] { _ = csqlite_switch(pointer, option, CInt(on)) }
        try execute(
            "open",
            """
            PRAGMA foreign_keys = ON;
            PRAGMA cell_size_check = ON;
            PRAGMA cache_size = -256;
            PRAGMA temp_store = MEMORY;
            """)
    }

    /// Makes the connection fit to keep what must outlive a power cut: what is committed is on
    /// the disk, and what is deleted is overwritten.
    func makeLasting() throws(DatabaseError) {
        try execute(
            "open",
            """
            PRAGMA auto_vacuum = INCREMENTAL;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA secure_delete = ON;
            PRAGMA journal_size_limit = 1048576;
            PRAGMA max_page_count = \(Self.mostPages);
            """)
    }

    /// The error of the call just made.
    ///
    /// - Parameter purpose: what it was for, in words that follow "cannot".
    func failure(_ purpose: String) -> DatabaseError {
        DatabaseError(purpose, path, on: pointer)
    }

    /// Runs SQL of one or more statements that take no values; rows are passed over.
    func execute(_ purpose: String, _ sql: String) throws(DatabaseError) {
        guard sqlite3_exec(pointer, sql, nil, nil, nil) == SQLITE_OK else {
            throw failure(purpose)
        }
    }

    /// Runs one statement to its end.
    func run(
        _ purpose: String, _ sql: String, _ values: [Value] = []
    ) throws(DatabaseError) {
        let statement = try Statement(self, purpose, sql, values)
        while try statement.step() {}
    }

    /// The rows of one statement, each as `read` makes it out of the columns.
    func rows<Row>(
        _ purpose: String, _ sql: String, _ values: [Value] = [],
        _ read: (borrowing Statement) -> Row
    ) throws(DatabaseError) -> [Row] {
        let statement = try Statement(self, purpose, sql, values)
        var rows: [Row] = []
        while try statement.step() { rows.append(read(statement)) }
        return rows
    }

    /// The first column of the first row; nil if there is none, or if it is null.
    func number(
        _ purpose: String, _ sql: String, _ values: [Value] = []
    ) throws(DatabaseError) -> Int64? {
        try rows(purpose, sql, values) { $0.optionalInteger(0) }.first ?? nil
    }

    /// How many rows the last statement changed.
    var changes: Int { Int(sqlite3_changes(pointer)) }

    /// The key that the last insertion got.
    var lastKey: Int64 { sqlite3_last_insert_rowid(pointer) }

    /// All of `body` or nothing.
    func transaction<Result>(
        _ body: () throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        try execute("write to", "BEGIN IMMEDIATE")
        let result: Result
        do {
            result = try body()
            try execute("write to", "COMMIT")
        } catch {
            // Some errors have rolled it back already.
            if sqlite3_get_autocommit(pointer) == 0 {
                sqlite3_exec(pointer, "ROLLBACK", nil, nil, nil)
            }
            throw error
        }
        return result
    }

    /// What SQLite finds wrong with the pages, nil if all is well. Reads the whole file.
    func damage() throws(DatabaseError) -> String? {
        let first = try rows("check", "PRAGMA quick_check(1)") { $0.text(0) }.first
        return first == "ok" ? nil : first ?? "it cannot be checked"
    }
}

/// Owns one of SQLite's connections and does nothing else.
private struct Connection: ~Copyable {
    let pointer: OpaquePointer

    init(_ path: String, _ flags: CInt) throws(DatabaseError) {
        var pointer: OpaquePointer?
        let status = sqlite3_open_v2(path, &pointer, flags, nil)
        guard status == SQLITE_OK, let pointer else {
            let error = DatabaseError("open", path, on: pointer)
            // There is something to close even after a failure.
            sqlite3_close_v2(pointer)
            throw error
        }
        self.pointer = pointer
    }

    deinit { sqlite3_close_v2(pointer) }
}
