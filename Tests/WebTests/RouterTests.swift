import TestSupport
import Testing
import Web

struct RouterTests {
    static let paths: [(path: String, found: String?)] = [
        ("/turns/a", "a"), ("/turns/a/", "a"), ("/turns/%C3%A4", "ä"), ("/turns/a%20b", "a b"),
        ("/turns/%CC%81a", "\u{301}a"), ("/turns/", nil), ("/turns/a/b", nil),
        // To Swift, a slash with an accent is one character, and no slash.
        ("/turns/a/%CC%81b", nil),
    ]

    @Test("A part of a path is all between two slashes, and no slash", arguments: paths)
    func part(path: String, found: String?) async throws {
        var router = Router()
        router.on("GET", "/turns/{id}") { request in
            let id = request.parameters["id"] ?? ""
            return try WholeBody(of: request, atMost: 0) { _ in Response(text: id) }
        }
        let finished = router
        let server = try Server(address: "127.0.0.1", port: 0) { try finished.handle($0) }
        let answer = try await ask(port: server.port, "GET", path)
        #expect(answer.status == (found == nil ? 404 : 200))
        if let found { #expect(answer.text.utf8.elementsEqual(found.utf8)) }
    }
}
