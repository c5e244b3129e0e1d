import TestSupport
import Testing
import Voice

@testable import Web

@Suite(.timeLimit(.minutes(5)))
struct LogInTests {
    private let device: AccessFixture

    init() throws { device = try AccessFixture() }

    // MARK: - Claim

    @Test("A browser asks, somebody agrees at the device, and a password is set")
    func claim() async throws {
        let status = try await device.ask("GET", "/api/claim")
        #expect(status.text == #"{"claimed":false,"how":"button","waiting":false}"#)
        let secure = try AccessFixture(tlsPort: 443)
        #expect(try await secure.ask("GET", "/api/claim").text.contains(#""tlsPort":443"#))
        let asked = try await device.ask("POST", "/api/claim", [:], "{}")
        #expect(asked.status == 202 && asked.texts["how"] == "button")
        #expect(asked.texts["state"] == "waiting")
        let claim = try #require(asked.texts["claim"])
        await device.until { self.device.witness.asked == ["127.0.0.1"] }
        let waiting = try await device.ask("GET", "/api/claim")
        #expect(waiting.text.contains(#""waiting":true"#))

        func go(_ fields: String) async throws -> RawClient.Answer {
            try await device.ask("POST", "/api/claim", [:], #"{"claim":"\#(claim)"\#(fields)}"#)
        }
        let password = #","password":"\#(AccessFixture.password)""#
        #expect(try await go("").text == #"{"how":"button","state":"waiting"}"#)
        let early = try await go(password)
        #expect(early.status == 409 && early.errorCode == "claim_waiting")
        device.witness.answer(true)
        await device.until { self.device.log.count("somebody agrees") == 1 }
        #expect(try await go("").text == #"{"state":"agreed"}"#)
        let short = try await go(#","password":"seven77""#)
        #expect(short.status == 422 && short.text.contains(#""field":"password""#))
        let done = try await go(password)
        #expect(done.status == 200 && done.texts["state"] == "claimed")
        #expect(try await device.ask("GET", "/admin", done.sessionCookie).status == 200)
        let hash = try #require(device.store.contents.password)
        #expect(hash.hasPrefix("$argon2id$"))

        // Once only.
        #expect(try await go(password).errorCode == "already_claimed")
        let again = try await device.ask("POST", "/api/claim", [:], "{}")
        #expect(again.status == 409 && again.errorCode == "already_claimed")
        let claimed = try await device.ask("GET", "/api/claim")
        #expect(claimed.text == #"{"claimed":true,"how":"button","waiting":false}"#)
        for line in device.log.lines {
            #expect(!line.contains(AccessFixture.password) && !line.contains(claim))
        }
    }

    @Test("Where nobody agrees, nobody gets in")
    func notAgreed() async throws {
        let asked = try await device.ask("POST", "/api/claim", [:], "{}")
        let claim = try #require(asked.texts["claim"])
        await device.until { self.device.witness.asked.count == 1 }
        device.witness.answer(false)
        await device.until { self.device.log.count("not held") == 1 }
        let body = #"{"claim":"\#(claim)","password":"\#(AccessFixture.password)"}"#
        let answer = try await device.ask("POST", "/api/claim", [:], body)
        #expect(answer.status == 409 && answer.errorCode == "claim_refused")
        for forged in ["", "x", Secret.make()] {
            let answer = try await device.ask("POST", "/api/claim", [:], #"{"claim":"\#(forged)"}"#)
            #expect(answer.status == 409 && answer.errorCode == "claim_expired")
        }
        #expect(device.store.contents.password == nil)
        #expect(try await device.logIn().errorCode == "not_claimed")
    }

    @Test("A request that nobody answers ends, and the device asks no longer")
    func unanswered() async throws {
        let asked = try await device.ask("POST", "/api/claim", [:], "{}")
        await device.until {
            self.device.witness.asked.count == 1 && self.device.clock.sleepers > 0
        }
        device.pass(120)
        await device.until { self.device.log.count("not held") == 1 }
        let claim = try #require(asked.texts["claim"])
        let answer = try await device.ask("POST", "/api/claim", [:], #"{"claim":"\#(claim)"}"#)
        #expect(answer.status == 409)
    }

    @Test("What was asked aloud is for who asked, not for whoever asks next from the same place")
    func again() async throws {
        let first = try await device.ask("POST", "/api/claim", [:], "{}")
        await device.until { self.device.witness.asked.count == 1 }
        let second = try await device.ask("POST", "/api/claim", [:], "{}")
        #expect(second.status == 409 && second.headers["retry-after"] != nil)
        device.witness.answer(true)
        await device.until { self.device.log.count("somebody agrees") == 1 }
        #expect(device.witness.asked.count == 1)
        let body = #"{"claim":"\#(first.texts["claim"] ?? "")"}"#
        #expect(
            try await device.ask("POST", "/api/claim", [:], body).texts["state"] == "agreed")
    }

    @Test("Who asks again and again has to wait")
    func nagging() async throws {
        for number in 1...3 {
            #expect(try await device.ask("POST", "/api/claim", [:], "{}").status == 202)
            await device.until { self.device.witness.asked.count == number }
            device.witness.answer(false)
            await device.until { self.device.log.count("not held") == number }
        }
        let answer = try await device.ask("POST", "/api/claim", [:], "{}")
        #expect(answer.status == 429 && answer.headers["retry-after"] == "30")
        #expect(device.witness.asked.count == 3)
    }

    @Test("Without a button a code from the log agrees")
    func code() async throws {
        device.witness.takeButtonAway()
        let asked = try await device.ask("POST", "/api/claim", [:], "{}")
        #expect(asked.texts["how"] == "code")
        let claim = try #require(asked.texts["claim"])
        let code = try #require(device.witness.codes.first)
        #expect(code.wholeMatch(of: /[0-9]{8}/) != nil)
        for line in device.log.lines { #expect(!line.contains(code)) }
        let wrong = code == "00000000" ? "00000001" : "00000000"
        let refused = try await device.ask(
            "POST", "/api/claim", [:], #"{"claim":"\#(claim)","code":"\#(wrong)"}"#)
        #expect(refused.status == 403 && refused.errorCode == "wrong_code")
        let typed = "\(code.prefix(4)) \(code.suffix(4))"
        let done = try await device.ask(
            "POST", "/api/claim", [:],
            #"{"claim":"\#(claim)","code":"\#(typed)","password":"\#(AccessFixture.password)"}"#)
        #expect(done.status == 200)
        #expect(try await device.ask("GET", "/admin", done.sessionCookie).status == 200)
    }

    @Test("Five wrong codes end it")
    func wrongCodes() async throws {
        device.witness.takeButtonAway()
        let asked = try await device.ask("POST", "/api/claim", [:], "{}")
        let claim = try #require(asked.texts["claim"])
        let right = try #require(device.witness.codes.first)
        var codes: [String?] = []
        for _ in 1...6 {
            let body = #"{"claim":"\#(claim)","code":"x"}"#
            codes.append(try await device.ask("POST", "/api/claim", [:], body).errorCode)
        }
        #expect(
            codes == Array(repeating: "wrong_code", count: 4) + ["claim_refused", "claim_refused"])
        let body = #"{"claim":"\#(claim)","code":"\#(right)"}"#
        #expect(try await device.ask("POST", "/api/claim", [:], body).status == 409)
    }

    static let wrongClaims: [(body: String, status: Int)] = [
        ("", 400), ("{", 400), ("[]", 422), (#"{"claim":7}"#, 422), (#"{"claim":null}"#, 422),
        (#"{"password":"a quiet afternoon"}"#, 422), (#"{"code":"1"}"#, 422), (#"{"a":1}"#, 422),
        (#"{"claim":"\#(String(repeating: "a", count: 300))"}"#, 422),
        (#"{"claim":"\#(String(repeating: "a", count: 9000))"}"#, 413),
    ]

    @Test("What is no claim is refused, and nobody is asked", arguments: wrongClaims)
    func wrongClaim(body: String, status: Int) async throws {
        #expect(try await device.ask("POST", "/api/claim", [:], body).status == status)
        let form = ["Content-Type": "application/x-www-form-urlencoded"]
        #expect(try await device.ask("POST", "/api/claim", form, "a=b").status == 415)
        #expect(device.witness.asked.isEmpty)
    }

    @Test("A claim that cannot be kept is none")
    func unwritable() async throws {
        let asked = try await device.ask("POST", "/api/claim", [:], "{}")
        await device.until { self.device.witness.asked.count == 1 }
        device.witness.answer(true)
        await device.until { self.device.log.count("somebody agrees") == 1 }
        device.store.change { $0.cannotWrite = true }
        let body =
            #"{"claim":"\#(asked.texts["claim"] ?? "")","password":"\#(AccessFixture.password)"}"#
        #expect(try await device.ask("POST", "/api/claim", [:], body).status == 503)
        let status = try await device.ask("GET", "/api/claim")
        #expect(status.text.contains(#""claimed":false"#))
        device.store.change { $0.cannotWrite = false }
        #expect(try await device.ask("POST", "/api/claim", [:], body).status == 200)
    }

    // MARK: - Log-in

    @Test("The cookie is for this device, over this connection, and for no script")
    func cookie() async throws {
        _ = try await device.claim()
        let answer = try await device.logIn()
        #expect(answer.status == 200 && answer.text == #"{"scope":"admin"}"#)
        let header = try #require(answer.headers["set-cookie"])
        let pattern =
            /pressel=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Strict/
        #expect(header.wholeMatch(of: pattern) != nil)
        let token = header.dropFirst("pressel=".count).prefix(43)
        #expect(device.store.contents.sessions.map(\.hash).contains(Secret.hash(String(token))))
        #expect(SessionCookie.header("x", isSecure: true).value.hasPrefix("__Host-pressel=x; "))
        #expect(SessionCookie.header("x", isSecure: true).value.hasSuffix("; Secure"))
    }

    @Test("A session outlives a restart, and a log-out ends it")
    func restart() async throws {
        let cookie = try await device.claim()
        let later = try AccessFixture(restarting: device)
        #expect(try await later.ask("GET", "/admin", cookie).status == 200)
        let out = try await later.ask("POST", "/api/logout", cookie)
        #expect(out.status == 204)
        #expect(out.headers["set-cookie"]?.hasPrefix("pressel=; Path=/; Max-Age=0;") == true)
        #expect(try await later.ask("GET", "/admin", cookie).status == 401)
        #expect(device.store.contents.sessions.isEmpty)
        // Replayed.
        let third = try AccessFixture(restarting: device)
        #expect(try await third.ask("GET", "/admin", cookie).status == 401)
    }

    @Test("Who logs out on a full disk is logged out, and stays so as soon as there is room")
    func logOutWithoutRoom() async throws {
        let cookie = try await device.claim()
        device.store.change { $0.cannotWrite = true }
        let out = try await device.ask("POST", "/api/logout", cookie)
        #expect(out.status == 204)
        #expect(out.headers["set-cookie"]?.hasPrefix("pressel=; Path=/; Max-Age=0;") == true)
        #expect(try await device.ask("GET", "/admin", cookie).status == 401)
        // What is read anew does not bring it back.
        device.store.change { $0.version += 1 }
        device.pass(10)
        #expect(try await device.ask("GET", "/admin", cookie).status == 401)
        #expect(device.store.contents.sessions.count == 1)
        device.store.change { $0.cannotWrite = false }
        await device.access.end()
        #expect(device.store.contents.sessions.isEmpty)
    }

    @Test("Among other cookies the right one is found, and a wrong one is none")
    func cookies() async throws {
        let cookie = try await device.claim()["Cookie"]!
        for (header, status) in [
            ("a=b; \(cookie)", 200), ("\(cookie);a=b", 200), ("pressel=old; \(cookie)", 200),
            ("x\(cookie)", 401), ("__Host-\(cookie)", 401), ("pressel=", 401), ("pressel", 401),
            (";;=;", 401), ("pressel=\(String(repeating: "a", count: 43))", 401),
            (String(cookie.dropLast()), 401), (cookie + "A", 401),
            (String(repeating: "pressel=x; ", count: 10) + cookie, 401),
        ] {
            let answer = try await device.ask("GET", "/admin", ["Cookie": header])
            #expect(answer.status == status, "\(header)")
        }
    }

    @Test("A session ends by its age, or for want of use")
    func expiry() async throws {
        let cookie = try await device.claim()
        device.pass(29 * 86_400)
        #expect(try await device.ask("GET", "/admin", cookie).status == 200)
        device.pass(29 * 86_400)
        #expect(try await device.ask("GET", "/admin", cookie).status == 200)
        device.pass(30 * 86_400 + 1)
        #expect(try await device.ask("GET", "/admin", cookie).status == 401)
        let other = try await device.logIn().sessionCookie
        for _ in 1...4 {
            device.pass(22 * 86_400)
            #expect(try await device.ask("GET", "/admin", other).status == 200)
        }
        device.pass(3 * 86_400)
        #expect(try await device.ask("GET", "/admin", other).status == 401)
    }

    @Test("A thousand wrong passwords: slowed from the sixth on, and none is looked at")
    func thousand() async throws {
        _ = try await device.claim()
        device.store.change { $0.sessions = [] }
        let later = try AccessFixture(restarting: device)
        var statuses: [Int: Int] = [:]
        for number in 1...1000 {
            let answer = try await later.logIn("wrong password \(number)")
            statuses[answer.status, default: 0] += 1
        }
        #expect(statuses == [401: 5, 429: 995])
        // The right one has to wait as well: else waiting would tell.
        let right = try await later.logIn()
        #expect(right.status == 429 && right.headers["retry-after"] == "1")
        later.pass(1)
        #expect(try await later.logIn("wrong").status == 401)
        #expect(try await later.logIn().headers["retry-after"] == "2")
        later.pass(2)
        #expect(try await later.logIn().status == 200)
        #expect(try await later.logIn("wrong").status == 401)
        #expect(later.log.count("a wrong password from 127.0.0.1") == 7)
        for line in later.log.lines { #expect(!line.contains("wrong password 1")) }
    }

    static let wrongBodies: [(body: String, status: Int)] = [
        ("", 400), ("{", 400), ("[]", 422), ("{}", 422), (#"{"password":7}"#, 422),
        (#"{"password":null}"#, 422), (#"{"password":"x","user":"y"}"#, 422),
        (#"{"password":"\#(String(repeating: "a", count: 257))"}"#, 422),
        (#"{"password":"\#(String(repeating: "a", count: 9000))"}"#, 413),
        (#"{"password":"a quiet afternoon","newPassword":"short"}"#, 422),
        (#"{"password":""}"#, 401), (#"{"password":"\u0000"}"#, 401),
    ]

    @Test("What is no log-in is refused", arguments: wrongBodies)
    func wrongBody(body: String, status: Int) async throws {
        _ = try await device.claim()
        let answer = try await device.ask("POST", "/api/login", [:], body)
        #expect(answer.status == status)
        #expect(answer.headers["set-cookie"] == nil)
    }

    @Test("A new password takes the old one, and logs out everybody else")
    func newPassword() async throws {
        let old = try await device.claim()
        let changed = try await device.ask(
            "POST", "/api/login", old,
            #"{"password":"\#(AccessFixture.password)","newPassword":"a louder evening"}"#)
        #expect(changed.status == 200)
        #expect(try await device.ask("GET", "/admin", old).status == 401)
        #expect(try await device.ask("GET", "/admin", changed.sessionCookie).status == 200)
        #expect(try await device.logIn().status == 401)
        #expect(try await device.logIn("a louder evening").status == 200)
    }

    @Test("The owner sees who is logged in, and shows them the door")
    func sessions() async throws {
        let first = try await device.claim()
        let second = try await device.logIn(
            AccessFixture.password, ["User-Agent": "Browsé\u{e9}er/1 <b>"]
        ).sessionCookie
        let third = try await device.logIn().sessionCookie
        let list = try await device.ask("GET", "/api/sessions", first)
        #expect(list.text.contains(#""agent":"Browser/1 <b>","current":false"#))
        #expect(list.text.occurrences(of: #""current":true"#) == 1)
        #expect(list.text.occurrences(of: #""address":"127.0.0.1""#) == 3)
        #expect(!list.text.contains("hash"))

        #expect(try await device.ask("DELETE", "/api/sessions/2", first).status == 204)
        #expect(try await device.ask("DELETE", "/api/sessions/2", first).status == 404)
        #expect(try await device.ask("DELETE", "/api/sessions/x", first).status == 404)
        #expect(try await device.ask("GET", "/admin", second).status == 401)
        #expect(try await device.ask("DELETE", "/api/sessions", first).status == 204)
        #expect(try await device.ask("GET", "/admin", third).status == 401)
        #expect(try await device.ask("GET", "/admin", first).status == 200)
    }

    @Test("There are at most twenty sessions, and a browser has one")
    func bounded() async throws {
        let first = try await device.claim()
        var cookie = try await device.logIn().sessionCookie
        for _ in 1...30 {
            device.pass(1)
            cookie = try await device.logIn(AccessFixture.password, cookie).sessionCookie
        }
        #expect(device.store.contents.sessions.count == 2)
        for _ in 1...30 {
            device.pass(1)
            #expect(try await device.logIn().status == 200)
        }
        #expect(device.store.contents.sessions.count == SessionTable.most)
        #expect(try await device.ask("GET", "/admin", first).status == 401)
    }

    @Test("On a full disk the owner still gets in, until the end of the program")
    func fullDisk() async throws {
        _ = try await device.claim()
        device.store.change { $0.cannotWrite = true }
        let answer = try await device.logIn()
        #expect(answer.status == 200)
        #expect(try await device.ask("GET", "/admin", answer.sessionCookie).status == 200)
        device.store.change { $0.version += 1 }
        device.pass(3)
        #expect(try await device.ask("GET", "/admin", answer.sessionCookie).status == 200)
    }

    @Test("Cleared at the device, the password and all sessions are gone within seconds")
    func cleared() async throws {
        let cookie = try await device.claim()
        let key = try await device.key(#""name":"kitchen","scope":"talk""#)
        device.store.change { contents in
            contents.version += 1
            contents.password = nil
            contents.sessions = []
        }
        device.pass(3)
        #expect(try await device.ask("GET", "/admin", cookie).status == 401)
        #expect(try await device.ask("GET", "/talk", key).status == 200)
        #expect(try await device.logIn().errorCode == "not_claimed")
        #expect(try await device.ask("POST", "/api/claim", [:], "{}").status == 202)
    }
}

extension String {
    /// How often `part` is in it.
    fileprivate func occurrences(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
