import CMicroHTTPD
import Glibc
public import Linux
import Synchronization
public import Voice
import WebSockets

/// An HTTP/1.1 server on libmicrohttpd, with a thread for each connection. It listens from `init`
/// until `stop`.
public final class Server: Sendable {
    /// Where it listens; the one it got if it was asked for any.
    public let port: Int

    private let core: ServerCore
    private let daemon: Mutex<Daemon?>

    /// For HTTPS.
    public struct Certificate: Sendable {
        let chain: String
        let key: String

        /// - Parameters:
        ///   - chain: PEM, the server's own certificate first.
        ///   - key: its private key, PEM.
        public init(chain: String, key: String) {
            self.chain = chain
            self.key = key
        }

        public init(_ certificate: ServerCertificate) {
            self.init(chain: certificate.chain, key: certificate.key)
        }
    }

    /// - Parameters:
    ///   - address: IPv4 or IPv6, as one writes it.
    ///   - port: 0 for any that is free.
    ///   - headers: go with every answer, but for those that it has itself.
    ///   - handler: is called on the threads of connections, on several at once.
    public init(
        address: String, port: Int, limits: ServerLimits = ServerLimits(),
        certificate: Certificate? = nil, headers: [Header] = [], log: Log = .silent,
        handler: @escaping Handler
    ) throws(SystemError) {
        let socket = try ListeningSocket(address: address, port: port)
        let core = ServerCore(
            isSecure: certificate != nil, limits: limits, headers: headers, log: log,
            handler: handler)
        self.port = socket.port
        // The library closes it, also when it does not start.
        let listener = socket.release()
        let pointer = cmhd_start(
            listener,
            cmhd_limits(
                connections: UInt32(limits.connections),
                connections_per_address: UInt32(limits.connectionsPerAddress),
                memory: limits.header, stack: 512 * 1024),
            certificate?.chain, certificate?.key,
            answerRequest, noteConnection, beginRequest, endRequest,
            Unmanaged.passUnretained(core).toOpaque())
        guard let pointer else {
            core.signals.stopping.signal()
            throw SystemError(
                certificate == nil ? "start a server on" : "start HTTPS with this certificate on",
                "\(address):\(port)", code: EINVAL)
        }
        self.core = core
        daemon = Mutex(Daemon(pointer: pointer))
    }

    deinit { stop() }

    /// How many connections there are now.
    public var connections: Int { core.table.count }

    /// Ends all connections, also those that are being answered, and returns when their threads
    /// have ended: at once, unless a handler blocks elsewhere than in its connection.
    public func stop() {
        let running = daemon.withLock { daemon in
            defer { daemon = nil }
            return daemon
        }
        guard let running else { return }
        core.signals.ending.signal()
        core.signals.stopping.signal()
        core.upgraded.endAll()
        MHD_stop_daemon(running.pointer)
    }

    /// Ends in order. From now on requests are answered with 503, streams without an end of their
    /// own end, and WebSockets are said goodbye to (1001, going away); what is being answered may
    /// take until `patience` is over. Then as `stop()`.
    public func stop(within patience: Duration) {
        core.isEnding.withLock { $0 = true }
        core.signals.ending.signal()
        core.upgraded.sayGoodbye()
        core.requests.waitForNone(until: .now + patience)
        stop()
    }
}

/// libmicrohttpd's own object.
///
/// Sendable though it is a pointer, since the library locks it: it may be stopped from any thread,
/// and the mutex that holds it sees to it that this happens once.
private struct Daemon: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// What libmicrohttpd's callbacks need; lives longer than its threads.
private final class ServerCore: Sendable {
    let handler: Handler
    let limits: ServerLimits
    let headers: [Header]
    let log: Log
    let signals = ServerSignals()
    let table: ConnectionTable
    let upgraded = UpgradedConnections()
    /// Those whose header is there and whose answer is not out.
    let requests = Running()
    /// No new ones are taken.
    let isEnding = Mutex(false)
    private let isSecure: Bool
    private let accepted = Mutex(0)

    init(
        isSecure: Bool, limits: ServerLimits, headers: [Header], log: Log,
        handler: @escaping Handler
    ) {
        self.handler = handler
        self.limits = limits
        self.isSecure = isSecure
        self.headers = headers
        self.log = log
        table = ConnectionTable(stopping: signals.stopping, limits: limits)
    }

    func accept(_ library: LibraryConnection, descriptor: CInt) -> Connection {
        let number = accepted.withLock { accepted in
            accepted += 1
            return accepted
        }
        let connection = Connection(
            number: number, library, descriptor: descriptor, peer: peerAddress(of: descriptor),
            local: localAddress(of: descriptor), isSecure: isSecure, signals: signals,
            limits: limits)
        table.add(connection)
        return connection
    }
}

private func core(_ context: UnsafeMutableRawPointer?) -> ServerCore {
    Unmanaged<ServerCore>.fromOpaque(context!).takeUnretainedValue()
}

private func connection(_ pointer: OpaquePointer?) -> Connection {
    Unmanaged<Connection>.fromOpaque(cmhd_socket_context(pointer)!).takeUnretainedValue()
}

private func noteConnection(
    context: UnsafeMutableRawPointer?, pointer: OpaquePointer?,
    kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, code: MHD_ConnectionNotificationCode
) {
    if cmhd_is_start(code) != 0 {
        let descriptor = cmhd_descriptor(pointer)
        setNoDelay(descriptor)
        let connection = core(context).accept(
            LibraryConnection(pointer: pointer), descriptor: descriptor)
        kept?.pointee = Unmanaged.passRetained(connection).toOpaque()
    } else if let held = kept?.pointee {
        core(context).table.remove(Unmanaged<Connection>.fromOpaque(held).takeRetainedValue())
        kept?.pointee = nil
    }
}

