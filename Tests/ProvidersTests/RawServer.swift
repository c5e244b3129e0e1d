import Glibc
import Linux
import Synchronization

@testable import Providers

/// A TCP server on loopback that does with each connection what a test says, on a thread of the
/// connection's own. Letting go of it ends them all.
final class RawServer: Sendable {
    let port: Int
    private let sockets = Sockets()

    /// - Parameter talk: is given the connection's number, the first of which is 1; when it
    ///   returns, the connection ends.
    init(_ talk: @escaping @Sendable (_ number: Int, RawPeer) -> Void) {
        let listener: CInt
        (listener, port) = Self.listen()
        sockets.add(listener)
        startThread("raw server") { [sockets] in
            var number = 0
            while case let descriptor = accept(listener, nil, nil), descriptor >= 0 {
                number += 1
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                sockets.add(descriptor)
                startThread("raw peer") { [number] in
                    talk(number, RawPeer(descriptor))
                    sockets.close(descriptor)
                }
            }
            sockets.close(listener)
        }
    }

    deinit { sockets.shutDown() }

    private static func listen() -> (socket: CInt, port: Int) {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0 else { return CInt(-1) }
                getsockname(descriptor, address, &length)
                return Glibc.listen(descriptor, 64)
            }
        }
        precondition(status == 0, "loopback has a port for everybody")
        return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
    }

    /// Those that are open: a number is not used any more once it may be another's.
    private final class Sockets: Sendable {
        private let state = Mutex((open: Set<CInt>(), isOver: false))

        func add(_ descriptor: CInt) {
            state.withLock { state in
                state.open.insert(descriptor)
                if state.isOver { shutdown(descriptor, CInt(SHUT_RDWR)) }
            }
        }

        func close(_ descriptor: CInt) {
            state.withLock { state in
                state.open.remove(descriptor)
                _ = Glibc.close(descriptor)
            }
        }

        func shutDown() {
            state.withLock { state in
                state.isOver = true
                for descriptor in state.open { shutdown(descriptor, CInt(SHUT_RDWR)) }
            }
        }
    }
}

/// The other end of a connection, for its thread.
struct RawPeer {
    private let descriptor: CInt

    fileprivate init(_ descriptor: CInt) { self.descriptor = descriptor }

    /// The next bytes; none once the other side has hung up.
    func read() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 65_536) { room, initialized in
            initialized = max(0, recv(descriptor, room.baseAddress, room.count, 0))
        }
    }

    /// - Parameter stalled: called whenever nobody has taken a byte for so long.
    /// - Returns: false if nobody takes it any more.
    @discardableResult
    func send(_ bytes: [UInt8], each wait: Duration? = nil, stalled: () -> Void = {}) -> Bool {
        var done = 0
        while done < bytes.count {
            var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if poll(&polled, 1, wait.map { CInt($0.inMilliseconds) } ?? -1) == 0 {
                stalled()
                continue
            }
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress! + done, $0.count - done,
                    CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
            }
            guard count >= 0 || errno == EAGAIN else { return false }
            done += max(0, count)
        }
        return true
    }

    /// Answers each Wyoming event with those that `answer` gives, until the other side hangs up or
    /// `isOver`.
    func answerEvents(
        until isOver: () -> Bool = { false }, _ answer: (WyomingEvent) -> [WyomingEvent]
    ) {
        var parser = WyomingFrameParser()
        while !isOver(), case let bytes = read(), !bytes.isEmpty {
            for event in parser.append(bytes) { answer(event).forEach { send($0.bytes) } }
        }
    }
}
