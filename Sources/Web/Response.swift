import FoundationEssentials
public import WebSockets

/// One line of a request's or a response's header.
public struct Header: Equatable, Sendable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What is sent back.
public struct Response {
    public enum Body {
        case bytes([UInt8])
        /// The next bytes, nil at the end: called on the connection's thread, where it may block;
        /// what it gives is sent at once. Throwing breaks the connection off, so that the client
        /// sees an incomplete answer. The function is let go of when nobody reads any more.
        case stream(next: () throws -> [UInt8]?)
        /// The same, of a length that is known: so many bytes in all.
        case sized(Int, next: () throws -> [UInt8]?)
        /// The connection becomes a WebSocket, whose messages `talk` sends and reads; it is closed
        /// when `talk` returns, and broken off when the server is stopped. Made by
        /// `Response.webSocket`.
        case webSocket(WebSocketLimits, talk: @Sendable (WebSocket) async -> Void)
    }

    public var status: Int
    public var headers: [Header]
    public var body: Body
    /// The body is a stream without an end of its own, as events are: it ends, complete, as soon as
    /// the server begins to end. `Connection.sleep` and `wait` throw `Gone` then, which `next` must
    /// pass on.
    public var isEndless = false

    public init(_ status: Int = 200, headers: [Header] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A text.
    ///
    /// - Parameter type: its media type, without the character set, which is UTF-8.
    public init(text: String, type: String = "text/plain", status: Int = 200) {
        self.init(
            status, headers: [Header("Content-Type", "\(type); charset=utf-8")],
            body: .bytes(Array(text.utf8)))
    }

    /// A value as a JSON document.
    public init(json value: some Encodable, status: Int = 200, headers: [Header] = []) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Fails only for numbers that JSON does not have; ours come from clocks and counters.
        let bytes = (try? encoder.encode(value)).map { [UInt8]($0) } ?? []
        self.init(
            bytes.isEmpty ? 500 : status,
            headers: [Header("Content-Type", "application/json")] + headers, body: .bytes(bytes))
    }

    /// Agrees to what a request for a WebSocket asks for.
    ///
    /// - Throws: if the request asks for none, or not as RFC 6455 wants it.
    public static func webSocket(
        for request: Request, limits: WebSocketLimits = WebSocketLimits(),
        talk: @escaping @Sendable (WebSocket) async -> Void
    ) throws(HTTPError) -> Response {
        func names(_ header: String) -> [String] {
            (request[header] ?? "").split(separator: ",").map {
                $0.lowercased().trimmingSpaces()
            }
        }
        guard names("Upgrade").contains("websocket"), names("Connection").contains("upgrade") else {
            throw HTTPError(
                426, "upgrade_required", "\(request.path) is for WebSockets",
                headers: [Header("Upgrade", "websocket")])
        }
        guard request["Sec-WebSocket-Version"] == "13" else {
            throw HTTPError(
                426, "upgrade_required", "only version 13 of WebSocket is known",
                headers: [Header("Upgrade", "websocket"), Header("Sec-WebSocket-Version", "13")])
        }
        guard let key = request["Sec-WebSocket-Key"], Handshake.isKey(key) else {
            throw .badRequest("a request for a WebSocket has a Sec-WebSocket-Key of 16 bytes")
        }
        return Response(
            101,
            headers: [
                Header("Upgrade", "websocket"),
                Header("Sec-WebSocket-Accept", Handshake.answer(to: key)),
            ], body: .webSocket(limits, talk: talk))
    }
}
