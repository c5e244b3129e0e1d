import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import pressel

/// How `pressel run` gets an owner, and loses one.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ClaimRunTests {
    private let state = TemporaryFolder()

    private func post(
        _ port: Int, _ path: String, _ body: String, _ headers: [String: String] = [:]
    ) async throws -> RawClient.Answer {
        var headers = headers
        headers["Content-Type"] = "application/json"
        return try await ask(
            port: port, "POST", path, headers: headers, body: Array(body.utf8))
    }

    private func cookie(_ answer: RawClient.Answer) -> [String: String] {
        ["Cookie": String((answer.headers["set-cookie"] ?? "").prefix { $0 != ";" })]
    }

    private func start() async throws -> (device: Device, port: Int) {
        let port = try freePort()
        let device = try Device(port: port, state: state.path)
        try await device.says("serving on")
        return (device, port)
    }

    @Test("With the code from its log it is claimed; the session outlives a restart, and no reset")
    func claimed() async throws {
        let password = "a quiet afternoon"
        var (device, port) = try await start()
        let asked = try await post(port, "/api/claim", "{}")
        #expect(asked.status == 202, "\(asked.text)")
        try await device.says("enter the code")
        let code = try #require(device.log.firstMatch(of: /enter the code (\d{4} \d{4}) there/)).1
        let claim = try #require(asked.text.firstMatch(of: /"claim":"([^"]+)"/)).1
        let done = try await post(
            port, "/api/claim",
            #"{"claim":"\#(claim)","code":"\#(code)","password":"\#(password)"}"#)
        #expect(done.status == 200, "\(done.text)")
        let cookie = cookie(done)
        let made = try await post(
            port, "/api/keys", #"{"name":"kitchen","scope":"read"}"#, cookie)
        let key = ["x-api-key": String(try #require(made.text.firstMatch(of: /pressel_[\w-]+/)).0)]
        #expect(try await ask(port: port, "GET", "/api/status", headers: key).status == 200)
        #expect(await device.end(by: SIGTERM).status == 0)
        #expect(!device.log.contains(password) && !device.log.contains(key["x-api-key"]!))

        (device, port) = try await start()
        #expect(try await ask(port: port, "GET", "/api/status", headers: cookie).status == 200)
        #expect(try await post(port, "/api/claim", "{}").status == 409)
        let wrong = try await post(port, "/api/login", #"{"password":"another one"}"#)
        #expect(wrong.status == 401)

        // While it runs.
        let reset = try await Command(["reset-password", "--state", state.path], errors: true)
        #expect(reset.status == 0 && reset.output.hasPrefix("The password"), "\(reset.output)")
        try await device.sleep(2100)
        #expect(try await ask(port: port, "GET", "/api/status", headers: cookie).status == 401)
        #expect(try await ask(port: port, "GET", "/api/status", headers: key).status == 200)
        #expect(try await post(port, "/api/claim", "{}").status == 202)
        let again = try await Command(["reset-password", "--state", state.path], errors: true)
        #expect(again.status == 0 && again.output.contains("had no password"))
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    @Test("Where there is nothing to reset, the command says so")
    func nothing() async throws {
        let command = try await Command(
            ["reset-password", "--state", state.path + "/none"], errors: true)
        #expect(command.status == 1)
        #expect(
            command.output.hasPrefix("pressel: cannot reset the page's password: there is no"))
        #expect(try await Command(["reset-password", "now"], errors: true).status == 2)
    }

    static let addresses: [(address: String, spoken: String)] = [
        ("192.168.1.7", "192 168 1 7"), ("fe80::12ab:3", "1 2 a b 3"), ("::1", "1"),
    ]

    @Test("An address is said number by number", arguments: addresses)
    func spoken(address: String, spoken: String) {
        #expect(ClaimAtDevice.spoken(address) == spoken)
    }
}
