import FoundationEssentials
import Glibc
import Linux
import Voice
import Web

/// An event as the protocol has it.
struct WyomingMessage {
    let type: String
    let data: StrictObject
    let payload: [UInt8]
    /// Of the whole of it, on the wire.
    let bytes: Int

    /// As it is sent.
    ///
    /// - Parameter data: a JSON object, or nothing.
    static func bytes(_ type: String, _ data: String = "", payload: [UInt8] = []) -> [UInt8] {
        var head = "{\"type\":\(type.quoted),\"version\":\"1.10.2\""
        if !data.isEmpty { head += ",\"data_length\":\(data.utf8.count)" }
        if !payload.isEmpty { head += ",\"payload_length\":\(payload.count)" }
        return Array((head + "}\n" + data).utf8) + payload
    }

    static func bytes(of error: VendorError) -> [UInt8] {
        bytes(
            "error",
            "{\"text\":\(error.message.quoted),\"code\":\((error.code ?? error.type).quoted)}")
    }
}

/// One connection, for the thread that it belongs to: everything waits, until the client hangs up
/// or the port is stopped.
final class WyomingLink: Breakable {
    private let descriptor: CInt
    private let stopping: CInt
    let accepted = Moment.now
    private var buffer: [UInt8] = []

    private static let longestHead = 1 << 20
    private static let longestData = 1 << 20
    private static let longestPayload = 16 << 20

    init(_ descriptor: CInt, stopping: CInt) {
        self.descriptor = descriptor
        self.stopping = stopping
    }

    /// The next event; nil if the client hung up before one began.
    ///
    /// - Throws: `VendorError` for what is none.
    func read() throws -> WyomingMessage? {
        guard let line = try head() else { return nil }
        let head = try StrictObject(line)
        try head.allow(only: ["type", "data", "data_length", "payload_length", "version"])
        let type = try head.needed("type", try head.string("type"))
        var keys: [String: JSONValue] = [:]
        if case .object(let data)? = head["data"] {
            keys = data
        } else {
            _ = try head.object("data")
        }
        let dataLength = try head.integer("data_length", in: 0...Self.longestData) ?? 0
        if dataLength > 0 {
            let tree = try? JSONDecoder().decode(JSONValue.self, from: Data(try take(dataLength)))
            guard case .object(let data)? = tree else {
                throw VendorError.wrong("data", "an object")
            }
            keys.merge(data) { $1 }
        }
        let length = try head.integer("payload_length", in: 0...Self.longestPayload) ?? 0
        let payload = try take(length)
        return WyomingMessage(
            type: type, data: try StrictObject(.object(keys), at: ""), payload: payload,
            bytes: line.count + 1 + dataLength + length)
    }

    private func head() throws -> [UInt8]? {
        var searched = 0
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer.removeFirst(end + 1) }
                return Array(buffer[..<end])
            }
            searched = buffer.count
            guard searched <= Self.longestHead else {
                throw VendorError.wrong("head", "at most \(Self.longestHead) bytes")
            }
            guard try more() else {
                if buffer.isEmpty { return nil }
                throw Connection.Gone()
            }
        }
    }

    private func take(_ count: Int) throws(Connection.Gone) -> [UInt8] {
        while buffer.count < count {
            guard try more() else { throw Connection.Gone() }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// - Returns: false at the end.
    private func more() throws(Connection.Gone) -> Bool {
        while true {
            try wait(for: POLLIN)
            var (count, code) = (0, CInt(0))
            let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { room, initialized in
                count = recv(descriptor, room.baseAddress, room.count, 0)
                code = errno
                initialized = max(count, 0)
            }
            buffer += bytes
            if count >= 0 { return count > 0 }
            guard code == EAGAIN || code == EINTR else { throw Connection.Gone() }
        }
    }

    func send(_ bytes: [UInt8]) throws(Connection.Gone) {
        var done = 0
        while done < bytes.count {
            try wait(for: POLLOUT)
            let (count, code) = bytes.withUnsafeBytes {
                let count = Glibc.send(
                    descriptor, $0.baseAddress! + done, $0.count - done, CInt(MSG_NOSIGNAL))
                return (count, errno)
            }
            if count >= 0 {
                done += count
            } else if code != EAGAIN, code != EINTR {
                throw Connection.Gone()
            }
        }
    }

    private func wait(for event: CInt) throws(Connection.Gone) {
        var polled = [
            pollfd(fd: descriptor, events: Int16(event), revents: 0),
            pollfd(fd: stopping, events: Int16(POLLIN), revents: 0),
        ]
        poll(&polled, 2, -1)
        if polled[1].revents != 0 { throw Connection.Gone() }
    }

    func sleep(until moment: Moment) throws(Connection.Gone) {
        let isReached = sleepThread(until: moment, unless: [stopping], orHungUp: descriptor)
        if !isReached { throw Connection.Gone() }
    }

    func sleepForever() throws { try sleep(until: .now + .seconds(86_400 * 365)) }

    /// Closing it sends a reset then.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }
}
