import Linux
import Synchronization
import Voice

/// Tells the service manager how the device is, from a thread of its own: that it is ready when the
/// voice loop answers, a line of what works, and that all is well as long as nothing hangs.
///
/// Who hangs may hold whatever the threads that run tasks need, so this thread waits for nobody.
final class ServiceWatch: Sendable {
    /// What it looks at.
    struct Subject: Sendable {
        /// But for `loopAskedSince`.
        let vitals: @Sendable () -> Vitals
        let status: @Sendable () -> ServiceStatus
        /// Returns when the voice loop's actor has answered.
        let askLoop: @Sendable () async -> Void
    }

    private let manager: ServiceManager
    private let subject: Subject
    private let log: Log
    private let wake = Wake()
    private let isEnding = Atomic(false)
    private let asked = Mutex<(since: Moment?, isReady: Bool)>((nil, false))

    /// Often enough for a status that somebody watches; and a watchdog is fed some times within its
    /// interval, whatever that is.
    private static let look = Duration.seconds(2)

    init(_ manager: ServiceManager, _ subject: Subject, log: Log) {
        self.manager = manager
        self.subject = subject
        self.log = log
        let seconds = manager.watchdog.map { "; it wants to be told every \($0) that all is well" }
        log.debug("the service manager is told how the device is\(seconds ?? "")")
        startThread("watchdog") { self.work() }
    }

    /// The end of the program has begun. Whoever ends it waits for no hung thread.
    ///
    /// - Parameter isRestart: it is started again in its own place, which is none to the manager.
    func end(isRestart: Bool) {
        isEnding.store(true, ordering: .releasing)
        wake.signal()
        if !isRestart { manager.stopping() }
    }

    private func work() {
        var told: ServiceStatus?
        var silentBefore: [String] = []
        var isReadyTold = false
        let pause = min(Self.look, (manager.watchdog ?? Self.look) / 3)
        while !isEnding.load(ordering: .acquiring) {
            let (askedSince, isReady) = ask()
            if isReady, !isReadyTold {
                manager.ready()
                isReadyTold = true
            }
            var vitals = subject.vitals()
            vitals.loopAskedSince = askedSince
            let silent = vitals.silent(at: .now)
            if silent.isEmpty { manager.alive() }
            if silent != silentBefore { tell(silent) }
            silentBefore = silent
            let status = subject.status()
            if status != told { manager.status(status.line) }
            told = status
            // The first answer comes at once; somebody waits for it.
            _ = sleepThread(
                until: .now + (isReadyTold ? pause : .milliseconds(10)), unless: [wake.descriptor])
        }
    }

    /// Asks the loop, unless it has not answered yet.
    ///
    /// - Returns: since when it has not, and whether it ever did.
    private func ask() -> (since: Moment?, isReady: Bool) {
        let now = Moment.now
        let (before, isNew) = asked.withLock { asked in
            let before = asked
            asked.since = asked.since ?? now
            return (before, before.since == nil)
        }
        if isNew {
            Task.detached(priority: .high) { [self] in
                await subject.askLoop()
                asked.withLock { $0 = (nil, true) }
            }
        }
        return before
    }

    private func tell(_ silent: [String]) {
        guard !silent.isEmpty else { return log.info("all give signs of life again") }
        let names = silent.joined(separator: " and ")
        let end = manager.watchdog.map { ", which restarts the service within \($0)" } ?? ""
        log.error("\(names) gave no sign of life; the service manager is told nothing now\(end)")
    }
}
