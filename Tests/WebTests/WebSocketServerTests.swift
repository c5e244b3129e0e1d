import Linux
import TestSupport
import Testing
import Voice
import Web
import WebSockets

/// The server's side of WebSockets: how one begins, and how it may end.
@Suite(.timeLimit(.minutes(1)))
struct WebSocketServerTests {
    /// Says back what it hears, until it hears "stop" or the other side has enough.
    private func echo(ended: Counter = Counter()) throws -> Server {
        var router = Router()
        router.on("GET", "/echo") { request, _ in
            try Response.webSocket(for: request) { socket in
                while let message = try? await socket.next(), message != .text("stop") {
                    try? socket.send(message)
                }
                ended.increment()
            }
        }
        return try Server(address: "127.0.0.1", port: 0) { [router] request in
            try router.handle(request)
        }
    }

    private func end(of socket: WebSocket) async -> WebSocketEnd {
        while true {
            do { _ = try await socket.next() } catch { return error }
        }
    }

    private func wait(for counter: Counter, _ count: Int = 1) async throws {
        while counter.value < count { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test("A request becomes a WebSocket, and messages go both ways")
    func both() async throws {
        let server = try echo()
        let socket = try await openSocket(port: server.port, "/echo")
        let messages: [WebSocketMessage] = [
            .text("hello"), .binary([0, 1, 255]),
            .binary([UInt8](repeating: 7, count: 100_000)), .text(""),
        ]
        for message in messages {
            try socket.send(message)
            #expect(try await socket.next() == message)
        }
    }

    static let refused: [(headers: [String: String], status: Int, why: String)] = [
        ([:], 426, "is for WebSockets"),
        (["Upgrade": "h2c", "Connection": "Upgrade"], 426, "is for WebSockets"),
        (["Upgrade": "websocket"], 426, "is for WebSockets"),
        (["Upgrade": "websocket", "Connection": "keep-alive, Upgrade"], 426, "version 13"),
        (
            [
                "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "8",
                "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            ], 426, "version 13"
        ),
        (
            ["Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"], 400,
            "Sec-WebSocket-Key"
        ),
        (
            [
                "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "short",
            ], 400, "Sec-WebSocket-Key"
        ),
    ]

    @Test("What is no proper request for a WebSocket is refused, and told why", arguments: refused)
    func refusal(headers: [String: String], status: Int, why: String) throws {
        let server = try echo()
        let client = RawClient(port: server.port)
        let answer = try client.ask("GET", "/echo", headers: headers)
        #expect(answer.status == status && answer.text.contains(why))
        #expect((answer.headers["upgrade"] == "websocket") == (status == 426))
        if why == "version 13" { #expect(answer.headers["sec-websocket-version"] == "13") }
    }

    @Test("Where the server has said everything, it says goodbye")
    func serverCloses() async throws {
        let ended = Counter()
        let server = try echo(ended: ended)
        let socket = try await openSocket(port: server.port, "/echo")
        try socket.send(.text("stop"))
        #expect(await end(of: socket) == .closed(code: 1000, reason: ""))
        #expect(ended.value == 1)
    }

    @Test("A client's goodbye is answered, and ends the talk")
    func clientCloses() async throws {
        let ended = Counter()
        let server = try echo(ended: ended)
        let socket = try await openSocket(port: server.port, "/echo")
        socket.close(code: 1001, reason: "going away")
        #expect(await end(of: socket) == .closed(code: 1001, reason: "going away"))
        try await wait(for: ended)
    }

    @Test("A client that is gone without a word ends the talk")
    func clientHangsUp() async throws {
        let ended = Counter()
        let server = try echo(ended: ended)
        try await openSocket(port: server.port, "/echo").hangUp()
        try await wait(for: ended)
        withExtendedLifetime(server) {}
    }

    @Test("Stopping the server ends its WebSockets, and returns when they are over")
    func stops() async throws {
        let ended = Counter()
        let server = try echo(ended: ended)
        var sockets: [WebSocket] = []
        for _ in 0..<3 { sockets.append(try await openSocket(port: server.port, "/echo")) }
        await onThread("stop") { server.stop() }
        for socket in sockets { #expect(!(await end(of: socket)).isNormal) }
        try await wait(for: ended, 3)
    }

    @Test("A code of the server's own reaches the client")
    func code() async throws {
        var router = Router()
        router.on("GET", "/rude") { request, _ in
            try Response.webSocket(for: request) { $0.close(code: 1008, reason: "not you") }
        }
        let server = try Server(address: "127.0.0.1", port: 0) { [router] request in
            try router.handle(request)
        }
        let socket = try await openSocket(port: server.port, "/rude")
        #expect(await end(of: socket) == .closed(code: 1008, reason: "not you"))
    }
}
