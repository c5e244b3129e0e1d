import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import WebSockets

/// Both sides of one connection, over a socket of the kernel's.
private struct Pair {
    let client: WebSocket
    let server: WebSocket

    init(client limits: WebSocketLimits = .init(), server others: WebSocketLimits = .init()) {
        let ends = connectedSockets()
        client = Self.serve(.client, limits, ends.0)
        server = Self.serve(.server, others, ends.1)
    }

    static func serve(
        _ role: WebSocket.Role, _ limits: WebSocketLimits, _ descriptor: CInt
    ) -> WebSocket {
        let line = Line(role, limits: limits)
        startThread("test") {
            line.run(over: SocketTransport(descriptor))
            close(descriptor)
        }
        return WebSocket(line)
    }
}

private func connectedSockets() -> (CInt, CInt) {
    var ends: [CInt] = [-1, -1]
    let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    precondition(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    return (ends[0], ends[1])
}

private func end(_ socket: WebSocket) async -> WebSocketEnd {
    while true {
        do { _ = try await socket.next() } catch { return error }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct WebSocketTests {
    @Test("Whoever has much to send waits until the other side has taken it")
    func drain() async throws {
        var limits = WebSocketLimits()
        limits.incoming = 1000
        let pair = Pair(client: limits)
        let message = WebSocketMessage.binary([UInt8](repeating: 1, count: 500_000))
        try pair.server.send(message)
        try pair.server.send(message)
        let isOver = Counter()
        let waiting = Task {
            try await pair.server.drain(to: 100_000)
            isOver.increment()
        }
        try await Task.sleep(for: .milliseconds(50))
        #expect(isOver.value == 0)
        for _ in 0..<2 { #expect(try await pair.client.next() == message) }
        try await waiting.value
        // Nothing waits any more.
        try await pair.server.drain(to: 0)
    }

    @Test("Nobody waits for one who hung up")
    func drainEnded() async throws {
        var limits = WebSocketLimits()
        limits.incoming = 1000
        let pair = Pair(client: limits)
        // Behind the first, which nobody takes, nothing is read.
        try pair.server.send(.binary([UInt8](repeating: 1, count: 2000)))
        try pair.server.send(.binary([UInt8](repeating: 1, count: 2_000_000)))
        let waiting = Task { () -> WebSocketEnd? in
            do throws(WebSocketEnd) {
                try await pair.server.drain(to: 0)
                return nil
            } catch {
                return error
            }
        }
        try await Task.sleep(for: .milliseconds(20))
        pair.client.hangUp()
        #expect(await waiting.value != nil)
    }

    static let messages: [WebSocketMessage] = [
        .text(""), .text("hello"), .text("grüße 😀"), .binary([]), .binary([0, 255, 1]),
        .text(String(repeating: "x", count: 125)), .text(String(repeating: "x", count: 126)),
        .binary([UInt8](repeating: 7, count: 65_536)),
        .binary([UInt8](repeating: 9, count: 1 << 20)),
    ]

    @Test("Messages arrive whole and in order, both ways")
    func whole() async throws {
        let pair = Pair()
        for message in Self.messages { try pair.client.send(message) }
        for message in Self.messages { #expect(try await pair.server.next() == message) }
        for message in Self.messages { try pair.server.send(message) }
        for message in Self.messages { #expect(try await pair.client.next() == message) }
    }

    @Test("Who says goodbye is heard out, and told goodbye")
    func goodbye() async throws {
        let pair = Pair()
        try pair.client.send(.text("last"))
        pair.client.close(code: 4001, reason: "enough")
        #expect(try await pair.server.next() == .text("last"))
        #expect(await end(pair.server) == .closed(code: 4001, reason: "enough"))
        #expect(!(await end(pair.server)).isNormal)
        #expect(await end(pair.client) == .closed(code: 4001, reason: "enough"))
        #expect(throws: WebSocketEnd.self) { try pair.client.send(.text("more")) }
    }

    @Test("A message that is too long ends the connection, with the code for it")
    func tooLong() async throws {
        var limits = WebSocketLimits()
        limits.message = 1000
        let pair = Pair(server: limits)
        try pair.client.send(.binary([UInt8](repeating: 0, count: 1001)))
        #expect(await end(pair.client) == .closed(code: 1009, reason: ""))
        _ = await end(pair.server)
    }

    @Test("A slow reader holds the writer back, and loses nothing")
    func slowReader() async throws {
        var limits = WebSocketLimits()
        limits.incoming = 10_000
        let pair = Pair(server: limits)
        let message = WebSocketMessage.binary([UInt8](repeating: 1, count: 5000))
        for _ in 0..<500 { try pair.client.send(message) }
        for _ in 0..<500 {
            // What is expected is spelled out byte by byte, which takes longer than a writer waits.
            let isWhole = try await pair.server.next() == message
            #expect(isWhole)
        }
    }

    @Test("More than may wait is not taken")
    func full() async throws {
        let (one, other) = connectedSockets()
        defer { close(other) }
        var limits = WebSocketLimits()
        limits.outgoing = 1 << 20
        let socket = Pair.serve(.client, limits, one)
        let message = WebSocketMessage.binary([UInt8](repeating: 1, count: 100_000))
        var sent = 0
        while sent < 100, (try? socket.send(message)) != nil { sent += 1 }
        #expect(sent < 100)
    }

    @Test(
        "Who takes nothing, and who gives no sign of life, is given up", arguments: [true, false])
    func silent(hasUnsent: Bool) async throws {
        let (one, other) = connectedSockets()
        defer { close(other) }
        var limits = WebSocketLimits()
        limits.stall = .milliseconds(100)
        limits.quiet = hasUnsent ? .seconds(60) : .milliseconds(50)
        let socket = Pair.serve(.client, limits, one)
        if hasUnsent { try socket.send(.binary([UInt8](repeating: 1, count: 1 << 20))) }
        #expect(await end(socket) == .timedOut(after: .milliseconds(100)))
    }

    @Test("A quiet connection is kept by its signs of life")
    func quiet() async throws {
        var limits = WebSocketLimits()
        limits.quiet = .milliseconds(100)
        let pair = Pair(client: limits)
        try await Task.sleep(for: .milliseconds(500))
        try pair.server.send(.text("still here"))
        #expect(try await pair.client.next() == .text("still here"))
    }

    @Test("Hanging up ends the reader at once, and the other side sees it")
    func hangUp() async throws {
        let pair = Pair()
        async let ended = end(pair.client)
        pair.client.hangUp()
        #expect(await ended == .cancelled)
        guard case .broken = await end(pair.server) else {
            Issue.record("the other side saw no end")
            return
        }
    }

    @Test("Cancelling the reader hangs up")
    func cancelled() async throws {
        let pair = Pair()
        let reader = Task { await end(pair.client) }
        reader.cancel()
        #expect(await reader.value == .cancelled)
        _ = await end(pair.server)
    }

    static let nonsense: [(name: String, bytes: [UInt8])] = [
        ("a frame without a mask", [0x81, 0x01, 0x41]),
        ("reserved bits", [0xF1, 0x80, 0, 0, 0, 0]),
        ("an unknown kind", [0x83, 0x80, 0, 0, 0, 0]),
        ("a text that is no UTF-8", [0x81, 0x81, 0, 0, 0, 0, 0xFF]),
        ("a ping in pieces", [0x09, 0x80, 0, 0, 0, 0]),
        ("the rest of nothing", [0x80, 0x80, 0, 0, 0, 0]),
    ]

    @Test("What is no WebSocket's ends it", arguments: nonsense)
    func refused(nonsense: (name: String, bytes: [UInt8])) async throws {
        let (one, other) = connectedSockets()
        defer { close(other) }
        let socket = Pair.serve(.server, WebSocketLimits(), one)
        _ = nonsense.bytes.withUnsafeBytes { write(other, $0.baseAddress, $0.count) }
        let ended = await end(socket)
        #expect(!ended.isNormal && ended != .cancelled)
    }

    @Test("A close with half a code is answered with what is wrong", arguments: [false, true])
    func halfACode(isWhole: Bool) async throws {
        let (one, other) = connectedSockets()
        defer { close(other) }
        let socket = Pair.serve(.server, WebSocketLimits(), one)
        let code: [UInt8] = isWhole ? [0x03, 0xE8] : [0x03]
        let frame = [0x88, 0x80 | UInt8(code.count), 0, 0, 0, 0] + code
        _ = frame.withUnsafeBytes { write(other, $0.baseAddress, $0.count) }
        _ = await end(socket)
        var answer = [UInt8](repeating: 0, count: 4)
        #expect(recv(other, &answer, 4, CInt(MSG_WAITALL)) == 4)
        #expect(answer == [0x88, 0x02, 0x03, isWhole ? 0xE8 : 0xEA])
    }

    @Test("The handshake's answer is RFC 6455's")
    func handshake() {
        #expect(
            Handshake.answer(to: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(Handshake.isKey(Handshake.newKey()))
        #expect(!Handshake.isKey("c2hvcnQ=") && !Handshake.isKey("no base64"))
    }
}