private func beginRequest(
    context: UnsafeMutableRawPointer?, target: UnsafePointer<CChar>?, pointer: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    let exchange = Exchange(
        target: target.map { String(cString: $0) } ?? "", connection: connection(pointer),
        log: core(context).log)
    return Unmanaged.passRetained(exchange).toOpaque()
}

private func endRequest(
    context: UnsafeMutableRawPointer?, pointer: OpaquePointer?,
    kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, code: MHD_RequestTerminationCode
) {
    guard let held = kept?.pointee else { return }
    let exchange = Unmanaged<Exchange>.fromOpaque(held).takeRetainedValue()
    kept?.pointee = nil
    if !exchange.isNew { core(context).requests.remove() }
    connection(pointer).waitsForClient()
    core(context).upgraded.forget(connection(pointer))
}

private func answerRequest(
    context: UnsafeMutableRawPointer?, pointer: OpaquePointer?, path: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?,
    upload: UnsafePointer<CChar>?, uploadSize: UnsafeMutablePointer<Int>?,
    kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let held = kept?.pointee, let method, let version, let uploadSize else {
        return cmhd_no()
    }
    let exchange = Unmanaged<Exchange>.fromOpaque(held).takeUnretainedValue()
    if exchange.isNew {
        let core = core(context)
        core.requests.add()
        let refusal = exchange.begin(
            method: String(cString: method), version: String(cString: version),
            headers: headers(of: pointer),
            handler: core.isEnding.withLock { $0 } ? refuse : core.handler)
        return refusal.map { send($0, over: pointer, core) } ?? cmhd_yes()
    }
    if uploadSize.pointee > 0 {
        let bytes = UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
        uploadSize.pointee = 0
        return exchange.receive(bytes) ? cmhd_yes() : cmhd_no()
    }
    return exchange.finish().map { send($0, over: pointer, core(context)) } ?? cmhd_no()
}

private func refuse(_ request: Request) throws -> any BodyReceiver { throw HTTPError.ending }

private func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
    String(
        decoding: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count),
        as: UTF8.self)
}

private func headers(of pointer: OpaquePointer?) -> [Header] {
    var headers: [Header] = []
    withUnsafeMutablePointer(to: &headers) { headers in
        cmhd_each_header(
            pointer,
            { context, _, name, nameSize, value, valueSize in
                // With their sizes: what is behind a NUL is there all the same.
                let header = Header(text(name, nameSize), text(value, valueSize))
                context!.assumingMemoryBound(to: [Header].self).pointee.append(header)
                return cmhd_yes()
            }, headers)
    }
    return headers
}

private func send(
    _ response: Response, over pointer: OpaquePointer?, _ core: ServerCore
) -> MHD_Result {
    let connection = connection(pointer)
    connection.answers(response)
    let made =
        switch response.body {
        case .bytes(let bytes): cmhd_response(bytes.count, bytes)
        case .stream(let next): streamed(cmhd_unknown_size, BodyReader(connection, next: next))
        case .sized(let count, let next):
            streamed(UInt64(count), BodyReader(connection, next: next))
        case .webSocket(let limits, let talk):
            // A server that is ending takes nobody in any more.
            core.upgraded.expect(connection)
                ? upgrade(connection, limits, core, talk: talk) : nil
        }
    // Else there is no memory, or no more time.
    guard let made else { return cmhd_no() }
    defer { MHD_destroy_response(made) }
    let usual = core.headers.filter { usual in
        !response.headers.contains { $0.name.isSame(as: usual.name) }
    }
    for header in response.headers + usual {
        // It refuses what would end the line and begin another.
        _ = MHD_add_response_header(made, header.name, header.value)
    }
    if response.status != 101, core.isEnding.withLock({ $0 }) {
        _ = MHD_add_response_header(made, "Connection", "close")
    }
    return MHD_queue_response(pointer, UInt32(response.status), made)
}

private func streamed(_ count: UInt64, _ reader: BodyReader) -> OpaquePointer? {
    MHD_create_response_from_callback(
        count, 16_384,
        { context, _, buffer, room in
            Unmanaged<BodyReader>.fromOpaque(context!).takeUnretainedValue().read(
                into: UnsafeMutableRawBufferPointer(start: buffer, count: room))
        },
        Unmanaged.passRetained(reader).toOpaque(),
        { Unmanaged<BodyReader>.fromOpaque($0!).release() })
}

private func upgrade(
    _ connection: Connection, _ limits: WebSocketLimits, _ core: ServerCore,
    talk: @escaping @Sendable (WebSocket) async -> Void
) -> OpaquePointer? {
    connection.becomes(
        UpgradedConnection(limits, on: connection, among: core.upgraded, talk: talk))
    // Lives as long as the library's own, which is longer than the upgrade takes.
    return MHD_create_response_for_upgrade(
        beginUpgrade, Unmanaged.passUnretained(connection).toOpaque())
}

private func beginUpgrade(
    context: UnsafeMutableRawPointer?, pointer: OpaquePointer?, kept: UnsafeMutableRawPointer?,
    early: UnsafePointer<CChar>?, earlyCount: Int, descriptor: CInt, handle: OpaquePointer?
) {
    let upgraded = Unmanaged<Connection>.fromOpaque(context!).takeUnretainedValue().takeUpgrade()
    let bytes = UnsafeRawBufferPointer(start: early, count: earlyCount)
    upgraded?.begin(handle!, descriptor: descriptor, early: Array(bytes))
}
