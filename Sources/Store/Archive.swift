import CSQLite
import Glibc
import Linux

/// A backup as a file: an SQLite archive (`sqlite3 -A -t -f FILE` lists it), nothing compressed,
/// with a table of sums beside it by which damage shows.
final class Archive {
    /// "PRSB".
    static let application: Int64 = 0x5052_5342
    /// Of the archive, not of the database within.
    static let format: Int64 = 1

    let path: String
    private let database: Database

    private static let tables = [
        "sqlar(name TEXT PRIMARY KEY, mode INT, mtime INT, sz INT, data BLOB)",
        "pressel_sums(name TEXT PRIMARY KEY, sum TEXT)",
    ]
    /// So many bytes are in memory at once.
    private static let piece = 1 << 18

    /// Begins an archive in a new file, which whoever asked for it syncs.
    init(making path: String) throws(DatabaseError) {
        unlink(path)
        self.path = path
        database = try Database(path, .making)
        // It is renamed into its place only when it is whole.
        try database.execute(
            "write",
            """
            PRAGMA journal_mode = MEMORY;
            PRAGMA synchronous = OFF;
            PRAGMA application_id = \(Self.application);
            PRAGMA user_version = \(Self.format);
            """ + Self.tables.map { "CREATE TABLE \($0);" }.joined())
    }

    /// Opens an archive and sees whether it is one, is whole, and is of a format that is known.
    init(reading path: String) throws(DatabaseError) {
        self.path = path
        database = try Database(path, .reading)
        let application = try database.number("read", "PRAGMA application_id")
        guard application == Self.application else {
            throw DatabaseError(damage: "it is no backup of Pressel", in: path)
        }
        let format = try database.number("read", "PRAGMA user_version") ?? 0
        guard format == Self.format else {
            throw DatabaseError(
                damage: "a newer Pressel wrote it (format \(format), this one knows"
                    + " \(Self.format)); update Pressel", in: path)
        }
        if let damage = try database.damage() { throw DatabaseError(damage: damage, in: path) }
        let tables = try database.rows(
            "read",
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name DESC"
        ) { $0.text(0) }
        guard tables == Self.tables.map({ "CREATE TABLE \($0)" }) else {
            throw DatabaseError(damage: "its tables are not as they should be", in: path)
        }
    }

    // MARK: - Writing

    /// Adds a small file.
    func add(_ bytes: [UInt8], named name: String) throws(DatabaseError) {
        try insert(name, size: bytes.count, data: .blob(bytes))
        try insertSum(Sum(of: bytes), name)
    }

    /// Adds a file of any size.
    ///
    /// - Returns: false if it is not there any more, or was changed meanwhile.
    func add(fileAt file: String, named name: String) throws(DatabaseError) -> Bool {
        let number = open(file, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return false }
        let source = FileDescriptor(owning: number)
        var status = stat()
        guard fstat(number, &status) == 0, status.st_size > 0, status.st_size < 1 << 30 else {
            return false
        }
        let size = Int(status.st_size)
        try insert(name, size: size, data: .zeros(size))
        let blob = try Blob(database, row: database.lastKey, writing: true)
        var sum = Sum()
        var done = 0
        while done < size {
            guard let piece = try? source.read(atMost: min(Self.piece, size - done)),
                !piece.isEmpty
            else {
                try database.run("write", "DELETE FROM sqlar WHERE name = ?", [.text(name)])
                return false
            }
            try blob.write(piece, at: done)
            sum.add(piece)
            done += piece.count
        }
        try insertSum(sum, name)
        return true
    }

    /// All or nothing of what `body` adds.
    func transaction(_ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
        try database.transaction(body)
    }

    private func insert(_ name: String, size: Int, data: Value) throws(DatabaseError) {
        try database.run(
            "write", "INSERT INTO sqlar VALUES (?, \(0o100600), ?, ?, ?)",
            [.text(name), Value(Int64(time(nil))), Value(size), data])
    }

    private func insertSum(_ sum: Sum, _ name: String) throws(DatabaseError) {
        try database.run(
            "write", "INSERT INTO pressel_sums VALUES (?, ?)", [.text(name), .text(sum.text)])
    }

    // MARK: - Reading

    struct Entry {
        let name: String
        let size: Int
        fileprivate let row: Int64
        fileprivate let sum: String
    }

    /// What it holds, in no order.
    func entries() throws(DatabaseError) -> [Entry] {
        let entries = try database.rows(
            "read",
            """
            SELECT sqlar.name, sz, sqlar.rowid, ifnull(sum, ''), ifnull(length(data), -1)
            FROM sqlar LEFT JOIN pressel_sums ON pressel_sums.name = sqlar.name
            """
        ) { row in
            (
                entry: Entry(
                    name: row.text(0), size: Int(row.integer(1)), row: row.integer(2),
                    sum: row.text(3)),
                length: Int(row.integer(4))
            )
        }
        for (entry, length) in entries where entry.size != length {
            throw DatabaseError(
                damage: "\"\(entry.name)\" in it is compressed or cut short", in: path)
        }
        return entries.map(\.entry)
    }

    /// Writes an entry out as a new file, synced.
    func extract(_ entry: Entry, to file: String) throws {
        let blob = try Blob(database, row: entry.row, writing: false)
        let target = try NewFile(file)
        var sum = Sum()
        var done = 0
        while done < entry.size {
            let piece = try blob.read(min(Self.piece, entry.size - done), at: done)
            try target.write(piece)
            sum.add(piece)
            done += piece.count
        }
        guard sum.text == entry.sum else {
            throw DatabaseError(damage: "\"\(entry.name)\" in it is damaged", in: path)
        }
        try target.finish()
    }
}

/// Finds accidental damage (FNV-1a, 64 bits); no protection against somebody who means it.
private struct Sum {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    init(of bytes: [UInt8] = []) { add(bytes) }

    mutating func add(_ bytes: [UInt8]) {
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    var text: String { TurnID.hexadecimal(state) }
}

/// Owns a blob that is read or written piece by piece, in place.
private final class Blob {
    private let pointer: OpaquePointer
    private let database: Database

    init(_ database: Database, row: Int64, writing: Bool) throws(DatabaseError) {
        var pointer: OpaquePointer?
        let status = sqlite3_blob_open(
            database.pointer, "main", "sqlar", "data", row, writing ? 1 : 0, &pointer)
        guard status == SQLITE_OK, let pointer else { throw database.failure("open a blob in") }
        self.pointer = pointer
        self.database = database
    }

    deinit { sqlite3_blob_close(pointer) }

    func write(_ piece: [UInt8], at offset: Int) throws(DatabaseError) {
        guard sqlite3_blob_write(pointer, piece, CInt(piece.count), CInt(offset)) == SQLITE_OK
        else { throw database.failure("write") }
    }

    func read(_ count: Int, at offset: Int) throws(DatabaseError) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: count)
        guard sqlite3_blob_read(pointer, &piece, CInt(count), CInt(offset)) == SQLITE_OK else {
            throw database.failure("read")
        }
        return piece
    }
}
