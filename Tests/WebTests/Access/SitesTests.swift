import Linux
import TestSupport
import Testing
import Voice

@testable import Web

/// Pages of other sites, and names that are none of the device's.
@Suite(.timeLimit(.minutes(2)))
struct SitesTests {
    private let device: AccessFixture

    init() throws { device = try AccessFixture() }

    /// A request with exactly these headers.
    private func raw(
        _ method: String, _ path: String, _ headers: [(String, String)], body: String = "",
        of device: AccessFixture? = nil
    ) async throws -> RawClient.Answer {
        let port = (device ?? self.device).server.port
        return try await onThread("client") {
            Result {
                let client = RawClient(port: port)
                var head = "\(method) \(path) HTTP/1.1\r\n"
                for (name, value) in headers { head += "\(name): \(value)\r\n" }
                client.send("\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                return try client.answer(hasBody: method != "HEAD")
            }
        }.get()
    }

    private var own: String { "http://localhost:\(device.server.port)" }

    @Test(
        "Whatever is asked under another name is not answered",
        arguments: ["evil.example", "evil.example:8080", "192.168.99.99", "", "localhost.evil"])
    func rebinding(host: String) async throws {
        for (method, path) in [
            ("GET", "/health"), ("GET", "/admin"), ("POST", "/api/login"), ("GET", "/nothing"),
            ("OPTIONS", "/admin"), ("POST", "/api/claim"),
        ] {
            let answer = try await raw(
                method, path,
                [
                    ("Host", host), ("x-api-key", AccessFixture.environmentKey),
                    ("Content-Type", "application/json"),
                ], body: "{}")
            #expect(answer.status == 421, "\(method) \(path)")
            #expect(!answer.text.contains("pressel"))
        }
        #expect(device.witness.asked.isEmpty)
    }

    @Test("The names and addresses of the device are answered")
    func ownNames() async throws {
        let port = device.server.port
        for host in ["localhost", "pressel.local", "PRESSEL:\(port)", "127.0.0.1:\(port)", "[::1]"]
        {
            #expect(try await raw("GET", "/health", [("Host", host)]).status == 200)
        }
    }

    @Test("A page of another site may do nothing, whatever it brings along")
    func foreign() async throws {
        let cookie = try await device.claim()["Cookie"]!
        for origin in ["http://evil.example", "null", "http://localhost.evil.example", "x", ""] {
            let headers = [
                ("Host", "localhost"), ("Origin", origin), ("Cookie", cookie),
                ("x-api-key", AccessFixture.environmentKey), ("Content-Type", "application/json"),
            ]
            for (method, path, body) in [
                ("GET", "/admin", ""), ("POST", "/talk", "x"), ("POST", "/api/keys", "{}"),
                ("POST", "/api/login", #"{"password":"\#(AccessFixture.password)"}"#),
                ("POST", "/api/claim", "{}"), ("GET", "/health", ""), ("GET", "/nothing", ""),
            ] {
                let answer = try await raw(method, path, headers, body: body)
                #expect(answer.status == 403, "\(origin): \(method) \(path)")
                #expect(answer.headers["access-control-allow-origin"] == nil)
            }
            let preflight = try await raw(
                "OPTIONS", "/talk", headers + [("Access-Control-Request-Method", "POST")])
            #expect(preflight.status == 403)
        }
    }

    @Test("A form that another site has posted is refused, also where its origin is hidden")
    func form() async throws {
        let cookie = try await device.claim()["Cookie"]!
        for proof in [("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
            for type in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"] {
                let answer = try await raw(
                    "POST", "/talk",
                    [("Host", "localhost"), ("Cookie", cookie), proof, ("Content-Type", type)],
                    body: "a=b")
                #expect(answer.status == 403 && answer.errorCode == "foreign_origin")
            }
        }
        // A link from elsewhere leads to the page.
        let link = [("Host", "localhost"), ("Sec-Fetch-Site", "cross-site")]
        #expect(try await raw("GET", "/health", link).status == 200)
    }

    @Test("The device's own page uses its cookie")
    func ownPage() async throws {
        let cookie = try await device.claim()["Cookie"]!
        let answer = try await raw(
            "POST", "/talk",
            [
                ("Host", "localhost:\(device.server.port)"), ("Origin", own), ("Cookie", cookie),
                ("Sec-Fetch-Site", "same-origin"),
            ], body: "x")
        #expect(answer.status == 200 && answer.headers["vary"] == "Origin")
    }

    @Test("A WebSocket that another site's page opens does not open")
    func webSocket() async throws {
        let cookie = try await device.claim()
        for origin in ["http://evil.example", "null"] {
            var headers = cookie
            headers["Origin"] = origin
            do {
                _ = try await openSocket(port: device.server.port, "/ws", headers: headers)
                Issue.record("it has opened")
            } catch let refused as RawClient.Refused {
                #expect(refused.answer.status == 403)
            }
        }
        let socket = try await openSocket(port: device.server.port, "/ws", headers: cookie)
        #expect(try await socket.next() == .text("page"))
        // Nobody has named this page, so it may bring a ticket, but no cookie.
        var guest = cookie
        guest["Origin"] = "http://localhost:3000"
        do {
            _ = try await openSocket(port: device.server.port, "/ws", headers: guest)
            Issue.record("it has opened")
        } catch let refused as RawClient.Refused {
            #expect(refused.answer.status == 401)
        }
        let answer = try await device.ask("POST", "/api/tickets", device.admin)
        let ticket = answer.texts["ticket"] ?? ""
        let talking = try await openSocket(
            port: device.server.port, "/ws?ticket=\(ticket)",
            headers: ["Origin": "http://localhost:3000"])
        #expect(try await talking.next() == .text("key-environment"))
    }

    @Test("A page on this machine may use a key, but no cookie")
    func localhost() async throws {
        let cookie = try await device.claim()["Cookie"]!
        let origin = ("Origin", "http://localhost:3000")
        let withKey = try await raw(
            "POST", "/talk",
            [("Host", "localhost"), origin, ("x-api-key", AccessFixture.environmentKey)], body: "x")
        #expect(withKey.status == 200)
        #expect(withKey.headers["access-control-allow-origin"] == "http://localhost:3000")
        #expect(withKey.headers["access-control-allow-credentials"] == nil)
        let withCookie = try await raw(
            "POST", "/talk", [("Host", "localhost"), origin, ("Cookie", cookie)], body: "x")
        #expect(withCookie.status == 401)
        #expect(withCookie.headers["access-control-allow-origin"] == "http://localhost:3000")
        let logIn = try await raw(
            "POST", "/api/login",
            [("Host", "localhost"), origin, ("Content-Type", "application/json")],
            body: #"{"password":"\#(AccessFixture.password)"}"#)
        #expect(logIn.status == 403 && logIn.headers["set-cookie"] == nil)
    }

    static let preflights: [(origins: [String], origin: String, status: Int, allowed: String?)] = [
        ([], "http://shop.example", 403, nil),
        (["http://shop.example"], "http://shop.example", 204, "http://shop.example"),
        (["http://shop.example"], "http://other.example", 403, nil),
        (["*"], "http://other.example", 204, "*"), (["*"], "null", 204, "*"),
        ([], "http://localhost:3000", 204, "http://localhost:3000"),
    ]

    @Test("Browsers that ask first are told what the owner allows", arguments: preflights)
    func preflight(origins: [String], origin: String, status: Int, allowed: String?) async throws {
        let device = try AccessFixture(origins: origins)
        let answer = try await raw(
            "OPTIONS", "/talk",
            [
                ("Host", "localhost"), ("Origin", origin),
                ("Access-Control-Request-Method", "POST"),
                ("Access-Control-Request-Headers", "x-api-key, content-type"),
            ], of: device)
        #expect(answer.status == status)
        #expect(answer.headers["access-control-allow-origin"] == allowed)
        guard status == 204 else { return }
        #expect(answer.headers["access-control-allow-headers"]?.contains("X-API-Key") == true)
        #expect(answer.headers["access-control-allow-methods"]?.contains("POST") == true)
        let isListed = origins.contains(origin)
        #expect(
            answer.headers["access-control-allow-credentials"] == (isListed ? "true" : nil))
        // What then is refused can be read as well.
        let refused = try await raw(
            "POST", "/talk", [("Host", "localhost"), ("Origin", origin)], of: device)
        #expect(refused.status == 401)
        #expect(refused.headers["access-control-allow-origin"] == allowed)
    }

    @Test("A page that the owner has named may log in")
    func listed() async throws {
        let device = try AccessFixture(origins: ["http://app.example"])
        _ = try await device.claim()
        let headers = [
            ("Host", "localhost"), ("Origin", "http://app.example"),
            ("Sec-Fetch-Site", "same-site"), ("Content-Type", "application/json"),
        ]
        let logIn = try await raw(
            "POST", "/api/login", headers,
            body: #"{"password":"\#(AccessFixture.password)"}"#, of: device)
        #expect(logIn.status == 200)
        let cookie = ("Cookie", logIn.sessionCookie["Cookie"]!)
        #expect(try await raw("POST", "/talk", headers + [cookie], of: device).status == 200)
    }

    @Test("Every answer tells browsers what they may not do with it")
    func securityHeaders() async throws {
        for (method, path, status) in [
            ("GET", "/health", 200), ("GET", "/talk", 401), ("GET", "/nothing", 404),
            ("DELETE", "/talk", 405), ("GET", "/breaks", 500), ("HEAD", "/health", 200),
            ("GET", "/a/../b", 400),
        ] {
            let answer = try await device.ask(method, path)
            #expect(answer.status == status)
            let policy = try #require(answer.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-"))
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["referrer-policy"] == "no-referrer")
            #expect(answer.headers["cache-control"] == "no-store")
        }
        let wrong = try await raw("GET", "/health", [("Host", "evil.example")])
        #expect(wrong.headers["x-content-type-options"] == "nosniff")
    }
}
