import TestSupport
import Testing
import Web

struct FormTests {
    private func server(atMost limit: Int = 1000) throws -> Server {
        var router = Router()
        router.on("POST", "/form") { request in
            var parts: [String] = []
            return try FormReceiver(of: request, atMost: limit) { piece in
                let text = String(decoding: piece.bytes, as: UTF8.self)
                if piece.offset == 0 {
                    let file = piece.fileName.map { "(\($0) \(piece.contentType ?? ""))" } ?? ""
                    parts.append("\(piece.name)\(file)=\(text)")
                } else {
                    parts[parts.count - 1] += text
                }
            } answer: {
                Response(text: parts.joined(separator: "|"))
            }
        }
        return try Server(address: "127.0.0.1", port: 0) { [router] in try router.handle($0) }
    }

    private static let form =
        "--BB\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n"
        + "--BB\r\nContent-Disposition: form-data; name=\"include[]\"\r\n\r\n\r\n"
        + "--BB\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.wav\"\r\n"
        + "Content-Type: audio/wav\r\n\r\nR\nI\r\nFF\r\n--BB--\r\n"

    @Test("A form is taken apart, however its bytes arrive", arguments: [1, 7, 1000])
    func parts(size: Int) throws {
        let server = try server()
        let client = RawClient(port: server.port)
        client.send(
            "POST /form HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                + "Content-Type: multipart/form-data; boundary=BB\r\n\r\n")
        let bytes = Array(Self.form.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let chunk = bytes[start..<min(start + size, bytes.count)]
            client.send(Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + [13, 10])
        }
        client.send("0\r\n\r\n")
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.text == "a=one|include[]=|file(x.wav audio/wav)=R\nI\r\nFF")
    }

    static let bad: [(type: String, body: String, status: Int)] = [
        ("application/json", "{}", 415),
        ("multipart/form-data", form, 400),
        ("multipart/form-data; boundary=BB", String(form.dropLast(20)), 400),
        ("multipart/form-data; boundary=CC", form, 400),
        ("multipart/form-data; boundary=BB", form + String(repeating: " ", count: 1000), 413),
        ("multipart/form-data; boundary=\(String(repeating: "B", count: 20_000))", form, 400),
        ("multipart/form-data; boundary=", form, 400),
        ("multipart/form-data; boundary=BB", "", 400),
        ("multipart/form-data; boundary=BB", "--BB--\r\n", 400),
        ("multipart/form-data; boundary=BB", part("form-data", "x") + "--BB--\r\n", 400),
        ("multipart/form-data; boundary=BB", part(name("a\u{1}b"), "x") + "--BB--\r\n", 400),
        (
            "multipart/form-data; boundary=BB",
            part(name("a\"; filename=\"x\u{7f}.wav"), "x") + "--BB--\r\n", 400
        ),
        ("multipart/form-data; boundary=BB", part(name("a"), "x") + "--BC--\r\n", 400),
    ]

    private static func part(_ disposition: String, _ body: String) -> String {
        "--BB\r\nContent-Disposition: \(disposition)\r\n\r\n\(body)\r\n"
    }

    private static func name(_ name: String) -> String { "form-data; name=\"\(name)\"" }

    /// As many parts as there may be, and one more.
    @Test("A form has no more parts than any of ours", arguments: [(100, 200), (101, 413)])
    func parts(count: Int, status: Int) throws {
        let server = try server(atMost: 1 << 20)
        let form = String(repeating: Self.part(Self.name("a"), "x"), count: count) + "--BB--\r\n"
        let answer = try RawClient(port: server.port).ask(
            "POST", "/form", headers: ["Content-Type": "multipart/form-data; boundary=BB"],
            body: Array(form.utf8))
        #expect(answer.status == status)
    }

    @Test("Ten thousand parts end with the first hundred; a part's own length counts for nothing")
    func lies() throws {
        let server = try server(atMost: 1 << 20)
        let type = ["Content-Type": "multipart/form-data; boundary=BB"]
        let many =
            String(repeating: Self.part(Self.name("a"), "x"), count: 10_000) + "--BB--\r\n"
        #expect(
            try RawClient(port: server.port).ask(
                "POST", "/form", headers: type, body: Array(many.utf8)
            ).status == 413)
        for length in ["0", "7", "99999999999999999999", "-1", "x"] {
            let form =
                Self.part("\(Self.name("a"))\r\nContent-Length: \(length)", "one") + "--BB--\r\n"
            let answer = try RawClient(port: server.port).ask(
                "POST", "/form", headers: type, body: Array(form.utf8))
            #expect(answer.text == "a=one")
        }
    }

    @Test("What stands in a file's name stays in it")
    func injection() throws {
        let server = try server()
        let form =
            Self.part(
                "\(Self.name("file")); filename=\"a.wav\r\nX-Evil: 1\r\nContent-Type: text/html",
                "one") + "--BB--\r\n"
        let answer = try RawClient(port: server.port).ask(
            "POST", "/form", headers: ["Content-Type": "multipart/form-data; boundary=BB"],
            body: Array(form.utf8))
        #expect(answer.headers["x-evil"] == nil)
        #expect(!answer.text.contains("X-Evil"))
    }

    @Test("What is no form, or too long, is refused", arguments: bad)
    func refusal(type: String, body: String, status: Int) throws {
        let server = try server()
        let client = RawClient(port: server.port)
        let answer = try client.ask(
            "POST", "/form", headers: ["Content-Type": type], body: Array(body.utf8))
        #expect(answer.status == status)
    }
}
