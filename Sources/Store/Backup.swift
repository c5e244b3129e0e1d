import Glibc
import Linux
import Voice

/// A backup that was not made or not restored: what was tried, on what, and what to do.
public struct BackupFailure: Error, Equatable, CustomStringConvertible {
    public let description: String
    /// The disk is full.
    public let isNoRoom: Bool

    init(_ description: String, isNoRoom: Bool = false) {
        self.description = description
        self.isNoRoom = isNoRoom
    }
}

/// The device's memory in one file: the page's settings, the database, and the sound that is kept.
///
/// Never in it: `secrets.json`, what comes from the environment, and the owner's own settings file.
/// Of the keys to the API it has the hashes, from which no key can be had: made anew from it, a
/// device serves the same callers. It holds what was said, so only its owner may read it.
public enum Backup {
    static let settingsName = "settings.json"
    static let databaseName = "pressel.db"
    static let soundName = "audio"

    /// Writes a backup in the place of what was at `path`. The device may be running meanwhile.
    ///
    /// - Parameter owners: the owner's settings file.
    /// - Returns: what is not in it though one would expect it, a line each.
    public static func write(
        _ state: StateFolder, owners: String, to path: String
    ) throws(BackupFailure) -> [String] {
        let needed = [databaseName, databaseName + "-wal", settingsName, "secrets.json", "lock"]
        for name in needed where isSame(path, "\(state.path)/\(name)") {
            throw BackupFailure(
                "cannot write a backup to \(path): the device needs that file; name another")
        }
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw BackupFailure(
                "cannot write a backup to \(path): it is no file, and would be replaced; name another"
            )
        }
        // Beside it, so that it can be renamed; in a folder that nobody else has, so that nothing of
        // anybody's is touched.
        let folder = "\(path).\(getpid()).new"
        let (new, copy) = (folder + "/backup", folder + "/database")
        guard mkdir(folder, 0o700) == 0 else {
            throw BackupFailure("\(SystemError("write a backup to", path, code: errno))")
        }
        defer { removeTree(folder) }
        do {
            var warnings: [String] = []
            let settings = readSettings(state, owners: owners, &warnings)
            try copyDatabase(of: state, to: copy)
            let archive = try Archive(making: new)
            try archive.transaction { () throws(DatabaseError) in
                try archive.add(settings, named: settingsName)
                guard try archive.add(fileAt: copy, named: databaseName) else {
                    throw DatabaseError(damage: "it has changed meanwhile", in: copy)
                }
                for name in soundFiles(in: state) {
                    // What is gone by now was deleted, and is none of the backup's business.
                    _ = try archive.add(fileAt: "\(state.path)/\(name)", named: name)
                }
            }
            try syncFile(new)
            guard rename(new, path) == 0 else { throw SystemError("write", path, code: errno) }
            try syncFolder(of: path)
            return warnings
        } catch {
            throw BackupFailure("\(error)", isNoRoom: isNoRoom(error))
        }
    }

    static func isNoRoom(_ error: any Error) -> Bool {
        switch error {
        case let error as DatabaseError: error.kind == .noRoom
        case let error as SystemError: [ENOSPC, EDQUOT].contains(error.code)
        default: false
        }
    }

    private static func readSettings(
        _ state: StateFolder, owners: String, _ warnings: inout [String]
    ) -> [UInt8] {
        let path = "\(state.path)/\(settingsName)"
        let nothing = JSONValue.object([:])
        guard let tree = SettingsFiles.tree(at: path),
            let bytes = try? SettingsFiles.encode(tree)
        else {
            warnings.append("cannot read \(path): it is left out of the backup")
            return Array("{}\n".utf8)
        }
        let owners = SettingsFiles.tree(at: owners) ?? nothing
        do {
            _ = try SettingsFiles.check(tree, over: owners, before: nothing)
        } catch {
            warnings.append("\(path) is in the backup, but no restore will take it: \(error)")
        }
        return bytes
    }

    /// A session is between a browser and the running device, and so is what it signs its URLs by:
    /// neither comes back with a restore, and whoever has the file can do nothing by them.
    private static func removeSessions(from copy: String) throws {
        let database = try Database(copy, .writing)
        try database.execute("write", "PRAGMA secure_delete = ON; DELETE FROM sessions;")
        try database.run(
            "write", "DELETE FROM marks WHERE name = ?", [.text(Memory.signingKeyMark)])
    }

    private static func copyDatabase(of state: StateFolder, to copy: String) throws {
        let path = "\(state.path)/\(databaseName)"
        guard access(path, F_OK) == 0 else {
            // A device to which nobody has talked yet.
            try Migrations.migrate(try Database(copy, .making), from: 0)
            return
        }
        let database = try Database(path, .writing)
        let version = try DatabaseFile.version(of: database)
        guard version <= Migrations.all.count else {
            throw BackupFailure(
                "cannot back up \(path): a newer Pressel wrote it; use that one's pressel backup")
        }
        try database.run("copy", "VACUUM INTO ?", [.text(copy)])
        chmod(copy, 0o600)
        // An older one, or nothing was kept in it yet.
        try Migrations.migrate(try Database(copy, .writing), from: version)
        try removeSessions(from: copy)
    }

    /// The names that sound has in an archive, which are paths in the state folder.
    private static func soundFiles(in state: StateFolder) -> [String] {
        names(inFolder: "\(state.path)/\(soundName)").sorted().flatMap { turn in
            TurnSound.allCases.map { "\(soundName)/\(turn)/\($0.rawValue).wav" }
        }.filter { isSound($0) && sizeOfFile("\(state.path)/\($0)") != nil }
    }

    /// Whether a name is one that a recording can have.
    static func isSound(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return parts.count == 3 && parts[0] == soundName && TurnID(parts[1]) != nil
            && TurnSound.allCases.contains { parts[2] == "\($0.rawValue).wav" }
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        return stat(one, &first) == 0 && stat(other, &second) == 0
            && first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    private static func syncFile(_ path: String) throws(SystemError) {
        let number = open(path, O_RDWR | O_CLOEXEC)
        guard number >= 0 else { throw SystemError("open", path, code: errno) }
        let file = FileDescriptor(owning: number)
        guard fsync(file.number) == 0 else { throw SystemError("write", path, code: errno) }
    }
}
