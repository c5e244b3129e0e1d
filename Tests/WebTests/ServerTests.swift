import Linux
import TestSupport
import Testing
import Voice
import Web

/// A server that answers with what it was asked.
private func echo(
    limits: ServerLimits = ServerLimits(), _ more: (inout Router) -> Void = { _ in }
) throws -> Server {
    var router = Router()
    router.on("GET", "/echo") { request, _ in
        let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
        return Response(text: "\(request.path) \(query)")
    }
    router.on("POST", "/echo", bodyAtMost: 1000) { _, body in Response(body: .bytes(body)) }
    more(&router)
    return try Server(address: "127.0.0.1", port: 0, limits: limits) { [router] request in
        try router.handle(request)
    }
}

struct ServerTests {
    @Test("Requests on one connection are answered in turn")
    func keepAlive() throws {
        let server = try echo()
        let client = RawClient(port: server.port)
        for word in ["one", "two", "three"] {
            let answer = try client.ask("POST", "/echo/", body: Array(word.utf8))
            #expect(answer.status == 200)
            #expect(answer.text == word)
        }
        #expect(try client.ask("GET", "/echo?a=b%20c&d=e+f&g").text == "/echo a=b c;d=e f;g=")
        let head = try client.ask("HEAD", "/echo?a=b")
        #expect(head.headers["content-length"] == "9")
    }

