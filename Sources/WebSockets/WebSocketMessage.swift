/// What goes over a WebSocket in one piece.
public enum WebSocketMessage: Equatable, Sendable {
    case text(String)
    case binary([UInt8])

    var count: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let bytes): bytes.count
        }
    }
}

/// Why a WebSocket gives nothing more.
public enum WebSocketEnd: Error, Equatable, CustomStringConvertible {
    /// The other side closed it, with a code of RFC 6455, section 7.4; 1005 if it gave none.
    case closed(code: Int, reason: String)
    /// The connection broke, or what came over it is no WebSocket's.
    case broken(reason: String)
    /// The other side took nothing, or gave no sign of life, for so long.
    case timedOut(after: Duration)
    /// Nobody here wants it any more.
    case cancelled

    /// Whether the other side simply had nothing more to say.
    public var isNormal: Bool {
        switch self {
        case .closed(let code, _): code == 1000 || code == 1005
        case .broken, .timedOut, .cancelled: false
        }
    }

    public var description: String {
        switch self {
        case .closed(let code, let reason):
            "it was closed with code \(code)" + (reason.isEmpty ? "" : ", \(reason)")
        case .broken(let reason): reason
        case .timedOut(let limit): "it gave no sign of life for \(limit)"
        case .cancelled: "cancelled"
        }
    }
}

/// What one WebSocket may take.
public struct WebSocketLimits: Sendable {
    /// Bytes of a message that comes in; a longer one ends the connection with code 1009.
    public var message = 4 << 20
    /// Bytes that wait to be read; then the other side is held back.
    public var incoming = 256 * 1024
    /// Bytes that wait to be sent; then sending fails.
    public var outgoing = 8 << 20
    /// How long the other side may take nothing of what waits for it.
    public var stall = Duration.seconds(10)
    /// How long nothing may come before it is asked for a sign of life, and again until that.
    public var quiet = Duration.seconds(20)

    public init() {}
}
