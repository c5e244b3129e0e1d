import Glibc
import Linux
import Synchronization
import Voice

/// Counts what is going on, and lets somebody wait until nothing is.
final class Running: Sendable {
    private let count = Mutex(0)
    private let wake = Wake()

    func add() { count.withLock { $0 += 1 } }

    func remove() {
        count.withLock { $0 -= 1 }
        wake.signal()
    }

    /// Blocks, but no longer than until `deadline`.
    func waitForNone(until deadline: Moment) {
        while true {
            wake.clear()
            if count.withLock({ $0 }) <= 0 { return }
            if sleepThread(until: deadline, unless: [wake.descriptor]) { return }
        }
    }
}
