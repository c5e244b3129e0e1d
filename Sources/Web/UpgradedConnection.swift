import CMicroHTTPD
import Glibc
import Linux
import Synchronization
import Voice
import WebSockets

/// A connection that became a WebSocket: a thread moves its bytes, a task talks.
final class UpgradedConnection: Sendable {
    private let line: Line
    private let talk: @Sendable (WebSocket) async -> Void
    private let connection: Connection
    private let others: UpgradedConnections

    private static let hearingOut = Duration.seconds(1)

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
        others.add(self, on: connection)
        let task = Task { [talk, line] in
            let socket = WebSocket(line)
            await talk(socket)
            socket.close()
            // Letting go of it would not wait for the goodbye.
            while (try? await socket.next()) != nil {}
        }
        startThread("websocket") { [self] in
            line.run(over: SocketTransport(descriptor, early: early))
            cmhd_close_upgraded(held.pointer)
            others.remove(self)
            // Whoever closes behind its last word is heard out; whoever sleeps is woken.
            Task {
                try? await Task.sleep(for: Self.hearingOut)
                task.cancel()
            }
        }
    }

    func hangUp() { line.hangUp() }
    func sayGoodbye() { line.close(code: 1001, reason: "the device is shutting down") }
}

/// What libmicrohttpd closes an upgraded connection by.
///
/// Sendable though it is a pointer, since the thread that got it gives it to one other, and forgets
/// it.
private struct UpgradeHandle: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// Those of one server, which have to be over before the server is: libmicrohttpd ends the program
/// rather than a server with connections that it has given away.
final class UpgradedConnections: Sendable {
    private let state = Mutex(State())
    private let wake = Wake()

    private struct State {
        var open: [ObjectIdentifier: UpgradedConnection] = [:]
        /// Connections whose upgrade was promised to the client and has not begun.
        var expected: Set<ObjectIdentifier> = []
        var isEnding = false
    }

    /// How long a promise may take to be kept: the head of an answer is on its way.
    private static let longestPromise = Duration.seconds(2)

    /// - Returns: false if there is no more time for it.
    func expect(_ connection: Connection) -> Bool {
        state.withLock { state in
            guard !state.isEnding else { return false }
            state.expected.insert(ObjectIdentifier(connection))
            return true
        }
    }

    /// Its request is over, with an upgrade or without.
    func forget(_ connection: Connection) {
        let wasExpected = state.withLock {
            $0.expected.remove(ObjectIdentifier(connection)) != nil
        }
        if wasExpected { wake.signal() }
    }

    func add(_ upgraded: UpgradedConnection, on connection: Connection) {
        state.withLock { state in
            state.expected.remove(ObjectIdentifier(connection))
            state.open[ObjectIdentifier(upgraded)] = upgraded
        }
        wake.signal()
    }

    func remove(_ connection: UpgradedConnection) {
        state.withLock { $0.open[ObjectIdentifier(connection)] = nil }
        wake.signal()
    }

    func sayGoodbye() {
        for connection in state.withLock({ Array($0.open.values) }) { connection.sayGoodbye() }
    }

    /// Hangs up on all, lets no more begin, and returns when their threads are done.
    func endAll() {
        let end = Moment.now + Self.longestPromise
        while true {
            wake.clear()
            let (open, expects) = state.withLock { state in
                state.isEnding = true
                return (Array(state.open.values), !state.expected.isEmpty)
            }
            if open.isEmpty, !expects || Moment.now >= end { return }
            open.forEach { $0.hangUp() }
            var polled = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, 100)
        }
    }
}

func setNoDelay(_ descriptor: CInt) {
    var on: CInt = 1
    setsockopt(
        descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
}
