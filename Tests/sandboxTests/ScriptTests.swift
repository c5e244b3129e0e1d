import Linux
import TestSupport
import Testing
import Voice

@testable import sandbox

struct ScriptTests {
    @Test("A script over the network changes what comes next, and is kept until changed again")
    func change() throws {
        let sandbox = try Sandbox()
        let client = RawClient(port: sandbox.server.port)
        func script(_ json: String) throws -> Int {
            try client.ask("POST", "/sandbox/script", body: Array(json.utf8)).status
        }
        #expect(try script(#"{"reply":"One.","faults":["chat=500:count=1"]}"#) == 200)
        #expect(try client.chat().status == 500)
        #expect(try client.chat().text.contains(#""content":"One.""#))
        #expect(try script(#"{"reply":null,"transcript":"what"}"#) == 200)
        #expect(try client.chat().text.contains("You said"))
        #expect(try client.transcriptions().text.contains(#""text":"what""#))

        let list = try client.ask("GET", "/sandbox/requests").text
        #expect(list.contains(#""path":"/v1/chat/completions""#))
        #expect(list.contains(#""fault":"500""#))
        #expect(try client.ask("DELETE", "/sandbox/requests").status == 200)
        #expect(try client.ask("GET", "/sandbox/requests").text == "[]")
    }

    @Test(
        "A script that cannot be followed is refused",
        arguments: [
            "", "[]", #"{"wat":1}"#, #"{"profile":"warp"}"#, #"{"profile":{"wat":1}}"#,
            #"{"profile":{"tokenMilliseconds":-1}}"#, #"{"faults":[7]}"#, #"{"faults":["wat"]}"#,
        ])
    func refused(json: String) throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).ask(
            "POST", "/sandbox/script", body: Array(json.utf8))
        #expect(answer.status == 400)
    }

    static let keys: [(key: String?, given: String?, status: Int)] = [
        (nil, "Bearer x", 200), (nil, nil, 401), (nil, "Basic x", 401), (nil, "Bearer ", 401),
        ("k1", "Bearer k1", 200), ("k1", "Bearer k2", 401), ("", nil, 200),
    ]

    @Test("A key must be given as the script says", arguments: keys)
    func bearer(key: String?, given: String?, status: Int) throws {
        var script = Script()
        script.key = key
        let sandbox = try Sandbox(script)
        var headers: [String: String] = [:]
        headers["Authorization"] = given
        let answer = try RawClient(port: sandbox.server.port).ask(
            "GET", "/v1/models", headers: headers)
        #expect(answer.status == status)
        if status == 401 { #expect(answer.text.contains(#""type":"invalid_request_error""#)) }
    }

    @Test("Models come with the day of their end")
    func models() throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).good(.models)
        #expect(answer.text.contains(#"{"id":"tts-1","object":"model","created":1700000000,"#))
        #expect(answer.text.contains(#""shutdown_date":"2027-01-06""#))
        #expect(answer.text.contains(#""shutdown_date":null"#))
    }

    @Test("A connection can be warmed up, and is used again")
    func head() throws {
        let sandbox = try Sandbox()
        let client = RawClient(port: sandbox.server.port)
        for endpoint in Endpoint.openAI {
            #expect(try client.ask("HEAD", endpoint.path).status == 200)
            #expect(try client.good(endpoint).status == 200)
        }
        #expect(sandbox.requests.allSatisfy { $0.connection == 1 })
        #expect(sandbox.requests.count == 8)
    }

    @Test("The n-th token is due at a moment that does not depend on those before it")
    func deadlines() throws {
        let start = Moment(nanoseconds: 0)
        let request = try ChatRequest(Array((Good.chat.dropLast() + #","stream":true}"#).utf8))
        let reply = ChatReply(request: request, number: 1, profile: .typical, start: start)
        let moments = reply.saying("one two three").pieces.map {
            ($0.moment - start).inMilliseconds
        }
        #expect(moments == [400, 400, 415, 430, 430, 430])
        let speech = SpeechReply(request: try SpeechRequest(Array(Good.speech.utf8)), moment: start)
        #expect(speech.spoken(as: "pcm").pieces.allSatisfy { $0.moment == start })
    }

    @Test("An answer is never early")
    func notEarly() throws {
        var script = Script()
        script.profile = Profile(
            connection: .milliseconds(20), transcription: .milliseconds(30),
            firstToken: .milliseconds(30), token: .milliseconds(5), speech: .milliseconds(30),
            uplink: 8_000_000)
        let sandbox = try Sandbox(script)
        for endpoint in [Endpoint.transcriptions, .chat, .speech] {
            let start = Moment.now
            let client = RawClient(port: sandbox.server.port)
            _ = try client.good(endpoint)
            let record = try #require(sandbox.requests.last)
            let first = Moment(nanoseconds: try #require(record.firstAnswerNanoseconds))
            let last = Moment(nanoseconds: try #require(record.lastBodyByteNanoseconds))
            #expect(first - last >= .milliseconds(30))
            // A byte a microsecond, after the connection.
            let upload = Duration.microseconds(record.bodyBytes)
            #expect(last - start >= .milliseconds(20) + upload)
        }
    }

    @Test("The command line makes a script")
    func options() throws {
        let options = try Options(
            [
                "--profile", "slow", "--fault", "chat=reset:every=3,500:probability=0.1",
                "--reply", "R", "--key", "", "--tool-call", #"f:{"a":1}"#, "--tool-trigger", "x",
            ], flags: [],
            valued: ["profile", "fault", "reply", "key", "tool-call", "tool-trigger"])
        let script = try SandboxCommand.script(options)
        #expect(script.profile == .slow)
        #expect(script.faults.map(\.fault) == [.reset, .serverError])
        #expect(script.faults.first?.every == 3)
        #expect(script.reply == "R")
        #expect(script.key == "")
        #expect(script.toolCall == .init(#"f:{"a":1}"#, trigger: "x"))
    }
}
