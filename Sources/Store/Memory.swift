import Glibc
public import Linux
public import Voice

/// What the device remembers: history and conversations, timers, voices, keys.
///
/// It owns the one connection to `pressel.db` and runs on a thread of its own, so a slow disk holds
/// up only who waits for it. Making it costs nothing; the first call opens the store. Whatever
/// happens to the disk, it goes on: turns that cannot be written are held and remembered, and
/// written when that works again. Who may write at all is settled by `StateLock`.
public actor Memory {
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
    }
    private nonisolated let thread = ThreadExecutor("memory")

    let folder: StateFolder
    private let clock: any MomentClock
    private let unixTime: @Sendable () -> Int64?
    private let notify: @Sendable (MemoryEvent) -> Void

    var limits: HistoryLimits
    private var database: Database?
    private var standing = Standing.working
    /// What opening said last, and from when on it is worth another try.
    private var closed: (error: MemoryError, until: Moment?)?

    /// The turns that were saved last, oldest first: those that could not be written yet, and some
    /// that were, so that a conversation needs no disk to go on.
    var recent: [RecentTurn] = []
    /// What was asked to be forgotten and could not be written yet.
    var forgotten: Set<String> = []
    /// Turns that were deleted while they may still be going on: a later save leaves them deleted.
    var deleted: [TurnID] = []

    /// Whether it was told that the archive's queue is full.
    var isArchiveFull = false

    /// Grows when what decides who may is no longer what it was, other than by those who decide.
    var accessChanges: Int64 = 0

    var historyClock = HistoryClock()
    /// As it was written down last.
    var keptClock = HistoryClock()
    private var lastLook: Moment

    /// Whether the last change got through.
    var isWriting: Bool { standing == .working }

    private enum Standing { case working, notWriting, unusable }

    /// Where the history's clock is kept.
    static let clockMark = "history clock"
    /// Between two attempts to open a store that could not be opened.
    private static let pause = Duration.seconds(5)

    /// - Parameters:
    ///   - folder: the state folder, made if it is missing.
    ///   - clock: tells how much time has passed.
    ///   - unixTime: seconds since 1970 UTC; nil while the clock was never set.
    ///   - notify: is told what the owner should hear of, on this actor's thread; must not block.
    public init(
        in folder: StateFolder, limits: HistoryLimits, clock: any MomentClock,
        unixTime: @escaping @Sendable () -> Int64? = { SystemWallClock.unixTime },
        notify: @escaping @Sendable (MemoryEvent) -> Void = { _ in }
    ) {
        self.folder = folder
        self.limits = limits
        self.clock = clock
        self.unixTime = unixTime
        self.notify = notify
        lastLook = clock.now
    }

    func tell(_ event: MemoryEvent) { notify(event) }

    /// Opens the store, if that has not been done yet; every other call does the same. A damaged
    /// one is set aside, and `notify` told.
    public func open() throws(MemoryError) { _ = try opened() }

    /// Closes the store; the next call opens it again.
    public func close() { database = nil }

    /// Takes over other limits, and throws away what they do not allow.
    public func use(_ limits: HistoryLimits) throws(MemoryError) {
        self.limits = limits
        try prune()
    }

    // MARK: - For the parts of this actor

    /// Looks something up.
    func read<Result>(
        _ work: (Database) throws(DatabaseError) -> Result
    ) throws(MemoryError) -> Result {
        let database = try opened()
        let result: Result
        do {
            result = try work(database)
        } catch {
            throw failed(error, writing: false)
        }
        return result
    }

    /// Changes something, all or nothing.
    func write<Result>(
        _ work: (Database) throws(DatabaseError) -> Result
    ) throws(MemoryError) -> Result {
        let database = try opened()
        let result: Result
        do {
            result = try makingRoom(in: database) { () throws(DatabaseError) in
                try database.transaction { () throws(DatabaseError) in try work(database) }
            }
        } catch {
            throw failed(error, writing: true)
        }
        if standing != .working {
            standing = .working
            notify(.worksAgain)
        }
        return result
    }

    /// Tries again when there was no room, after what the log holds went into the database: then
    /// the log begins anew in the room that it has. So something can be deleted on a full disk.
    private func makingRoom<Result>(
        in database: Database, _ work: () throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        do {
            return try work()
        } catch {
            guard error.kind == .noRoom else { throw error }
            try? database.execute("clear up", "PRAGMA wal_checkpoint(RESTART)")
        }
        return try work()
    }

    /// Lets the history's clock look at the two others.
    func lookAtClocks() {
        let now = clock.now
        let seconds = (now - lastLook).components.seconds
        lastLook = lastLook + .seconds(seconds)
        historyClock.look(at: unixTime(), elapsed: seconds)
    }

    // MARK: - Opening

    private func opened() throws(MemoryError) -> Database {
        if let database { return database }
        if let closed, closed.until.map({ clock.now < $0 }) ?? true { throw closed.error }
        let file = DatabaseFile(in: folder)
        do {
            database = try openSound(file)
        } catch {
            // Another program may be updated or removed at any time, but that takes a restart.
            let isForGood = if case .newer = error { true } else { false }
            closed = (error, isForGood ? nil : clock.now + Self.pause)
            if standing != .unusable {
                standing = .unusable
                notify(.unusable(error))
            }
            throw error
        }
        closed = nil
        accessChanges += 1
        if let text = try? mark(Self.clockMark) { historyClock = HistoryClock(text) }
        keptClock = historyClock
        sweep()
        // Even these first looks may have found damage that the check did not.
        guard let database else { return try opened() }
        return database
    }

    private func openSound(_ file: DatabaseFile) throws(MemoryError) -> Database {
        do {
            try folder.prepare()
        } catch {
            throw error.code == ENOSPC
                ? .noRoom(reason: "\(error); make room on the disk") : .failed(reason: "\(error)")
        }
        do {
            return try ready(file)
        } catch {
            guard case .damaged(let reason) = error else { throw error }
            try setAside(file, reason)
        }
        return try ready(file)
    }

    private func ready(_ file: DatabaseFile) throws(MemoryError) -> Database {
        let opened: DatabaseFile.Opened
        do {
            opened = try file.open()
        } catch {
            throw MemoryError(error)
        }
        switch opened {
        case .ready(let database): return database
        case .newer(let version):
            throw .newer(
                reason: "cannot use \(file.path): a newer Pressel wrote it (version \(version),"
                    + " this one knows \(Migrations.all.count)); update Pressel, or restore a"
                    + " backup of this version")
        }
    }

    private func setAside(_ file: DatabaseFile, _ reason: String) throws(MemoryError) {
        do {
            notify(.setAside(path: try file.setAside(), reason: reason))
        } catch {
            throw .failed(reason: "\(reason); \(error)")
        }
    }

    /// What an error of the database means for the calls that come.
    private func failed(_ error: DatabaseError, writing: Bool) -> MemoryError {
        let meaning = MemoryError(error)
        if case .damaged(let reason) = meaning {
            // Closed before it is renamed: SQLite would go on with the old files.
            database = nil
            try? setAside(DatabaseFile(in: folder), reason)
        } else if writing, standing == .working {
            standing = .notWriting
            notify(.cannotWrite(meaning))
        }
        return meaning
    }
}
