import Glibc
import Linux
import Store
import Synchronization
import Voice
import Web

/// The running device, as whoever keeps it running reaches it. The state folder's lock must be held
/// as long as it is there.
final class RunningUpkeep: MaintainedDevice {
    private let ring: LogRing
    private let state: StateFolder
    private let owners: String
    private let restarts: @Sendable () -> Void
    private let clock: MonotonicClock
    private let logbook: Log
    private let backups = OneAtATime()
    private let restores = OneAtATime()
    private let made = Mutex(0)

    let uploadPath: String

    private static let download = "backup.download"
    private static let upload = "restore.upload"
    private static let taken = "restore.taken"
    /// So long an answer has to get through before the program goes.
    private static let farewell = Duration.milliseconds(300)

    /// - Parameter restart: ends the program so that it is started again.
    init(
        _ configuration: Configuration, ring: LogRing, clock: MonotonicClock, log: Log,
        restart: @escaping @Sendable () -> Void
    ) {
        self.ring = ring
        state = configuration.state
        owners = configuration.owners
        restarts = restart
        self.clock = clock
        logbook = log
        uploadPath = "\(state.path)/\(Self.upload)"
        // What a power cut may have left.
        for name in names(inFolder: state.path)
        where name.hasPrefix(Self.download) || [Self.upload, Self.taken].contains(name) {
            removeTree("\(state.path)/\(name)")
        }
    }

    func log() -> [LogLine] { ring.lines }

    var about: AboutDevice { AboutDevice(version: Pressel.version) }

    func backup() async throws -> BackupFile {
        guard let place = backups.take() else {
            throw HTTPError(
                409, "busy", "another backup is being made; try again in a minute",
                headers: [Header("Retry-After", "10")])
        }
        defer { withExtendedLifetime(place) {} }
        let number = made.withLock { made in
            made += 1
            return made
        }
        let path = "\(state.path)/\(Self.download)-\(number)"
        let result = await onThread("backup") { [state, owners] in
            Result { () throws(BackupFailure) in
                try Backup.write(state, owners: owners, to: path)
            }
        }
        switch result {
        case .success(let warnings):
            for warning in warnings { logbook.warning(warning) }
            logbook.info("a backup was fetched")
            return BackupFile(path)
        case .failure(let failure):
            throw HTTPError(failure.isNoRoom ? 507 : 503, "no_backup", "\(failure)")
        }
    }

    func restore() async throws {
        // Whoever sent it may hang up, and send it again.
        guard let place = restores.take() else {
            throw HTTPError(409, "busy", "another backup is being put back; wait for it")
        }
        let result = await onThread("restore") { [state, owners, uploadPath] in
            let taken = "\(state.path)/\(Self.taken)"
            rename(uploadPath, taken)
            defer { unlink(taken) }
            return Result { () throws(BackupFailure) in
                try Backup.restoreAtNextStart(taken, into: state, owners: owners)
            }
        }
        withExtendedLifetime(place) {}
        if case .failure(let failure) = result {
            throw HTTPError(failure.isNoRoom ? 507 : 422, "no_backup", "\(failure)")
        }
        logbook.info("a backup takes the place of what there is")
        restart()
    }

    func restart() {
        logbook.info("starting again, as asked over the network")
        Task { [clock, restarts] in
            try? await clock.sleep(for: Self.farewell)
            restarts()
        }
    }
}
