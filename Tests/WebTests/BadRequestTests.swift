import Linux
import TestSupport
import Testing
import Voice
import Web

/// What no well-meaning client sends.
@Suite(.timeLimit(.minutes(1)))
struct BadRequestTests {
    private func server(_ limits: ServerLimits = ServerLimits()) throws -> Server {
        var router = Router()
        router.on("GET", "/echo") { request, _ in Response(text: "path \(request.path)") }
        router.on("POST", "/echo", bodyAtMost: 1000) { _, body in Response(body: .bytes(body)) }
        router.on("GET", "/turns/{id}") { request, _ in
            Response(text: "turn \(request.parameters["id"] ?? "")")
        }
        return try Server(address: "127.0.0.1", port: 0, limits: limits) { [router] in
            try router.handle($0)
        }
    }

    private static let post = "POST /echo HTTP/1.1\r\nHost: a\r\n"
    private static let get = "GET /echo HTTP/1.1\r\nHost: a\r\n"

    /// Requests, and the statuses that are right; 0 is no answer at all.
    static let requests: [(request: String, statuses: [Int])] = [
        // The head.
        ("GET /echo HTTP/1.1\r\nHost : a\r\n\r\n", [400]),
        (get + "Content-Length : 5\r\n\r\nhello", [400]),
        (get + "X Y: a\r\n\r\n", [400]), (get + "X(): a\r\n\r\n", [400]),
        (get + ": a\r\n\r\n", [200, 400]), (get + "no colon\r\n\r\n", [400]),
        // libmicrohttpd 0.9.75 takes a NUL for the end of the value, newer ones refuse it.
        (get + "X: a\u{0}b\r\n\r\n", [200, 400, 0]), (get + "X: a\u{1}b\r\n\r\n", [400]),
        (get + "X: a\u{7f}b\r\n\r\n", [400]), (get + "X: a\rb\r\n\r\n", [400]),
        (get + String(repeating: "X: a\r\n", count: 5_000) + "\r\n", [431]),
        (get + "X: \(String(repeating: "a", count: 100_000))\r\n\r\n", [431]),
        (get + "\(String(repeating: "a", count: 100_000)): x\r\n\r\n", [431]),
        ("GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: a\r\n\r\n", [414, 431]),
        ("GET /echo HTTP/2.0\r\nHost: a\r\n\r\n", [400, 505]),
        ("GET /echo HTTP/1.9x\r\nHost: a\r\n\r\n", [400, 505, 0]),
        ("GET /echo FTP/1.1\r\nHost: a\r\n\r\n", [400, 505, 0]),
        ("GET /echo\r\n\r\n", [400, 505, 0]), ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", [400, 0]),
        ("\u{0}\u{1}\u{2}\r\n\r\n", [400, 0]), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400, 505]),
        // The method.
        ("get /echo HTTP/1.1\r\nHost: a\r\n\r\n", [405]),
        ("TRACE /echo HTTP/1.1\r\nHost: a\r\n\r\n", [405]),
        ("DELETE /turns/7 HTTP/1.1\r\nHost: a\r\n\r\n", [405]),
        ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        // The target.
        ("GET http://a/echo HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        ("GET echo HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        ("GET /ec ho HTTP/1.1\r\nHost: a\r\n\r\n", [400, 505, 0]),
        ("GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        ("GET /turns/..%2f..%2fetc HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        ("GET /turns/%2e%2e HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        ("GET /turns/..%5c..%5cetc HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        ("GET /turns/..\\etc HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        ("GET /turns/7%2f%cc%81 HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        ("GET /turns/%252e%252e%252fetc HTTP/1.1\r\nHost: a\r\n\r\n", [200]),
        ("GET /turns/%c0%ae%c0%ae HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        ("GET /turns/%u002e HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        ("GET /turns/7%0d%0aX: HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        // The body's length.
        (post + "Content-Length: abc\r\n\r\n", [400]),
        (post + "Content-Length: -1\r\n\r\n", [400]),
        (post + "Content-Length: +3\r\n\r\nabc", [400]),
        (post + "Content-Length: 3, 3\r\n\r\nabc", [400]),
        (post + "Content-Length: 0x3\r\n\r\nabc", [400]),
        (post + "Content-Length: 99999999999999999999\r\n\r\n", [400, 413]),
        (post + "Content-Length: 9223372036854775807\r\n\r\n", [413]),
        (post + "Content-Length: 3\r\ncontent-length: 4\r\n\r\nabcd", [400]),
        (post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]),
        (post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", [400]),
        (post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", [400]),
        (post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", [400]),
        ("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]),
        (post + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", [400, 0]),
        (post + "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n", [400, 0]),
        (post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n", [400, 413, 0]),
        (post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n", [400, 0]),
        // A body that is more than it seems.
        (post + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", [415]),
        (post + "Content-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc", [200]),
        (post + "Expect: 100-continue\r\nContent-Length: 5000000\r\n\r\n", [413]),
    ]

    @Test("Each is refused, the reason told, and the next client served", arguments: requests)
    func refused(request: String, statuses: [Int]) throws {
        let server = try server()
        let client = RawClient(port: server.port)
        client.send(request)
        client.finish()
        let status = (try? client.answer())?.status ?? 0
        #expect(statuses.contains(status), "got \(status)")
        #expect(try RawClient(port: server.port).ask("GET", "/echo").status == 200)
    }

    @Test("What hides behind a request that is refused is not taken for another one")
    func smuggled() throws {
        let server = try server()
        for beginning in [
            Self.post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
            Self.post + "Content-Length : 44\r\n\r\n", Self.post + "Content-Length: +44\r\n\r\n",
            Self.post + "Transfer-Encoding:\u{b}chunked\r\n\r\n",
        ] {
            let client = RawClient(port: server.port)
            client.send(beginning + "0\r\n\r\nGET /turns/hidden HTTP/1.1\r\nHost: a\r\n\r\n")
            client.finish()
            let rest = String(decoding: try client.rest(), as: UTF8.self)
            #expect(rest.hasPrefix("HTTP/1.1 400"))
            #expect(!rest.contains("turn hidden"))
        }
    }

    @Test("A client that sends as fast as is asked for may take longer than one that drips")
    func pace() throws {
        var limits = ServerLimits()
        limits.arrival = .milliseconds(500)
        limits.slowest = 500
        let server = try server(limits)
        let client = RawClient(port: server.port)
        client.send(Self.post + "Content-Length: 1000\r\n\r\n")
        for _ in 0..<20 {
            _ = sleepThread(until: .now + .milliseconds(60), unless: [])
            client.send(String(repeating: "x", count: 50))
        }
        #expect(try client.answer().body.count == 1000)
    }

    @Test("Time that our own code takes for a body is not the client's")
    func ownTime() throws {
        final class Slow: BodyReceiver {
            func receive(_ bytes: UnsafeRawBufferPointer) {
                _ = sleepThread(until: .now + .milliseconds(600), unless: [])
            }
            func finish() -> Response { Response(text: "all") }
        }
        var limits = ServerLimits()
        limits.arrival = .milliseconds(200)
        let server = try Server(address: "127.0.0.1", port: 0, limits: limits) { _ in Slow() }
        let client = RawClient(port: server.port)
        #expect(try client.ask("POST", "/", body: [1, 2, 3]).text == "all")
    }

    @Test("A long answer may take as long as its length allows")
    func longAnswer() throws {
        var limits = ServerLimits()
        limits.idle = .milliseconds(100)
        limits.slowest = 100_000
        let bytes = [UInt8](repeating: 7, count: 20_000_000)
        let server = try Server(address: "127.0.0.1", port: 0, limits: limits) { request in
            try WholeBody(of: request, atMost: 0) { _ in Response(body: .bytes(bytes)) }
        }
        let client = RawClient(port: server.port)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = sleepThread(until: .now + .milliseconds(1000), unless: [])
        #expect(try client.answer().body.count == bytes.count)
    }
}
