import Codec
import TestSupport
import Testing
import Voice

@testable import sandbox

struct FaultTests {
    static let refusals: [(fault: Fault, status: Int, words: [String])] = [
        (.badRequest, 400, ["invalid_request_error"]), (.unauthorized, 401, ["invalid_api_key"]),
        (.forbidden, 403, ["unsupported_country_region_territory"]),
        (.notFound, 404, ["model_not_found"]), (.timeout, 408, []), (.conflict, 409, []),
        (.tooLarge, 413, ["26214400"]), (.unprocessable, 422, ["invalid_request_error"]),
        (.rateLimited, 429, ["rate_limit_error", "rate_limit_exceeded"]),
        (.quotaUsedUp, 429, ["insufficient_quota", "credit_balance_exhausted"]),
        (.serverError, 500, ["server_error"]), (.overloaded, 503, ["server_is_overloaded"]),
    ]

    @Test("Every refusal has OpenAI's body, at every endpoint", arguments: refusals)
    func refusal(fault: Fault, status: Int, words: [String]) throws {
        let sandbox = try Sandbox(fault: fault)
        let client = RawClient(port: sandbox.server.port)
        for endpoint in Endpoint.openAI {
            let answer = try client.good(endpoint)
            #expect(answer.status == status)
            #expect(answer.text.hasPrefix(#"{"error":{"message":""#))
            for word in words { #expect(answer.text.contains(word)) }
            #expect((answer.headers["retry-after"] != nil) == (fault == .rateLimited))
        }
    }

    @Test("A body that is cut short is seen to be", arguments: [Fault.truncation, .reset])
    func cut(fault: Fault) throws {
        let sandbox = try Sandbox(fault: fault)
        for endpoint in Endpoint.openAI {
            let client = RawClient(port: sandbox.server.port)
            #expect {
                try client.good(endpoint)
            } throws: { error in
                (error as? RawClient.Broken)?.wasReset == (fault == .reset)
            }
        }
        #expect(sandbox.requests.allSatisfy { !$0.isComplete && $0.fault == fault.rawValue })
    }

    @Test("What stalls ends when the client hangs up", arguments: [Fault.silence, .stall])
    func stalls(fault: Fault) throws {
        let sandbox = try Sandbox(fault: fault)
        var client: RawClient? = RawClient(port: sandbox.server.port)
        client!.send(
            "GET /v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer k\r\n\r\n")
        client = nil
        // Stopping returns only when the connection's thread has ended.
        sandbox.stop()
        #expect(sandbox.requests.count <= 1)
    }

    @Test("A byte at a time is the whole answer still")
    func trickle() throws {
        let sandbox = try Sandbox(fault: .trickle)
        let answer = try RawClient(port: sandbox.server.port).good(.chat)
        #expect(answer.text.hasSuffix("data: [DONE]\n\n"))
        #expect(answer.chunks.allSatisfy { $0.bytes.count == 1 })
    }

    @Test("Garbage comes under the right name")
    func garbage() throws {
        let sandbox = try Sandbox(fault: .garbage)
        let answer = try RawClient(port: sandbox.server.port).good(.chat)
        #expect(answer.headers["content-type"]?.hasPrefix("text/event-stream") == true)
        #expect(String(validating: answer.body, as: UTF8.self) == nil)
    }

    @Test("A redirect says where to")
    func redirect() throws {
        let sandbox = try Sandbox(fault: .redirect)
        let answer = try RawClient(port: sandbox.server.port).good(.speech)
        #expect(answer.status == 307)
        #expect(answer.headers["location"] == "/v1/audio/speech?moved=1")
    }

    @Test("Sound of another kind than was asked for", arguments: [Fault.wav, .mp3])
    func kind(fault: Fault) throws {
        let sandbox = try Sandbox(fault: fault)
        let answer = try RawClient(port: sandbox.server.port).good(.speech)
        #expect(answer.headers["content-type"] == "audio/pcm")
        #expect(answer.body.prefix(4).elementsEqual("RIFF".utf8) == (fault == .wav))
        #expect((answer.body[0] == 0xFF) == (fault == .mp3))
    }

