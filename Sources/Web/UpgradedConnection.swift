import CMicroHTTPD
import Glibc
import Linux
import Synchronization
import WebSockets

/// A connection that became a WebSocket: a thread moves its bytes, a task talks.
final class UpgradedConnection: Sendable {
    private let line: Line
    private let talk: @Sendable (WebSocket) async -> Void
    private let connection: Connection
    private let others: UpgradedConnections

    init(
        _ limits: WebSocketLimits, on connection: Connection, among others: UpgradedConnections,
        talk: @escaping @Sendable (WebSocket) async -> Void
    ) {
        line = Line(.server, limits: limits)
        self.connection = connection
        self.others = others
        self.talk = talk
    }

    /// Called by libmicrohttpd when the head of the answer is out. What it gives is its own until
    /// it is given back.
    func begin(_ handle: OpaquePointer, descriptor: CInt, early: [UInt8]) {
        // On the real socket: behind TLS libmicrohttpd gives another.
        setNoDelay(connection.descriptor)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        connection.answerBegan()
        let held = UpgradeHandle(pointer: handle)
        others.add(self)
        let task = Task { [talk, line] in
            let socket = WebSocket(line)
            await talk(socket)
            socket.close()
            // Letting go of it would not wait for the goodbye.
            while (try? await socket.next()) != nil {}
        }
        startThread("websocket") { [self] in
            line.run(over: SocketTransport(descriptor, early: early))
            task.cancel()
            cmhd_close_upgraded(held.pointer)
            others.remove(self)
        }
    }

    func hangUp() { line.hangUp() }
}

/// What libmicrohttpd closes an upgraded connection by.
///
/// Sendable though it is a pointer, since the thread that got it gives it to one other, and forgets
/// it.
private struct UpgradeHandle: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// Those of one server, which have to be over before the server is.
final class UpgradedConnections: Sendable {
    private let state = Mutex<[ObjectIdentifier: UpgradedConnection]>([:])
    private let wake = Wake()

    func add(_ connection: UpgradedConnection) {
        state.withLock { $0[ObjectIdentifier(connection)] = connection }
    }

    func remove(_ connection: UpgradedConnection) {
        state.withLock { $0[ObjectIdentifier(connection)] = nil }
        wake.signal()
    }

    /// Hangs up on all, and returns when their threads are done.
    func endAll() {
        while true {
            wake.clear()
            let open = state.withLock { Array($0.values) }
            if open.isEmpty { return }
            open.forEach { $0.hangUp() }
            var polled = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, 1000)
        }
    }
}

func setNoDelay(_ descriptor: CInt) {
    var on: CInt = 1
    setsockopt(
        descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
}
