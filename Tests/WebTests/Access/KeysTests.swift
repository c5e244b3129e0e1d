import TestSupport
import Testing
import Voice

@testable import Web

@Suite(.timeLimit(.minutes(2)))
struct KeysTests {
    private let device: AccessFixture

    init() throws { device = try AccessFixture() }

    @Test("A new device lets nobody do anything", arguments: ["talk", "read", "admin"])
    func fresh(path: String) async throws {
        for method in ["GET", "POST", "HEAD"] {
            #expect(try await device.ask(method, "/\(path)").status == 401)
        }
        let answer = try await device.ask("GET", "/\(path)")
        #expect(answer.errorCode == "unauthorized")
        #expect(answer.headers["www-authenticate"] == "Bearer realm=\"pressel\"")
        #expect(try await device.ask("GET", "/health").text == "ok")
    }

    @Test("Everything but log-in and claim takes a proof")
    func closed() async throws {
        let closed = [
            ("GET", "/api/sessions"), ("DELETE", "/api/sessions"), ("DELETE", "/api/sessions/1"),
            ("GET", "/api/keys"), ("POST", "/api/keys"), ("DELETE", "/api/keys/1"),
            ("POST", "/api/tickets"), ("POST", "/api/logout"),
        ]
        for (method, path) in closed {
            #expect(try await device.ask(method, path).status == 401)
        }
    }

    static let scopes: [(scope: String, path: String, status: Int)] = [
        ("talk", "/talk", 200), ("talk", "/read", 403), ("talk", "/admin", 403),
        ("read", "/talk", 200), ("read", "/read", 200), ("read", "/admin", 403),
        ("admin", "/talk", 200), ("admin", "/read", 200), ("admin", "/admin", 200),
        ("talk", "/api/keys", 403), ("read", "/api/sessions", 403), ("talk", "/health", 200),
    ]

