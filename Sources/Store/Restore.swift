import Glibc
import Linux
import Voice

extension Backup {
    /// Puts a backup in the place of the settings, the database and the sound of a device that does
    /// not run: all of it or nothing, also if the power goes meanwhile.
    ///
    /// Everything is checked and written beside what is there before anything is touched. Then one
    /// rename decides; what is left to do after it, `finishRestore` does again at the next start.
    ///
    /// - Parameter owners: the owner's settings file, over which the backup's must make sense.
    public static func restore(
        _ path: String, into state: StateFolder, owners: String
    ) throws(BackupFailure) {
        let lock: StateLock
        do {
            try state.prepare()
            lock = try StateLock(state)
            try finish(in: state)
            try decide(path, for: state, owners: owners)
        } catch {
            throw failure(error)
        }
        do {
            try finish(in: state)
        } catch {
            throw BackupFailure("\(error); the restore goes on at the next start")
        }
        withExtendedLifetime(lock) {}
    }

    /// The same for a device that runs, whose lock the caller holds: the backup takes the place of
    /// what there is at the program's next start.
    public static func restoreAtNextStart(
        _ path: String, into state: StateFolder, owners: String
    ) throws(BackupFailure) {
        do {
            try decide(path, for: state, owners: owners)
        } catch {
            throw failure(error)
        }
    }

    /// Checks everything, writes it beside what is there, and decides.
    private static func decide(
        _ path: String, for state: StateFolder, owners: String
    ) throws {
        let staged = state.path + "/restore.new"
        removeTree(staged)
        defer { removeTree(staged) }
        try stage(path, in: staged, owners: owners)
        state.give(staged)
        let ready = state.path + "/restore.ready"
        // One that was decided before, and whose start never came.
        removeTree(ready)
        guard rename(staged, ready) == 0 else {
            throw SystemError("rename", staged, code: errno)
        }
        try syncFolder(of: ready)
    }

    private static func failure(_ error: any Error) -> BackupFailure {
        if isNoRoom(error) {
            return BackupFailure(
                "\(error); make room on the disk, nothing was changed", isNoRoom: true)
        }
        return BackupFailure(
            error is DatabaseError
                ? "\(error); nothing was changed, take another file of pressel backup"
                : "\(error); nothing was changed")
    }

    private static func stage(_ path: String, in folder: String, owners: String) throws {
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { throw SystemError("read", path, code: errno) }
        var status = stat()
        guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(number)
            throw DatabaseError(damage: "it is no file", in: path)
        }
        let head = try FileDescriptor(owning: number).read(atMost: 16)
        guard head == Array("SQLite format 3\0".utf8) else {
            throw DatabaseError(damage: "it is no backup of Pressel", in: path)
        }
        let archive = try Archive(reading: path)
        let entries = try archive.entries()
        let known = [settingsName, databaseName]
        for entry in entries where !known.contains(entry.name) && !isSound(entry.name) {
            throw DatabaseError(
                damage: "\"\(entry.name.prefix(100))\" in it is none of Pressel's files", in: path)
        }
        for name in known where !entries.contains(where: { $0.name == name }) {
            throw DatabaseError(damage: "there is no \(name) in it", in: path)
        }
        try makeFolder(folder)
        try makeFolder("\(folder)/\(soundName)")
        for entry in entries {
            if isSound(entry.name) {
                let slash = entry.name.lastIndex(of: "/")!
                try makeFolder("\(folder)/\(entry.name[..<slash])")
            }
            try archive.extract(entry, to: "\(folder)/\(entry.name)")
        }
        try check(settings: "\(folder)/\(settingsName)", owners: owners)
        try check(database: "\(folder)/\(databaseName)")
        for entry in entries { try syncFolder(of: "\(folder)/\(entry.name)") }
    }

    private static func makeFolder(_ path: String) throws(SystemError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw SystemError("make", path, code: errno)
        }
    }

    private static func check(settings path: String, owners: String) throws(BackupFailure) {
        let nothing = JSONValue.object([:])
        guard let tree = SettingsFiles.tree(at: path) else {
            throw BackupFailure("the settings in the backup are not valid JSON")
        }
        do {
            _ = try SettingsFiles.check(
                tree, over: SettingsFiles.tree(at: owners) ?? nothing, before: nothing)
        } catch {
            guard case .wrong(let complaints) = error else { return }
            throw BackupFailure(
                "cannot restore the settings: "
                    + complaints.map(\.description).joined(separator: "; "))
        }
    }

    private static func check(database path: String) throws {
        let database = try Database(path, .reading)
        let version = try DatabaseFile.version(of: database)
        guard 1...Migrations.all.count ~= version else {
            throw BackupFailure(
                "cannot restore the memory: it has version \(version), this Pressel knows 1 to"
                    + " \(Migrations.all.count); update Pressel")
        }
    }

    /// Ends a restore that was decided, if there is one. Every step may be done twice, and what
    /// cannot be done now is done at the next start.
    static func finish(in state: StateFolder) throws(SystemError) {
        let ready = state.path + "/restore.ready"
        guard access(ready, F_OK) == 0 else { return }
        let database = "\(state.path)/\(databaseName)"
        for name in [databaseName, soundName, settingsName]
        where access("\(ready)/\(name)", F_OK) == 0 {
            let place = "\(state.path)/\(name)"
            if name == databaseName {
                // They belong to the old one, and would be taken for the new one's.
                for suffix in ["-wal", "-shm"] { unlink(database + suffix) }
            } else if name == soundName {
                removeTree(place)
            }
            guard rename("\(ready)/\(name)", place) == 0 else {
                throw SystemError("replace", place, code: errno)
            }
        }
        try syncFolder(of: database)
        removeTree(ready)
    }
}

extension StateFolder {
    /// Ends a restore that the power went during. Before settings or memory are read; does nothing
    /// as a rule, and leaves it to whoever holds the lock.
    public func finishRestore() {
        guard access(path + "/restore.ready", F_OK) == 0, let lock = try? StateLock(self) else {
            return
        }
        try? Backup.finish(in: self)
        withExtendedLifetime(lock) {}
    }

    /// Gives what root has made in the folder to the folder's owner, who must be able to write it.
    func give(_ made: String) {
        var status = stat()
        guard geteuid() == 0, stat(path, &status) == 0 else { return }
        lchown(made, status.st_uid, status.st_gid)
        for name in names(inFolder: made) { give("\(made)/\(name)") }
    }
}
