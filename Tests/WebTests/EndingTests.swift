import Linux
import TestSupport
import Testing
import Voice
import Web
import WebSockets

/// A server that ends in order.
@Suite(.timeLimit(.minutes(1)))
struct EndingTests {
    private let asked = Counter()

    private func server() throws -> Server {
        var router = Router()
        router.on("GET", "/quick") { _, _ in Response(text: "done") }
        router.on("GET", "/slow") { [asked] request, _ in
            asked.increment()
            try request.connection.sleep(until: .now + .milliseconds(1000))
            return Response(text: "done")
        }
        router.on("GET", "/endless") { [asked] request, _ in
            asked.increment()
            try request.connection.sleep(until: .now + .seconds(3600))
            return Response(text: "done")
        }
        router.on("GET", "/events") { [asked] request, _ in
            var isFirst = true
            var response = Response(
                body: .stream {
                    defer { isFirst = false }
                    if isFirst { return Array("first".utf8) }
                    asked.increment()
                    try request.connection.sleep(until: .now + .seconds(3600))
                    return []
                })
            response.isEndless = true
            return response
        }
        router.on("GET", "/talk") { [asked] request, _ in
            try Response.webSocket(for: request) { socket in
                asked.increment()
                while (try? await socket.next()) != nil {}
            }
        }
        return try Server(address: "127.0.0.1", port: 0) { [router] in try router.handle($0) }
    }

    private func wait(until count: Int) async throws {
        while asked.value < count { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test("What is being answered is answered, what comes is refused, the rest is said goodbye to")
    func inOrder() async throws {
        let server = try server()
        let port = server.port
        let waiting = RawClient(port: port)
        #expect(try waiting.ask("GET", "/quick").headers["connection"] != "close")
        let socket = try await openSocket(port: port, "/talk")
        async let slow = ask(port: port, "GET", "/slow")
        async let events = ask(port: port, "GET", "/events")
        try await wait(until: 3)

        let began = Moment.now
        let ending = Task { await onThread("end") { server.stop(within: .seconds(20)) } }
        var late = try waiting.ask("GET", "/quick")
        while late.status == 200 {
            try await Task.sleep(for: .milliseconds(1))
            late = try RawClient(port: port).ask("GET", "/quick")
        }
        #expect(late.status == 503 && late.text.contains("shutting_down"))
        #expect(late.headers["connection"] == "close")

        let answer = try await slow
        #expect(answer.text == "done" && answer.headers["connection"] == "close")
        #expect(try await events.text == "first")
        do {
            _ = try await socket.next()
            Issue.record("the socket is still open")
        } catch {
            #expect("\(error)".contains("1001"))
        }
        await ending.value
        // Nobody waited for the twenty seconds.
        #expect(Moment.now - began < .seconds(10))
    }

    @Test("Patience ends: whoever takes longer is cut off")
    func impatient() async throws {
        let server = try server()
        let client = RawClient(port: server.port)
        client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
        try await wait(until: 1)
        let began = Moment.now
        await onThread("end") { server.stop(within: .milliseconds(100)) }
        #expect(Moment.now - began >= .milliseconds(100))
        #expect(Moment.now - began < .seconds(5))
        #expect((try? client.rest()) ?? [] == [])
    }

    @Test("With nothing to be answered it ends at once, whoever is connected")
    func idle() async throws {
        let server = try server()
        let idle = RawClient(port: server.port)
        #expect(try idle.ask("GET", "/quick").status == 200)
        let half = RawClient(port: server.port)
        half.send("GET /quick HTTP/1.1\r\nHost:")
        let began = Moment.now
        await onThread("end") { server.stop(within: .seconds(20)) }
        #expect(Moment.now - began < .seconds(10))
        // And a second time nothing happens.
        server.stop(within: .seconds(20))
    }
}
