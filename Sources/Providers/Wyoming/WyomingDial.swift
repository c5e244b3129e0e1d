import Glibc
import Linux
import Synchronization
import Voice

/// Makes a TCP connection, within a time that a name's look-up is part of. For a thread that may
/// block.
struct WyomingDial {
    let address: WyomingAddress
    let limit: Duration
    /// Is readable when somebody hung up, or for other reasons.
    let wake: CInt
    /// Whether nobody wants the connection any more; looks at what `wake` was about.
    let isHungUp: () -> Bool

    private let until: Moment

    init(
        to address: WyomingAddress, within limit: Duration, wake: CInt,
        isHungUp: @escaping () -> Bool
    ) {
        self.address = address
        self.limit = limit
        self.wake = wake
        self.isHungUp = isHungUp
        until = .now + limit
    }

    /// - Returns: a socket that does not block, which is the caller's to close.
    func connect() throws(WyomingEnd) -> CInt {
        let candidates = try lookUp()
        var reason = "it has no address"
        for (index, candidate) in candidates.enumerated() {
            // One that does not answer must leave time for the next.
            let share = (until - .now) / (candidates.count - index)
            switch try connect(to: candidate, until: .now + share) {
            case .success(let socket): return socket
            case .failure(let failure): reason = failure.reason
            }
        }
        throw .unreachable(reason: "\(address): \(reason)")
    }

    private struct Failure: Error { let reason: String }

    private var silence: Failure { Failure(reason: "no answer within \(limit)") }

    private func connect(
        to candidate: SocketAddress, until: Moment
    ) throws(WyomingEnd) -> Result<CInt, Failure> {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(candidate.family, kind, 0)
        guard descriptor >= 0 else { return .failure(Self.failure(errno)) }
        var code: CInt = candidate.connect(descriptor) == 0 ? 0 : errno
        if code == EINPROGRESS {
            let isReady: Bool
            do {
                isReady = try wait(for: descriptor, POLLOUT, until: until)
            } catch {
                close(descriptor)
                throw error
            }
            guard isReady else {
                close(descriptor)
                return .failure(silence)
            }
            var size = socklen_t(MemoryLayout<CInt>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        }
        guard code == 0 else {
            close(descriptor)
            return .failure(Self.failure(code))
        }
        var on: CInt = 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, size)
        return .success(descriptor)
    }

    private static func failure(_ code: CInt) -> Failure {
        Failure(reason: String(cString: strerror(code)))
    }

    /// - Returns: false if `until` came first.
    private func wait(
        for descriptor: CInt, _ event: CInt, until: Moment
    ) throws(WyomingEnd) -> Bool {
        while true {
            if isHungUp() { throw .cancelled }
            var polled = [
                pollfd(fd: descriptor, events: Int16(event), revents: 0),
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            ]
            let left = (until - .now).inMilliseconds.rounded(.up)
            poll(&polled, 2, CInt(max(0, min(60_000, left))))
            if polled[0].revents != 0 { return true }
            if .now >= until { return false }
        }
    }

    // MARK: - Names

    private func lookUp() throws(WyomingEnd) -> [SocketAddress] {
        // Numbers need nobody's help.
        let numeric = SocketAddress.all(of: address, flags: AI_NUMERICHOST)
        if case .success(let found) = numeric { return found }
        // Nobody can interrupt a look-up: one that takes too long is left to its thread.
        let lookup = Lookup()
        startThread("look up") { [address] in
            lookup.tell(SocketAddress.all(of: address, flags: AI_ADDRCONFIG))
        }
        guard try wait(for: lookup.descriptor, POLLIN, until: until), let found = lookup.found
        else { throw .unreachable(reason: "\(address): its name was not found within \(limit)") }
        do {
            return try found.get()
        } catch {
            throw .unreachable(reason: "\(address): \(error.reason)")
        }
    }
}

/// What a thread that looks a name up has found.
private final class Lookup: Sendable {
    private let wake = Wake()
    private let state = Mutex<Result<[SocketAddress], SocketAddress.NotFound>?>(nil)

    var descriptor: CInt { wake.descriptor }
    var found: Result<[SocketAddress], SocketAddress.NotFound>? { state.withLock { $0 } }

    func tell(_ found: Result<[SocketAddress], SocketAddress.NotFound>) {
        state.withLock { $0 = found }
        wake.signal()
    }
}

/// An address as the kernel takes it.
private struct SocketAddress: Sendable {
    let family: CInt
    private let bytes: [UInt8]

    struct NotFound: Error { let reason: String }

    /// Blocks, unless `flags` ask for numbers only.
    static func all(
        of address: WyomingAddress, flags: CInt
    ) -> Result<[SocketAddress], NotFound> {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(address.host, "\(address.port)", &hints, &list)
        guard status == 0 else {
            return .failure(NotFound(reason: String(cString: gai_strerror(status))))
        }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee {
            let bytes = UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen))
            found.append(SocketAddress(family: entry.ai_family, bytes: Array(bytes)))
            next = entry.ai_next
        }
        return .success(found)
    }

    func connect(_ descriptor: CInt) -> CInt {
        bytes.withUnsafeBytes {
            Glibc.connect(
                descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                socklen_t($0.count))
        }
    }
}