    @Test("A key may do what its scope says", arguments: scopes)
    func scope(scope: String, path: String, status: Int) async throws {
        let key = try await device.key(#""name":"kitchen","scope":"\#(scope)""#)
        let answer = try await device.ask("GET", path, key)
        #expect(answer.status == status)
        if status == 403 { #expect(answer.text.contains("\\\"kitchen\\\" may \(scope)")) }
    }

    @Test("A key may come as other programs send theirs")
    func bearer() async throws {
        let key = try await device.key(#""name":"prometheus","scope":"read""#)["x-api-key"]!
        for (header, status) in [
            ("Bearer \(key)", 200), ("bearer  \(key)", 200), ("Basic \(key)", 401),
            ("Bearer", 401), ("Bearer x", 401), ("Bearer \(key) x", 401),
        ] {
            let answer = try await device.ask("GET", "/read", ["Authorization": header])
            #expect(answer.status == status, "\(header)")
        }
    }

    @Test("A key is told once, and only its hash is kept")
    func toldOnce() async throws {
        let made = try await device.ask(
            "POST", "/api/keys", device.admin,
            #"{"name":" shop ","scope":"talk","perDay":5,"voice":"anna","systemPrompt":"Be brief."}"#
        )
        #expect(made.status == 201)
        let key = try #require(made.texts["key"])
        #expect(key.hasPrefix("pressel_") && key.utf8.count == 51)
        #expect(device.store.contents.keys.map(\.hash) == [Secret.hash(key)])
        #expect(device.store.contents.keys.map(\.name) == ["shop"])
        let list = try await device.ask("GET", "/api/keys", device.admin)
        #expect(
            list.text
                == #"{"keys":[{"id":1,"name":"shop","perDay":5,"scope":"talk","#
                + #""systemPrompt":"Be brief.","usedToday":0,"voice":"anna"}]}"#)
        for line in device.log.lines { #expect(!line.contains(key)) }
    }

    @Test("A key that is taken back opens nothing from then on")
    func removed() async throws {
        let key = try await device.key(#""name":"kitchen","scope":"talk""#)
        #expect(try await device.ask("GET", "/talk", key).status == 200)
        #expect(try await device.ask("DELETE", "/api/keys/1", device.admin).status == 204)
        #expect(try await device.ask("GET", "/talk", key).status == 401)
        for path in ["/api/keys/1", "/api/keys/x", "/api/keys/99999999999999999999"] {
            #expect(try await device.ask("DELETE", path, device.admin).status == 404)
        }
    }

    static let wrong: [(body: String, status: Int, field: String?)] = [
        ("{}", 422, "name"), (#"{"name":"a"}"#, 422, "scope"), (#"{"scope":"talk"}"#, 422, "name"),
        (#"{"name":"a","scope":"root"}"#, 422, "scope"),
        (#"{"name":7,"scope":"talk"}"#, 422, "name"),
        (#"{"name":null,"scope":"talk"}"#, 422, "name"),
        (#"{"name":"","scope":"talk"}"#, 422, "name"),
        (#"{"name":"  ","scope":"talk"}"#, 422, "name"),
        (#"{"name":"a\nb","scope":"talk"}"#, 422, "name"),
        (#"{"name":"Page","scope":"talk"}"#, 422, "name"),
        (#"{"name":"proxy_api_key","scope":"talk"}"#, 422, "name"),
        (#"{"name":"a","scope":"talk","perMinute":0}"#, 422, "perMinute"),
        (#"{"name":"a","scope":"talk","perMinute":1.5}"#, 422, "perMinute"),
        (#"{"name":"a","scope":"talk","perMinute":"7"}"#, 422, "perMinute"),
        (#"{"name":"a","scope":"talk","perDay":1e300}"#, 422, "perDay"),
        (#"{"name":"a","scope":"talk","perDay":true}"#, 422, "perDay"),
        (#"{"name":"a","scope":"talk","voice":[]}"#, 422, "voice"),
        (#"{"name":"a","scope":"talk","hash":"x"}"#, 422, "hash"),
        (#"{"name":"\#(String(repeating: "a", count: 101))","scope":"talk"}"#, 422, "name"),
        ("[]", 422, nil), ("7", 422, nil), ("{", 400, nil), ("", 400, nil),
        (#"{"name":"taken","scope":"talk"}"#, 409, nil),
    ]

    @Test("What cannot be a key is refused, and told why", arguments: wrong)
    func refused(body: String, status: Int, field: String?) async throws {
        _ = try await device.key(#""name":"taken","scope":"talk""#)
        let answer = try await device.ask("POST", "/api/keys", device.admin, body)
        #expect(answer.status == status, "\(answer.text)")
        if let field { #expect(answer.text.contains(#""field":"\#(field)""#), "\(answer.text)") }
        #expect(device.store.contents.keys.count == 1)
        var headers = device.admin
        headers["Content-Type"] = "text/plain"
        #expect(try await device.ask("POST", "/api/keys", headers, body).status == 415)
    }

    @Test("Beyond its rate a key has to wait, and is told how long")
    func rate() async throws {
        let key = try await device.key(#""name":"kitchen","scope":"talk","perMinute":2"#)
        for _ in 1...2 { #expect(try await device.ask("GET", "/talk", key).status == 200) }
        let answer = try await device.ask("GET", "/talk", key)
        #expect(answer.status == 429 && answer.headers["retry-after"] == "30")
        #expect(answer.text.contains("2 requests a minute"))
        let other = try await device.key(#""name":"hall","scope":"talk","perMinute":2"#)
        #expect(try await device.ask("GET", "/talk", other).status == 200)
        device.pass(30)
        #expect(try await device.ask("GET", "/talk", key).status == 200)
    }

    @Test("Beyond its quota a key waits for the next day, also after a restart")
    func quota() async throws {
        let key = try await device.key(#""name":"kitchen","scope":"talk","perDay":2"#)
        for _ in 1...2 { #expect(try await device.ask("GET", "/talk", key).status == 200) }
        // 12:00 UTC.
        let answer = try await device.ask("GET", "/talk", key)
        #expect(answer.status == 429 && answer.headers["retry-after"] == "43200")
        let list = try await device.ask("GET", "/api/keys", device.admin)
        #expect(list.text.contains(#""usedToday":2"#))
        await device.access.end()
        let later = try AccessFixture(restarting: device)
        #expect(try await later.ask("GET", "/talk", key).status == 429)
        later.pass(43_200)
        #expect(try await later.ask("GET", "/talk", key).status == 200)
    }

    @Test("Counts are written down every minute, not at each request")
    func counts() async throws {
        let key = try await device.key(#""name":"kitchen","scope":"talk""#)
        for _ in 1...3 { #expect(try await device.ask("GET", "/talk", key).status == 200) }
        #expect(device.store.contents.uses.isEmpty)
        device.pass(61)
        #expect(try await device.ask("GET", "/talk", key).status == 200)
        await device.until { self.device.store.contents.uses.first?.count == 4 }
        #expect(device.store.contents.uses.map(\.count) == [4])
    }

    @Test("Who shows many wrong keys is not listened to for a while, and guesses nothing by then")
    func guessing() async throws {
        var statuses: [Int: Int] = [:]
        for number in 0..<200 {
            let answer = try await device.ask("GET", "/talk", ["x-api-key": "guess-\(number)"])
            statuses[answer.status, default: 0] += 1
        }
        #expect(statuses == [401: 60, 429: 140])
        #expect(try await device.ask("GET", "/talk", device.admin).status == 429)
        #expect(try await device.ask("GET", "/health").status == 200)
        device.pass(1)
        #expect(try await device.ask("GET", "/talk", device.admin).status == 200)
    }

    @Test("The environment's key works though the memory does not; of others nobody can tell")
    func broken() async throws {
        let key = try await device.key(#""name":"kitchen","scope":"talk""#)
        device.store.change { $0.cannotRead = true }
        let later = try AccessFixture(restarting: device)
        #expect(try await later.ask("GET", "/admin", later.admin).status == 200)
        let answer = try await later.ask("GET", "/talk", key)
        #expect(answer.status == 503 && answer.errorCode == "memory_unreadable")
        // Least of all is it taken for a device without an owner.
        for (path, body) in [("/api/claim", "{}"), ("/api/login", #"{"password":"x"}"#)] {
            #expect(try await later.ask("POST", path, [:], body).status == 503)
        }
        // What was known stays known.
        #expect(try await device.ask("GET", "/talk", key).status == 200)
        device.store.change { $0.cannotRead = false }
        later.pass(3)
        #expect(try await later.ask("GET", "/talk", key).status == 200)
    }

    @Test("A key that cannot be kept is not made")
    func unwritable() async throws {
        device.store.change { $0.cannotWrite = true }
        let answer = try await device.ask(
            "POST", "/api/keys", device.admin, #"{"name":"a","scope":"talk"}"#)
        #expect(answer.status == 503 && answer.errorCode == "memory_unwritable")
        let list = try await device.ask("GET", "/api/keys", device.admin)
        #expect(list.text == #"{"keys":[]}"#)
    }

    @Test("A ticket opens one WebSocket, for whoever asked for it")
    func tickets() async throws {
        let key = try await device.key(#""name":"shop","scope":"talk""#)
        let made = try await device.ask("POST", "/api/tickets", key)
        #expect(made.status == 201 && made.text.contains(#""expiresInSeconds":60"#))
        let ticket = try #require(made.texts["ticket"])
        let path = "/ws?ticket=\(ticket)"
        let socket = try await openSocket(port: device.server.port, path)
        #expect(try await socket.next() == .text("key-1"))
        // Replayed.
        await #expect(throws: RawClient.Refused.self) {
            _ = try await openSocket(port: device.server.port, path)
        }
    }

    @Test("A ticket is no key, lasts a minute, and goes with whoever asked for it")
    func badTickets() async throws {
        let key = try await device.key(#""name":"shop","scope":"talk""#)
        func ticket() async throws -> String {
            try #require(try await device.ask("POST", "/api/tickets", key).texts["ticket"])
        }
        let unused = try await ticket()
        for path in ["/talk", "/admin", "/ws"] {
            #expect(try await device.ask("GET", "\(path)?ticket=\(unused)").status == 401)
        }
        let old = try await ticket()
        device.pass(60)
        let orphan = try await ticket()
        #expect(try await device.ask("DELETE", "/api/keys/1", device.admin).status == 204)
        for ticket in [old, orphan, "", "forged"] {
            do {
                _ = try await openSocket(port: device.server.port, "/ws?ticket=\(ticket)")
                Issue.record("a ticket that is worth nothing has opened a WebSocket")
            } catch let refused as RawClient.Refused {
                #expect(refused.answer.status == 401)
            }
        }
    }

    @Test("A signed URL opens what it was signed for, to whoever has it, for an hour")
    func signed() async throws {
        await device.access.load()
        let url = device.access.signed(path: "/read", lasting: .seconds(3600))
        let answer = try await device.ask("GET", url, ["Origin": "https://shop.example"])
        #expect(answer.status == 200)
        #expect(answer.headers["access-control-allow-origin"] == "*")
        #expect(answer.headers["cross-origin-resource-policy"] == "cross-origin")
        #expect(try await device.ask("HEAD", url).status == 200)
        // It is for looking, for this path, and for reading.
        #expect(try await device.ask("POST", url).status == 401)
        let query = url.drop { $0 != "?" }
        #expect(try await device.ask("GET", "/talk\(query)").status == 403)
        #expect(try await device.ask("GET", "\(url)&more=1").status == 403)
        let admin = device.access.signed(path: "/admin", lasting: .seconds(3600))
        #expect(try await device.ask("GET", admin).status == 403)
        // Also after a restart.
        let later = try AccessFixture(restarting: device)
        #expect(try await later.ask("GET", url).status == 200)
        later.pass(3600)
        let late = try await later.ask("GET", url)
        #expect(late.status == 403 && late.errorCode == "url_expired")
    }
}
