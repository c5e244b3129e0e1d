import FoundationEssentials
import TestSupport
import Testing
import Voice
import Web

/// What the API says of itself.
struct DocsAPITests {
    private func api() -> API {
        var api = API()
        api.add("GET", "/health", "Whether it is there.", scope: nil) { _, _ in Response() }
        api.add(
            "DELETE", "/api/turns/{id}", "Forgets a turn.", scope: .admin,
            describe: { operation in
                operation.parameters = [
                    .init("id", in: .path, "Its number.", schema: ["type": "integer"]),
                    .init("sure", in: .query, "Whether.", schema: ["type": "boolean"]),
                ]
                operation.answers[204] = ("It is forgotten.", nil)
            }, answer: { _, _ in Response(204) })
        api.add(
            "POST", "/api/say", "Says something.", scope: .talk,
            describe: { operation in
                operation.body = Operation.Content("application/json", schema: ["type": "object"])
                operation.answers[200] = (
                    "The sound.", Operation.Content("audio/mpeg", "audio/wav", schema: [:])
                )
                operation.answers[502] = ("Nobody answered.", nil)
            }, answer: { _, _ in Response() })
        DocsAPI(version: "1.2", url: "https://pressel.example", cookie: "who").add(to: &api)
        return api
    }

    private func ask(_ path: String, key: String? = nil) throws -> RawClient.Answer {
        let router = api().router(behind: KeyGate("secret"))
        let server = try Server(address: "127.0.0.1", port: 0) { try router.handle($0) }
        return try RawClient(port: server.port).ask(
            "GET", path, headers: key.map { ["x-api-key": $0] } ?? [:])
    }

    private func document() throws -> JSONValue {
        let answer = try ask("/openapi.json", key: "secret")
        #expect(answer.headers["content-type"] == "application/json")
        return try JSONDecoder().decode(JSONValue.self, from: Data(answer.body))
    }

    @Test("The description is for whoever has a key, and tells all that there is")
    func description() throws {
        #expect(try ask("/openapi.json").status == 401)
        let document = try document()
        #expect(document["openapi"] == "3.1.0")
        #expect(document["info", "version"] == "1.2")
        #expect(document["servers"] == [["url": "https://pressel.example"]])
        #expect(document["components", "securitySchemes", "session", "name"] == "who")
        for operation in api().operations {
            let described = document["paths", operation.path, operation.method.lowercased()]
            #expect(described["summary"] == .string(operation.summary))
        }
    }

    @Test("An operation says what it takes, who may, and what it answers")
    func operation() throws {
        let document = try document()
        let health = document["paths", "/health", "get"]
        #expect(health["security"] == [] && health["operationId"] == "getHealth")
        #expect(health["responses", "200", "description"] == "Done.")
        #expect(health["responses", "401"] == .null && health["requestBody"] == .null)

        let delete = document["paths", "/api/turns/{id}", "delete"]
        #expect(delete["security"] == [["key": ["admin"]], ["session": ["admin"]]])
        #expect(
            delete["parameters"] == [
                [
                    "name": "id", "in": "path", "required": true, "description": "Its number.",
                    "schema": ["type": "integer"],
                ],
                [
                    "name": "sure", "in": "query", "required": false, "description": "Whether.",
                    "schema": ["type": "boolean"],
                ],
            ])
        for status in ["204", "400", "401", "403", "404", "422", "429", "503"] {
            #expect(delete["responses", status] != .null)
        }
        #expect(delete["responses", "200"] == .null && delete["responses", "415"] == .null)

        let say = document["paths", "/api/say", "post"]
        #expect(say["requestBody", "content", "application/json", "schema"] == ["type": "object"])
        #expect(
            say["responses", "200", "content"] == [
                "audio/mpeg": ["schema": [:]], "audio/wav": ["schema": [:]],
            ])
        let error: JSONValue = ["schema": ["$ref": "#/components/schemas/Error"]]
        for status in ["502", "415", "429"] {
            #expect(say["responses", status, "content", "application/json"] == error)
        }
    }

    @Test(
        "The page comes in files of its own, with nothing written into it",
        arguments: [
            ("/docs", "text/html; charset=utf-8", "<!doctype html>"),
            ("/docs.css", "text/css; charset=utf-8", ":root"),
            ("/docs.js", "text/javascript; charset=utf-8", "// Shows"),
        ])
    func page(path: String, type: String, beginning: String) throws {
        #expect(try ask(path).status == 401)
        let answer = try ask(path, key: "secret")
        #expect(answer.status == 200 && answer.headers["content-type"] == type)
        #expect(answer.text.hasPrefix(beginning))
        #expect(!answer.text.contains("style=") && !answer.text.contains("innerHTML"))
        #expect(answer.text.firstMatch(of: /<script(?![^>]* src=)|\son[a-z]+="|https?:\/\//) == nil)
    }
}

extension JSONValue {
    /// What stands behind these keys; null if nothing does.
    fileprivate subscript(path: String...) -> JSONValue {
        path.reduce(self) { value, key in
            guard case .object(let keys) = value else { return .null }
            return keys[key] ?? .null
        }
    }
}
