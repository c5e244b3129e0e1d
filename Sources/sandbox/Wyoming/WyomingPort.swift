import Glibc
import Linux
import Synchronization
import Voice

/// A stand-in for a Wyoming server, as whisper and Piper are run at home, both in one: a TCP port
/// on loopback with a thread for each connection.
final class WyomingPort: Sendable {
    /// Where it listens.
    let port: Int

    private let socket: CInt
    private let stage: Stage
    private let stopping = Wake()
    private let ended = Wake()
    private let state = Mutex((threads: 1, accepted: 0, isStopped: false))

    /// - Parameter port: 0 for any that is free.
    init(_ stage: Stage, port: Int) throws(SystemError) {
        (socket, self.port) = try Self.listen(port)
        self.stage = stage
        startThread("wyoming port") { [self] in
            accept()
            leave()
        }
    }

    /// Ends all connections, and returns when their threads have ended.
    func stop() {
        let wasStopped = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped
        }
        guard !wasStopped else { return }
        stopping.signal()
        while state.withLock({ $0.threads > 0 }) {
            var polled = pollfd(fd: ended.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, 1000)
            ended.clear()
        }
        close(socket)
    }

    private func leave() {
        state.withLock { $0.threads -= 1 }
        ended.signal()
    }

    private func accept() {
        while true {
            var polled = [
                pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stopping.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            poll(&polled, 2, -1)
            if polled[1].revents != 0 { return }
            let descriptor = Glibc.accept(socket, nil, nil)
            guard descriptor >= 0 else { continue }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            var on: CInt = 1
            let size = socklen_t(MemoryLayout<CInt>.size)
            setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, size)
            let number = state.withLock { state in
                state.threads += 1
                state.accepted += 1
                return state.accepted
            }
            startThread("wyoming") { [self] in
                let link = WyomingLink(descriptor, stopping: stopping.descriptor)
                WyomingTalk(over: link, number: number, stage).run()
                close(descriptor)
                leave()
            }
        }
    }

    private static func listen(_ port: Int) throws(SystemError) -> (socket: CInt, port: Int) {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(AF_INET, kind, 0)
        var on: CInt = 1
        setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0 else { return CInt(-1) }
                getsockname(descriptor, address, &length)
                return Glibc.listen(descriptor, 64)
            }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw SystemError("listen on", "127.0.0.1:\(port)", code: code)
        }
        return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
    }
}
