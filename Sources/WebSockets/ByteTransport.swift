import Glibc

/// A connection that bytes go over, without waiting. For one thread.
public protocol ByteTransport: AnyObject {
    /// To be polled.
    var descriptor: CInt { get }

    /// - Returns: how many bytes came, 0 at the end; nil if none is there now.
    /// - Throws: `WebSocketEnd` if the connection is broken.
    func receive(into buffer: UnsafeMutableRawBufferPointer) throws(WebSocketEnd) -> Int?

    /// - Returns: how many bytes went; nil if there is no room now.
    /// - Throws: as `receive`.
    func send(_ bytes: UnsafeRawBufferPointer) throws(WebSocketEnd) -> Int?
}

/// A socket that does not block. Whoever made it closes it.
public final class SocketTransport: ByteTransport {
    public let descriptor: CInt
    /// Bytes that were read before anybody knew that they were a WebSocket's.
    private var early: ArraySlice<UInt8>

    public init(_ descriptor: CInt, early: [UInt8] = []) {
        self.descriptor = descriptor
        self.early = early[...]
    }

    public func receive(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(WebSocketEnd) -> Int? {
        guard early.isEmpty else {
            let count = min(early.count, buffer.count)
            buffer.copyBytes(from: early.prefix(count))
            early = early.dropFirst(count)
            return count
        }
        return try Self.count(recv(descriptor, buffer.baseAddress, buffer.count, 0), errno)
    }

    public func send(_ bytes: UnsafeRawBufferPointer) throws(WebSocketEnd) -> Int? {
        let count = Glibc.send(
            descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
        return try Self.count(count, errno)
    }

    private static func count(_ count: Int, _ code: CInt) throws(WebSocketEnd) -> Int? {
        if count >= 0 { return count }
        if code == EAGAIN || code == EINTR { return nil }
        throw .broken(reason: String(cString: strerror(code)))
    }
}