    static let refused: [(request: String, status: Int, why: String)] = [
        ("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 404, "there is nothing at /nowhere"),
        ("PUT /echo HTTP/1.1\r\nHost: a\r\n\r\n", 405, "/echo takes GET, HEAD, POST, not PUT"),
        ("GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "Host"),
        ("GET /echo HTTP/1.1\r\n\r\n", 400, ""),
        (
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked"
                + "\r\n\r\n0\r\n\r\n", 400, "Content-Length"
        ),
        (
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
            400, "Content-Length"
        ),
        (
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400,
            "Transfer-Encoding"
        ),
        ("GET /a/../echo HTTP/1.1\r\nHost: a\r\n\r\n", 400, "normal form"),
        ("GET /a/%2e%2e/echo HTTP/1.1\r\nHost: a\r\n\r\n", 400, "normal form"),
        ("GET //echo HTTP/1.1\r\nHost: a\r\n\r\n", 400, "normal form"),
        ("GET /echo%2f HTTP/1.1\r\nHost: a\r\n\r\n", 400, "normal form"),
        ("GET /echo%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "normal form"),
        ("GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400, "normal form"),
        ("GET /echo?%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "query"),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413, "1000 bytes"),
        (
            "GET /echo HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n",
            431, ""
        ),
    ]

    @Test("What cannot be answered is refused, with the reason", arguments: refused)
    func refusal(request: String, status: Int, why: String) throws {
        let server = try echo()
        let client = RawClient(port: server.port)
        client.send(request)
        if status == 413 { client.send([UInt8](repeating: 0, count: 1001)) }
        let answer = try client.answer()
        #expect(answer.status == status)
        #expect(answer.text.contains(why))
    }

    @Test("A long body of unknown length is refused when it is too long")
    func chunkedTooLong() throws {
        let server = try echo()
        let client = RawClient(port: server.port)
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "1f4\r\n" + String(repeating: "x", count: 500) + "\r\n"
        client.send(chunk + chunk + chunk + "0\r\n\r\n")
        #expect(try client.answer().status == 413)
        #expect(try client.ask("POST", "/echo", body: [65]).text == "A")
    }

    @Test("A refusal that follows the header leaves the connection usable")
    func refusalKeepsConnection() throws {
        let server = try echo()
        let client = RawClient(port: server.port)
        #expect(try client.ask("POST", "/nowhere", body: [1, 2, 3]).status == 404)
        #expect(try client.ask("POST", "/echo", body: [65]).text == "A")
    }

    @Test("A body is received while it is on its way, and a streamed answer sent piece by piece")
    func streams() throws {
        final class Upper: BodyReceiver {
            private var pieces: [[UInt8]] = []
            func receive(_ bytes: UnsafeRawBufferPointer) { pieces.append(Array(bytes)) }
            func finish() -> Response {
                var rest = pieces[...]
                return Response(body: .stream { rest.popFirst() })
            }
        }
        let server = try echo { $0.on("POST", "/stream") { _ in Upper() } }
        let client = RawClient(port: server.port)
        client.send("POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        for word in ["one", "two", "three"] { client.send("\(word.count)\r\n\(word)\r\n") }
        client.send("0\r\n\r\n")
        let answer = try client.answer()
        #expect(answer.text == "onetwothree")
    }

    @Test("A streamed answer that fails is seen to be incomplete")
    func brokenStream() throws {
        struct Broken: Error {}
        let server = try echo {
            $0.on("GET", "/broken") { _, _ in
                var isFirst = true
                return Response(
                    body: .stream {
                        defer { isFirst = false }
                        if isFirst { return [65] }
                        throw Broken()
                    })
            }
        }
        let client = RawClient(port: server.port)
        #expect(throws: RawClient.Broken.self) { try client.ask("GET", "/broken") }
    }

    @Test("A connection can be reset in the middle of an answer")
    func reset() throws {
        let server = try echo {
            $0.on("GET", "/reset") { request, _ in
                var isFirst = true
                return Response(
                    body: .stream {
                        defer { isFirst = false }
                        if !isFirst { request.connection.reset() }
                        return [65]
                    })
            }
        }
        let client = RawClient(port: server.port)
        #expect {
            try client.ask("GET", "/reset")
        } throws: {
            ($0 as? RawClient.Broken)?.wasReset == true
        }
    }

    @Test("A handler that fails is a 500 that tells nothing")
    func failing() throws {
        struct Secret: Error {}
        let server = try echo { $0.on("GET", "/fails") { _, _ in throw Secret() } }
        let answer = try RawClient(port: server.port).ask("GET", "/fails")
        #expect(answer.status == 500)
        #expect(!answer.text.contains("Secret"))
        #expect(answer.text.contains("internal_error"))
    }

    @Test("A slow client is hung up on, a slow handler is waited for")
    func slow() throws {
        var limits = ServerLimits()
        limits.idle = .milliseconds(100)
        limits.arrival = .milliseconds(100)
        let server = try echo(limits: limits) {
            $0.on("GET", "/slow") { request, _ in
                try request.connection.sleep(until: .now + .milliseconds(300))
                return Response(text: "done")
            }
        }
        #expect(try RawClient(port: server.port).ask("GET", "/slow").text == "done")
        // Nothing; a header that does not end; a body that does not; each byte is activity.
        for beginning in [
            "", "GET /", "GET /echo HTTP/1.1\r\n",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n",
        ] {
            let client = RawClient(port: server.port)
            client.send(beginning)
            let start = Moment.now
            startThread("drip") { [client = Unsafely(client)] in
                for _ in 0..<40 {
                    client.value.send("x")
                    _ = sleepThread(until: .now + .milliseconds(10), unless: [])
                }
            }
            _ = try? client.rest()
            #expect(Moment.now - start < .seconds(5))
        }
    }

    @Test("Stopping ends every connection at once, whatever it is doing")
    func stop() throws {
        let server = try echo {
            $0.on("GET", "/asleep") { request, _ in
                try request.connection.sleep(until: .now + .seconds(3600))
                return Response()
            }
            $0.on("GET", "/waiting") { request, _ in
                try request.connection.wait { try await Task.sleep(for: .seconds(3600)) }
                return Response()
            }
        }
        let idle = RawClient(port: server.port)
        let asleep = RawClient(port: server.port)
        let waiting = RawClient(port: server.port)
        asleep.send("GET /asleep HTTP/1.1\r\nHost: a\r\n\r\n")
        waiting.send("GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try idle.ask("POST", "/echo", body: [65]).text == "A")
        server.stop()
        for client in [idle, asleep, waiting] { #expect((try? client.rest()) ?? [] == []) }
    }

    @Test("More connections than are allowed from one address are refused")
    func limits() throws {
        var limits = ServerLimits()
        limits.connectionsPerAddress = 2
        let server = try echo(limits: limits)
        let clients = (0..<2).map { _ in RawClient(port: server.port) }
        for client in clients { #expect(try client.ask("GET", "/echo").status == 200) }
        let third = RawClient(port: server.port)
        #expect(throws: (any Error).self) { try third.ask("GET", "/echo") }
        #expect(try clients[0].ask("GET", "/echo").status == 200)
    }

    @Test("A certificate that is none is told")
    func certificate() {
        let nonsense = Server.Certificate(chain: "x", key: "y")
        #expect {
            _ = try Server(address: "127.0.0.1", port: 0, certificate: nonsense) { _ in
                throw HTTPError(500, "", "")
            }
        } throws: {
            "\($0)".hasPrefix("cannot start HTTPS with this certificate on 127.0.0.1")
        }
    }

    @Test("An address that cannot be had is named")
    func address() throws {
        let server = try echo()
        let port = server.port
        #expect {
            _ = try Server(address: "127.0.0.1", port: port) { _ in throw HTTPError(500, "", "") }
        } throws: {
            "\($0)".hasPrefix("cannot listen on 127.0.0.1:\(port)")
        }
        #expect(throws: SystemError.self) {
            _ = try Server(address: "nonsense", port: 0) { _ in throw HTTPError(500, "", "") }
        }
    }
}

/// A client that two threads use. Sendable though it is a plain class, since one of them only writes
/// and the other only reads: a socket takes both at once.
private struct Unsafely: @unchecked Sendable {
    let value: RawClient
    init(_ value: RawClient) { self.value = value }
}
