import CSystemd
import Voice

/// Systemd, where it started this program as a service that tells how it is (`Type=notify`).
struct ServiceManager: Sendable {
    /// How often at least it wants to be told that all is well; nil if it does not care.
    let watchdog: Duration?

    /// Nil where nobody wants to be told anything.
    init?() {
        guard environment("NOTIFY_SOCKET") != nil else { return nil }
        var microseconds: UInt64 = 0
        let isWanted = sd_watchdog_enabled(0, &microseconds) > 0
        watchdog = isWanted ? .microseconds(Int64(microseconds)) : nil
    }

    /// The service has begun to work.
    func ready() { tell("READY=1") }

    /// The service ends: nobody need be told of its health any more.
    func stopping() { tell("STOPPING=1") }

    /// What `systemctl status` shows.
    ///
    /// - Parameter line: one line.
    func status(_ line: String) { tell("STATUS=\(line)") }

    /// All is well.
    func alive() { tell("WATCHDOG=1") }

    /// A manager that is not there any more misses nothing.
    private func tell(_ message: String) { sd_notify(0, message) }
}
