import FoundationEssentials
import Linux

/// The keys by which both sides show that they mean a WebSocket (RFC 6455, section 4).
public enum Handshake {
    /// A new one for a client's `Sec-WebSocket-Key`.
    public static func newKey() -> String {
        let bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        return Data(bytes).base64EncodedString()
    }

    /// The `Sec-WebSocket-Accept` that answers a key.
    public static func answer(to key: String) -> String {
        let text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        return Data(Digest.sha1(Array(text.utf8))).base64EncodedString()
    }

    /// Whether a client sent a key of sixteen bytes.
    public static func isKey(_ text: String) -> Bool {
        Data(base64Encoded: text)?.count == 16
    }
}
