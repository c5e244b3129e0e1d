import Glibc
import Linux

/// The device's database as a file: opening it, and putting it aside when it is beyond use.
struct DatabaseFile {
    let path: String

    /// What opening comes to.
    enum Opened {
        case ready(Database)
        /// By a version of this program that knows more tables; left as it is.
        case newer(version: Int)
    }

    /// How many damaged stores are kept, for somebody who knows how to save what is in them.
    private static let mostSetAside = 3

    init(in folder: StateFolder) { path = folder.path + "/pressel.db" }

    /// Opens the store, makes it if there is none, and brings it up to date. Reads all of it: a
    /// second per 50 MB of a slow card.
    func open(steps: [String] = Migrations.all) throws(DatabaseError) -> Opened {
        let database = try Database(path, .making)
        let version = try Self.version(of: database, steps: steps)
        guard version <= steps.count else { return .newer(version: version) }
        // Only now: it writes.
        try database.makeLasting()
        try Migrations.migrate(database, from: version, by: steps)
        return .ready(database)
    }

    /// The version of a sound store, 0 of an empty file. A version that is not known yet is
    /// returned without a look at the rest.
    static func version(
        of database: Database, steps: [String] = Migrations.all
    ) throws(DatabaseError) -> Int {
        let application = try database.number("read", "PRAGMA application_id") ?? 0
        let version = Int(try database.number("read", "PRAGMA user_version") ?? 0)
        guard application == (version == 0 ? 0 : Migrations.application), version >= 0 else {
            throw DatabaseError(damage: "it is no store of Pressel", in: database.path)
        }
        guard version <= steps.count else { return version }
        if let damage = try database.damage() {
            throw DatabaseError(damage: damage, in: database.path)
        }
        let expected = try Migrations.expectedTables(at: version, by: steps)
        guard try Migrations.tables(of: database) == expected else {
            throw DatabaseError(damage: "its tables are not as they should be", in: database.path)
        }
        return version
    }

    /// Renames the file and what belongs to it, so that a new one can be begun. Nobody may have it
    /// open.
    ///
    /// - Returns: its new path.
    func setAside() throws(SystemError) -> String {
        let stem = "\(path).damaged-\(Self.timeOfDay())"
        var aside = stem
        var count = 1
        while access(aside, F_OK) == 0 {
            count += 1
            aside = "\(stem)-\(count)"
        }
        // The log first: beside a new store it would be taken for that store's.
        for suffix in ["-wal", "-shm", ""] {
            if rename(path + suffix, aside + suffix) != 0, errno != ENOENT {
                throw SystemError("set aside", path + suffix, code: errno)
            }
        }
        try syncFolder(of: path)
        removeOldest()
        return aside
    }

    private func removeOldest() {
        let slash = path.lastIndex(of: "/")!
        let folder = String(path[..<slash])
        let head = path[path.index(after: slash)...] + ".damaged-"
        let all = names(inFolder: folder).filter { name in
            name.hasPrefix(head) && !name.hasSuffix("-wal") && !name.hasSuffix("-shm")
        }
        for name in all.sorted().dropLast(Self.mostSetAside) {
            for suffix in ["", "-wal", "-shm"] { unlink("\(folder)/\(name)\(suffix)") }
        }
    }

    /// As in `20260131-235959`, in UTC.
    private static func timeOfDay() -> String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(parts.tm_year + 1900)\(digits(parts.tm_mon + 1))\(digits(parts.tm_mday))"
        return "\(day)-\(digits(parts.tm_hour))\(digits(parts.tm_min))\(digits(parts.tm_sec))"
    }
}
