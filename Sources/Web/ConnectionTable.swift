import Linux
import Synchronization
import Voice

/// The connections that are open, and the thread that ends those whose client is too slow.
/// libmicrohttpd's own time-out starts anew with each byte, and counts the time in which a handler
/// works.
final class ConnectionTable: Sendable {
    private let connections = Mutex<[Int: Connection]>([:])
    private let stopping: StopSignal

    init(stopping: StopSignal, limits: ServerLimits) {
        self.stopping = stopping
        // Late by a quarter at most, and by no more than a second.
        let period = min(min(limits.idle, limits.arrival) / 4, .seconds(1))
        startThread("web-deadlines") { [self] in
            while sleepThread(until: .now + period, unless: [stopping.descriptor]) {
                endOverdue()
            }
        }
    }

    var count: Int { connections.withLock { $0.count } }

    func add(_ connection: Connection) {
        connections.withLock { $0[connection.number] = connection }
    }

    /// Before its descriptor is closed.
    func remove(_ connection: Connection) {
        connections.withLock { $0[connection.number] = nil }
    }

    /// With the lock held, since outside it a descriptor may be somebody else's already.
    private func endOverdue() {
        let now = Moment.now
        connections.withLock { connections in
            for connection in connections.values where connection.isOverdue(at: now) {
                connection.hangUp()
            }
        }
    }
}
