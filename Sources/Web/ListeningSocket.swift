import Glibc
import Linux

/// Owns a socket that takes connections.
struct ListeningSocket: ~Copyable {
    let number: CInt
    /// The port that it got.
    let port: Int

    /// - Parameters:
    ///   - address: IPv4 or IPv6, as one writes it; `::` takes both.
    ///   - port: 0 for any that is free.
    init(address: String, port: Int) throws(SystemError) {
        let place = written(address, port)
        var storage = sockaddr_storage()
        let (family, length) = try Self.fill(&storage, address: address, port: port)
        if let handed = Self.handed(at: place) {
            // Also one that `HandedSockets` shut.
            guard listen(handed, 64) == 0 else {
                let code = errno
                close(handed)
                throw SystemError("listen on", place, code: code)
            }
            self.number = handed
            self.port = port
            return
        }
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = socket(family, kind, 0)
        guard number >= 0 else { throw SystemError("listen on", place, code: errno) }
        var on: CInt = 1
        var off: CInt = 0
        let size = socklen_t(MemoryLayout<CInt>.size)
        // A restart finds the connections of before still lingering.
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, size)
        if family == AF_INET6 {
            setsockopt(number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &off, size)
        }
        let status = withUnsafePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) }
        }
        guard status == 0, listen(number, 64) == 0 else {
            let code = errno
            close(number)
            throw SystemError("listen on", place, code: code)
        }
        self.number = number
        self.port = Self.port(of: number)
    }

    /// A copy of the service manager's socket at this very place, if it opened one.
    private static func handed(at place: String) -> CInt? {
        let copy = HandedSockets.copy { Self.place(of: $0) == place }
        if let copy { _ = fcntl(copy, F_SETFL, fcntl(copy, F_GETFL) | O_NONBLOCK) }
        return copy
    }

    /// Where a socket is bound to, as `place` above.
    fileprivate static func place(of socket: CInt) -> String {
        written(localAddress(of: socket), port(of: socket))
    }

    /// Leaves the descriptor to somebody else, who closes it.
    consuming func release() -> CInt {
        let number = number
        discard self
        return number
    }

    deinit { close(number) }

    private static func fill(
        _ storage: inout sockaddr_storage, address: String, port: Int
    ) throws(SystemError) -> (family: CInt, length: socklen_t) {
        let port = in_port_t(truncatingIfNeeded: port).bigEndian
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, address, &four) == 1 {
            let length = MemoryLayout<sockaddr_in>.size
            withUnsafeMutableBytes(of: &storage) { bytes in
                bytes.storeBytes(
                    of: sockaddr_in(
                        sin_family: sa_family_t(AF_INET), sin_port: port, sin_addr: four,
                        sin_zero: (0, 0, 0, 0, 0, 0, 0, 0)),
                    as: sockaddr_in.self)
            }
            return (AF_INET, socklen_t(length))
        }
        guard inet_pton(AF_INET6, address, &six) == 1 else {
            throw SystemError("listen on", address, code: EADDRNOTAVAIL)
        }
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.storeBytes(
                of: sockaddr_in6(
                    sin6_family: sa_family_t(AF_INET6), sin6_port: port, sin6_flowinfo: 0,
                    sin6_addr: six, sin6_scope_id: 0),
                as: sockaddr_in6.self)
        }
        return (AF_INET6, socklen_t(MemoryLayout<sockaddr_in6>.size))
    }

    private static func port(of socket: CInt) -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket, $0, &length)
            }
        }
        // At the same place in both families.
        return withUnsafeBytes(of: &storage) { bytes in
            Int(in_port_t(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: in_port_t.self)))
        }
    }
}

/// Refuses whoever comes to a socket that the service manager opened elsewhere than at these ports
/// of `address`: nobody serves it.
public func refuseUnserved(but address: String, ports: [Int]) {
    let served = ports.map { written(address, $0) }
    HandedSockets.shut { !served.contains(ListeningSocket.place(of: $0)) }
}

private func written(_ address: String, _ port: Int) -> String {
    "\(address.contains(":") ? "[\(address)]" : address):\(port)"
}

/// The address at the other end, without its port, as one writes it.
func peerAddress(of socket: CInt) -> String { address(of: socket, getpeername) }

/// The address at this end, likewise.
func localAddress(of socket: CInt) -> String { address(of: socket, getsockname) }

private func address(
    of socket: CInt,
    _ end: (CInt, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt
) -> String {
    var name = [CChar](repeating: 0, count: 64)
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = withUnsafeMutablePointer(to: &storage) { storage in
        storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            guard end(socket, address, &length) == 0 else { return false }
            return getnameinfo(
                address, length, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0
        }
    }
    guard status else { return "?" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
