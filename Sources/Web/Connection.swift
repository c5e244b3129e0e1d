import Glibc
import Linux
import Synchronization
public import Voice

/// One client's connection, over which requests come one after the other.
public final class Connection: Sendable {
    /// Counted from 1 since the server started.
    public let number: Int
    /// The client's address without its port, as one writes it.
    public let peer: String
    /// The address of this machine that the client has connected to, without the port.
    public let local: String
    public let accepted: Moment
    /// Nobody reads on the way: the connection is HTTPS.
    public let isSecure: Bool

    /// The client hung up, or the server is ending.
    public struct Gone: Error {
        public init() {}
    }

    /// libmicrohttpd's, which closes it after this object was taken out of the table.
    let descriptor: CInt
    let library: LibraryConnection
    private let signals: ServerSignals
    private let limits: ServerLimits
    private let deadline: Mutex<Moment?>
    /// What it becomes when the head of the answer is out.
    private let upgrade = Mutex<(next: UpgradedConnection?, isDone: Bool)>((nil, false))
    /// What is answered now has no end of its own.
    private let isEndless = Mutex(false)

    init(
        number: Int, _ library: LibraryConnection, descriptor: CInt, peer: String,
        local: String, isSecure: Bool, signals: ServerSignals, limits: ServerLimits
    ) {
        self.number = number
        self.library = library
        self.descriptor = descriptor
        self.peer = peer
        self.local = local
        self.isSecure = isSecure
        self.signals = signals
        self.limits = limits
        accepted = .now
        deadline = Mutex(.now + limits.idle)
    }

    /// Blocks the connection's thread until `moment`.
    ///
    /// - Throws: at once when the client hangs up or the server is stopped.
    public func sleep(until moment: Moment) throws(Gone) {
        let isReached = sleepThread(until: moment, unless: ends, orHungUp: descriptor)
        if !isReached { throw Gone() }
    }

    /// Blocks the connection's thread until `moment`, or until `descriptor` can be read.
    ///
    /// - Returns: whether `moment` was reached.
    /// - Throws: at once when the client hangs up or the server is stopped.
    func sleep(until moment: Moment, orWokenBy wake: CInt) throws(Gone) -> Bool {
        let isReached = sleepThread(
            until: moment, unless: ends + [wake], orHungUp: descriptor)
        if !isReached, isGone { throw Gone() }
        return isReached
    }

    /// Blocks the connection's thread while a task does `work`.
    ///
    /// - Throws: what `work` throws; `Gone` at once when the client hangs up or the server is
    ///   stopped, and then the task is cancelled.
    public func wait<Result: Sendable>(
        for work: @escaping @Sendable () async throws -> Result
    ) throws -> Result {
        let answer = Answer<Result>()
        // Threads of their own run tasks of this priority, so that many requests never queue up
        // before the button.
        let task = Task(priority: .utility) {
            do {
                answer.give(.success(try await work()))
            } catch {
                answer.give(.failure(error))
            }
        }
        while answer.value == nil {
            let wakes = [answer.descriptor] + ends
            _ = sleepThread(until: .now + .seconds(3600), unless: wakes, orHungUp: descriptor)
            if answer.value == nil, isGone {
                task.cancel()
                throw Gone()
            }
        }
        return try answer.value!.get()
    }

    private var isGone: Bool {
        !sleepThread(until: .now, unless: ends, orHungUp: descriptor)
    }

    /// What ends a wait: the server's end, and for what has no end of its own, the beginning of that.
    private var ends: [CInt] {
        [signals.stopping.descriptor] + (endsWithServer ? [signals.ending.descriptor] : [])
    }

    /// What is answered now ends in order as soon as the server begins to end.
    var endsWithServer: Bool { isEndless.withLock { $0 } }
    func answers(_ response: Response) {
        isEndless.withLock { $0 = response.isEndless }
        if case .bytes(let bytes) = response.body {
            waitsForClient(toTake: bytes.count)
        } else {
            waitsForClient()
        }
    }

    /// Ends the connection at once with a reset (RST), as a router that lost its state would: what
    /// the client has not read yet may be lost to it.
    public func reset() {
        // Disconnecting is the one way that resets while the library still holds the descriptor.
        var nowhere = sockaddr(sa_family: sa_family_t(AF_UNSPEC), sa_data: sockaddr().sa_data)
        _ = connect(descriptor, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
    }

    // When it is ended by force, in the order of a request's life.

    func requestBegan() {
        isEndless.withLock { $0 = false }
        deadline.withLock { $0 = .now + limits.arrival }
    }
    /// Some of the body came; what our own code does with it is not the client's fault.
    ///
    /// - Returns: what is left of the client's time.
    func bodyCame() -> Duration {
        deadline.withLock { deadline in
            defer { deadline = nil }
            return deadline.map { $0 - .now } ?? limits.arrival
        }
    }
    /// What is left grows by what was earned: bytes, at the pace that is asked for.
    func wantsMore(_ left: Duration, earned bytes: Int) {
        deadline.withLock { $0 = .now + min(left + limits.time(for: bytes), limits.arrival) }
    }
    /// While our own code works, it may take its time.
    func answerBegan() { deadline.withLock { $0 = nil } }
    /// Something is to be sent, and the client has to take it; or it is the client's turn to ask.
    func waitsForClient(toTake bytes: Int = 0) {
        // A WebSocket has its own signs of life.
        if upgrade.withLock({ $0.isDone }) { return }
        deadline.withLock { $0 = .now + limits.idle + limits.time(for: bytes) }
    }

    func becomes(_ upgraded: UpgradedConnection) { upgrade.withLock { $0.next = upgraded } }

    func takeUpgrade() -> UpgradedConnection? {
        upgrade.withLock { upgrade in
            defer { upgrade = (nil, true) }
            return upgrade.next
        }
    }

    func isOverdue(at now: Moment) -> Bool { deadline.withLock { $0.map { $0 <= now } ?? false } }

    /// Makes libmicrohttpd see the end of the connection.
    func hangUp() { shutdown(descriptor, CInt(SHUT_RDWR)) }
}

/// How a server tells its connections that it ends: first in order, then at once.
struct ServerSignals: Sendable {
    let ending = StopSignal()
    let stopping = StopSignal()
}

/// Tells every thread that sleeps in a connection that the server ends.
final class StopSignal: Sendable {
    private let wake = Wake()

    var descriptor: CInt { wake.descriptor }
    func signal() { wake.signal() }
}

/// libmicrohttpd's own object, which lives as long as the connection is in the table.
///
/// Sendable though it is a pointer, since it only rides along in a `Connection`: what it points to
/// is used on the connection's own thread, and nowhere else.
struct LibraryConnection: @unchecked Sendable {
    let pointer: OpaquePointer?
}

/// What a task gives to a thread that waits for it.
private final class Answer<Value: Sendable>: Sendable {
    private let wake = Wake()
    private let state = Mutex<Result<Value, any Error>?>(nil)

    var descriptor: CInt { wake.descriptor }
    var value: Result<Value, any Error>? { state.withLock { $0 } }

    func give(_ value: Result<Value, any Error>) {
        state.withLock { $0 = value }
        wake.signal()
    }
}
