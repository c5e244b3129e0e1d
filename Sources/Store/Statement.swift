import CSQLite

/// A value as SQLite keeps it.
enum Value: Equatable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    /// A blob of so many zeros, to be written over piece by piece.
    case zeros(Int)

    init(_ text: String?) { self = text.map(Value.text) ?? .null }
    init(_ integer: Int64?) { self = integer.map(Value.integer) ?? .null }
    init(_ integer: Int?) { self.init(integer.map(Int64.init)) }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    init(stringLiteral text: String) { self = .text(text) }
    init(integerLiteral integer: Int64) { self = .integer(integer) }
}

/// Owns one prepared statement with its values. Between two steps its columns are those of the row
/// that it stands on.
struct Statement: ~Copyable {
    private let pointer: OpaquePointer
    private let database: Database
    private let purpose: String

    init(
        _ database: Database, _ purpose: String, _ sql: String, _ values: [Value]
    ) throws(DatabaseError) {
        var pointer: OpaquePointer?
        let status = sqlite3_prepare_v2(database.pointer, sql, -1, &pointer, nil)
        guard status == SQLITE_OK, let pointer else { throw database.failure(purpose) }
        precondition(Int(sqlite3_bind_parameter_count(pointer)) == values.count, sql)
        for (index, value) in values.enumerated()
        where Self.bind(value, to: pointer, at: CInt(index + 1)) != SQLITE_OK {
            let error = database.failure(purpose)
            sqlite3_finalize(pointer)
            throw error
        }
        self.pointer = pointer
        self.database = database
        self.purpose = purpose
    }

    deinit { sqlite3_finalize(pointer) }

    /// - Returns: SQLite's result code.
    private static func bind(
        _ value: Value, to pointer: OpaquePointer, at index: CInt
    ) -> CInt {
        switch value {
        case .null: sqlite3_bind_null(pointer, index)
        case .integer(let integer): sqlite3_bind_int64(pointer, index, integer)
        case .text(let text): csqlite_bind_text(pointer, index, text, CInt(text.utf8.count))
        case .zeros(let count): sqlite3_bind_zeroblob(pointer, index, CInt(count))
        // A null address would bind null.
        case .blob(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(pointer, index, 0)
        case .blob(let bytes): csqlite_bind_blob(pointer, index, bytes, CInt(bytes.count))
        }
    }

    /// Goes to the next row.
    ///
    /// - Returns: false after the last.
    func step() throws(DatabaseError) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw database.failure(purpose)
        }
    }

    // Columns count from 0. What is of another kind is converted as SQLite does it.

    func isNull(_ column: CInt) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }

    func integer(_ column: CInt) -> Int64 { sqlite3_column_int64(pointer, column) }

    func optionalInteger(_ column: CInt) -> Int64? { isNull(column) ? nil : integer(column) }

    /// What is not UTF-8 is repaired.
    func text(_ column: CInt) -> String {
        guard let text = sqlite3_column_text(pointer, column) else { return "" }
        let count = Int(sqlite3_column_bytes(pointer, column))
        return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    func optionalText(_ column: CInt) -> String? { isNull(column) ? nil : text(column) }

    func blob(_ column: CInt) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(pointer, column) else { return [] }
        let count = Int(sqlite3_column_bytes(pointer, column))
        return Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }
}
