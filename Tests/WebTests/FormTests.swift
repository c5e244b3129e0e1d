import TestSupport
import Testing
import Web

struct FormTests {
    private func server() throws -> Server {
        var router = Router()
        router.on("POST", "/form") { request in
            var parts: [String] = []
            return try FormReceiver(of: request, atMost: 1000) { piece in
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
    ]

    @Test("What is no form, or too long, is refused", arguments: bad)
    func refusal(type: String, body: String, status: Int) throws {
        let server = try server()
        let client = RawClient(port: server.port)
        let answer = try client.ask(
            "POST", "/form", headers: ["Content-Type": type], body: Array(body.utf8))
        #expect(answer.status == status)
    }
}