    @Test("An odd byte at the end")
    func odd() throws {
        let sandbox = try Sandbox(fault: .oddByte)
        let answer = try RawClient(port: sandbox.server.port).good(.speech)
        #expect(answer.body.count == 2 * 240 * 24 + 1)
    }

    @Test("A megabyte without a full stop")
    func megabyte() throws {
        let sandbox = try Sandbox(fault: .megabyte)
        let answer = try RawClient(port: sandbox.server.port).good(.chat)
        #expect(answer.body.count > 1 << 20)
        let text = answer.text.matches(of: /"content":"([^"]*)"/).map { String($0.1) }.joined()
        #expect(text.utf8.count >= 1 << 20)
        #expect(!text.contains("."))
    }

    @Test(
        "A body without an end goes on until nobody reads it", arguments: [Endpoint.chat, .speech])
    func endless(endpoint: Endpoint) throws {
        let sandbox = try Sandbox(fault: .endless)
        var client: RawClient? = RawClient(port: sandbox.server.port)
        let type = "Content-Type: application/json\r\nAuthorization: Bearer k\r\n"
        let body =
            endpoint == .chat ? Good.chat.dropLast() + #","stream":true}"# : Good.speech[...]
        client!.send(
            "POST \(endpoint.path) HTTP/1.1\r\nHost: a\r\n\(type)"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        while sandbox.requests.first?.answerBytes ?? 0 < 1 << 20 {
            _ = try client!.read(atLeast: 1 << 16)
        }
        client = nil
        sandbox.stop()
        #expect(sandbox.requests.first?.isComplete == false)
    }

    @Test("A text that is no UTF-8", arguments: [Endpoint.chat, .transcriptions])
    func encoding(endpoint: Endpoint) throws {
        let sandbox = try Sandbox(fault: .invalidUTF8)
        let answer = try RawClient(port: sandbox.server.port).good(endpoint)
        #expect(answer.status == 200)
        #expect(String(validating: answer.body, as: UTF8.self) == nil)
    }

    @Test("An error in the stream comes after a good beginning, and is the end")
    func event() throws {
        let sandbox = try Sandbox(fault: .errorEvent)
        let answer = try RawClient(port: sandbox.server.port).good(.chat)
        #expect(answer.chunks.count == 4)
        #expect(answer.text.contains("data: {\"error\":{\"message\":"))
        #expect(!answer.text.contains("[DONE]"))
    }

    static let rules: [(rule: String, struck: [Bool])] = [
        ("reset", [true, true, true, true, true, true]),
        ("chat=reset:every=3", [false, false, true, false, false, true]),
        ("reset:count=2", [true, true, false, false, false, false]),
        ("speech=reset", [false, false, false, false, false, false]),
        ("reset:probability=0", [false, false, false, false, false, false]),
    ]

    @Test("Faults strike when their rule says so", arguments: rules)
    func strikes(rule: String, struck: [Bool]) throws {
        var dice = FaultDice([try FaultRule(rule)])
        let faults = struck.map { _ in dice.fault(at: .chat) }
        #expect(faults == struck.map { $0 ? .reset : nil })
    }

    @Test("The same seed strikes at the same requests")
    func seeds() throws {
        func strikes(_ seed: Int) throws -> [Bool] {
            var dice = FaultDice([try FaultRule("500:probability=0.3:seed=\(seed)")])
            return (0..<1000).map { _ in dice.fault(at: .chat) != nil }
        }
        #expect(try strikes(1) == strikes(1))
        #expect(try strikes(1) != strikes(2))
        let count = try strikes(3).count { $0 }
        #expect(250...350 ~= count)
    }

    @Test(
        "A rule that does not fit is refused",
        arguments: ["", "wat", "wat=reset", "reset:every=0", "reset:probability=2", "reset:x=1"])
    func misuse(rule: String) {
        #expect(throws: ScriptError.self) { _ = try FaultRule(rule) }
    }
}
