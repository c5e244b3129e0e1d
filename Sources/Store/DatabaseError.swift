import CSQLite
import Glibc

/// SQLite said no: what was tried, on which file, and its reason. What was to be stored is never
/// in it, because logs travel.
public struct DatabaseError: Error, Equatable, CustomStringConvertible {
    /// What a caller can do about it.
    public enum Kind: Sendable {
        /// The disk is full, or the file has become as large as it may. Comes right by itself.
        case noRoom
        /// What lies in the file is not, or no longer, a sound database.
        case damaged
        /// The disk failed, the file may not be touched, somebody else holds it, and so on.
        case other
    }

    /// In words that follow "cannot": `save a turn in`.
    public let operation: String
    public let file: String
    /// SQLite's extended result code.
    public let code: CInt
    /// The errno of the system call behind it, 0 if there was none.
    public let systemCode: CInt
    /// SQLite's own words.
    public let reason: String

    /// What went wrong last on `connection`, which is nil if there is none for want of memory.
    init(_ operation: String, _ file: String, on connection: OpaquePointer?) {
        self.operation = operation
        self.file = file
        code = connection.map(sqlite3_extended_errcode) ?? SQLITE_NOMEM
        let isOfSystem = [SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xff)
        systemCode = isOfSystem ? connection.map(sqlite3_system_errno) ?? 0 : 0
        reason = String(cString: sqlite3_errmsg(connection))
    }

    /// Damage that we found ourselves.
    init(damage reason: String, in file: String) {
        operation = "use"
        self.file = file
        code = SQLITE_CORRUPT
        systemCode = 0
        self.reason = reason
    }

    public var kind: Kind {
        switch code & 0xff {
        case SQLITE_FULL: .noRoom
        case SQLITE_IOERR where systemCode == ENOSPC || systemCode == EDQUOT: .noRoom
        case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
        default: .other
        }
    }

    public var description: String {
        let system = systemCode == 0 ? "" : " (\(String(cString: strerror(systemCode))))"
        return "cannot \(operation) \(file): \(reason)\(system)"
    }
}
