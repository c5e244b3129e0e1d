import Audio
import Codec
import FoundationEssentials
import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import sandbox

/// `pressel run` with providers elsewhere: a stand-in that is strict about what it is asked.
@Suite(.timeLimit(.minutes(5)))
struct CloudRunTests {
    private let sandbox: Sandbox
    private static let key = "key-of-the-cloud-test"

    init() throws {
        sandbox = try Sandbox(Self.script())
    }

    private static let reply = "One two three. Four five six. Seven eight nine."

    /// - Parameter faults: as on the sandbox's command line.
    private static func script(
        transcript: String = "What time is it?", _ faults: String...
    ) throws -> Script {
        var script = Script()
        script.key = key
        script.transcript = transcript
        script.reply = reply
        script.faults = try faults.map { try FaultRule($0) }
        return script
    }

    private static let chains = ["speechToText", "languageModel", "textToSpeech"].map {
        "\"\($0)\": [{\"provider\": \"openai\", \"timeoutSeconds\": 2}],"
    }.joined()

    /// Starts something that finds the keys in its environment.
    private func withKeys<Result>(_ start: () async throws -> Result) async rethrows -> Result {
        setenv("OPENAI_API_KEY", Self.key, 1)
        setenv("OPENAI_BASE_URL", sandbox.baseURL, 1)
        setenv("PROXY_API_KEY", "key-of-the-api", 1)
        defer {
            for name in ["OPENAI_API_KEY", "OPENAI_BASE_URL", "PROXY_API_KEY"] { unsetenv(name) }
        }
        return try await start()
    }

    /// - Parameter port: of its server.
    private func device(audio: String = "", port: Int = 0) async throws -> Device {
        try await withKeys { try Device(settings: Self.chains, port: port, audio: audio) }
    }

    private func question() async throws -> AudioChunk { try await spoken("What time is it?") }

    @Test("A question is heard, thought about and answered elsewhere, every clause in its order")
    func answered() async throws {
        let device = try await device(audio: #""sounds": false,"#)
        try await device.says("recording from")
        try await device.ask(try await question())
        try await device.says("turn 1: answered")
        let words = ToneCode.symbols(for: Self.reply)
        #expect(ToneCode.heard(in: try device.card.heard()).map(\.symbol) == words)
        let asked = sandbox.requests.filter { $0.method == "POST" }.map(\.path)
        #expect(asked.first == "/v1/audio/transcriptions")
        #expect(asked.count == 5)
        #expect(!device.log.contains(Self.key))
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    static let troubles: [(fault: String, sentence: String)] = [
        ("401", "has refused my key"), ("quota", "credit"), ("503", "not working"),
        ("silence", "not working"), ("garbage", "not working"),
    ]

    @Test("Where the model fails, the device says what is the matter", arguments: troubles)
    func trouble(trouble: (fault: String, sentence: String)) async throws {
        sandbox.follow(
            try Self.script(transcript: "Why is the sky blue?", "chat=\(trouble.fault)"))
        let device = try await device()
        try await device.says("recording from")
        try await device.ask(try await question())
        try await device.says("saying", times: 1)
        try await device.says("turn 1: ")
        #expect(device.log.contains(trouble.sentence))
        #expect(!device.log.contains(Self.key))
    }

    @Test("A reply that breaks off is said to have done so")
    func brokenOff() async throws {
        sandbox.follow(try Self.script("chat=truncation"))
        let device = try await device()
        try await device.says("recording from")
        try await device.ask(try await question())
        try await device.says("turn 1 failed")
        #expect(device.log.contains("the answer broke off"))
    }

    @Test("A press ends the requests that are going on")
    func bargeIn() async throws {
        sandbox.follow(try Self.script("speech=endless"))
        let device = try await device()
        try await device.says("recording from")
        try await device.ask(try await question())
        try await device.says("light speaking")
        try await device.tap()
        try await device.says("turn 1: stopped")
        // What never ends by itself has ended.
        try await eventually { sandbox.requests.allSatisfy { $0.endedNanoseconds != nil } }
        let speech = sandbox.requests.filter { $0.path == "/v1/audio/speech" }
        #expect(!speech.isEmpty && speech.allSatisfy { !$0.isComplete })
    }

    /// What the doctor says of those elsewhere.
    ///
    /// - Parameter secrets: as the page would have written them.
    private func examined(_ settings: String, secrets: String = "{}") async throws -> String {
        let card = try testCard(output: .microphone)
        let folder = TemporaryFolder()
        let whole = """
            {\(settings) "button": {"source": "none"},
             "audio": {"captureDevice": "\(card.device)", "playbackDevice": "\(card.device)"}}
            """
        let file = folder.file("owner.json", Array(whole.utf8))
        _ = folder.file("secrets.json", Array(secrets.utf8))
        return try await withKeys {
            try await Command(
                ["doctor", "--settings", file, "--state", folder.path], errors: true
            ).output
        }
    }

    @Test("The doctor asks those elsewhere, and knows when a model will be gone")
    func doctor() async throws {
        let well = try await examined(
            #""textToSpeech": [{"provider": "openai", "model": "gpt-4o-mini-tts"}],"#)
        #expect(well.contains("services    works speechToText: openai would serve, with model "))
        #expect(well.contains("gpt-4o-mini-tts will be shut down on 2027-01-06"))
        let keyless = try await examined(#""languageModel": [{"provider": "anthropic"}],"#)
        #expect(keyless.contains("anthropic was not asked: it wants a key, and none is set"))
        #expect(keyless.contains("set ANTHROPIC_API_KEY\n"))
        var script = try Self.script()
        script.key = "another key"
        sandbox.follow(script)
        let refused = try await examined(Self.chains)
        #expect(refused.contains("services    FAILS languageModel: openai does not take the key"))
        #expect(refused.contains("→ set OPENAI_API_KEY to a key that holds"))
        #expect(!refused.contains(Self.key))
    }

    @Test("The doctor asks every link of every vendor, and says of each whether it would serve")
    func everybody() async throws {
        let sandbox = try Sandbox(Self.script(), wyomingPort: 0)
        let root = "http://127.0.0.1:\(sandbox.server.port)"
        let wyoming = "tcp://127.0.0.1:\(sandbox.wyomingPort!)"
        func link(_ provider: String) -> String {
            let url = provider == "wyoming" ? wyoming : root
            return "{\"provider\": \"\(provider)\", \"baseURL\": \"\(url)\"}"
        }
        let chains = [
            ("speechToText", ["azure", "wyoming"]), ("languageModel", ["anthropic"]),
            ("textToSpeech", ["elevenlabs", "azure", "google-translate", "wyoming"]),
        ]
        let settings = chains.map { stage, providers in
            "\"\(stage)\": [\(providers.map(link).joined(separator: ", "))],"
        }.joined()
        let keys = ["ANTHROPIC_API_KEY", "ELEVENLABS_API_KEY", "MICROSOFT_SPEECH_KEY"]
        let secrets = keys.map { "\"\($0)\": \"\(Self.key)\"" }.joined(separator: ", ")

        let well = try await examined(settings, secrets: "{\(secrets)}")
        let refused = try await examined(
            settings, secrets: "{\(secrets.replacing(Self.key, with: "another"))}")
        for (stage, providers) in chains {
            for provider in providers {
                let works = "services    works \(stage): \(provider) would serve"
                #expect(well.contains(works), "\(well)")
                let hasNoKey = ["wyoming", "google-translate"].contains(provider)
                let fails = "services    FAILS \(stage): \(provider) does not take the key"
                #expect(refused.contains(hasNoKey ? works : fails), "\(refused)")
            }
        }
        // Nothing that costs anything.
        #expect(sandbox.requests.allSatisfy { ["GET", "HEAD"].contains($0.method) })
    }

    @Test("Without a network the device answers by itself and says so once; with it, as before")
    func outage() async throws {
        let port = sandbox.server.port
        let device = try await device(audio: #""sounds": false,"#)
        try await device.says("recording from")
        let question = try await question()
        sandbox.stop()
        for turn in 1...10 {
            try await device.ask(question)
            try await device.says("turn \(turn): answered")
        }
        #expect(count("saying \"I cannot reach the network.", in: device.log) == 1)
        // What a machine that stood still for a moment did not hear is nobody's failure.
        let answers = count("saying \"It is ", in: device.log)
        #expect(answers <= 10 && answers >= 10 - count("overrun of", in: device.log))
        let again = try Sandbox(Self.script(), port: port)
        defer { again.stop() }
        // It is looked for every 20 s.
        for _ in 0..<300 where again.requests.isEmpty { try await device.sleep(100) }
        try await device.sleep(500)
        try await device.ask(question)
        try await device.says("turn 11: answered")
        #expect(again.requests.contains { $0.path == "/v1/audio/speech" })
        #expect(count("saying \"I cannot reach the network.", in: device.log) == 1)
    }

    @Test("The button can be pressed over the network, by who has the key")
    func network() async throws {
        let port = try freePort()
        let device = try await device(port: port)
        try await device.says("serving on 0.0.0.0, port \(port)")
        let health = try await ask(port: port, "GET", "/health")
        #expect(health.status == 200 && health.text == #"{"status":"ok"}"#)
        #expect(try await ask(port: port, "GET", "/api/status").status == 401)

        func push(_ action: String) async throws -> Int {
            try await ask(
                port: port, "POST", "/api/button",
                headers: ["x-api-key": "key-of-the-api", "Content-Type": "application/json"],
                body: Array("{\"action\":\"\(action)\"}".utf8)
            ).status
        }
        let question = try await question()
        #expect(try await push("press") == 200)
        try await device.sleep(450)
        try device.card.speak(question)
        try await device.sleep(Int(question.duration.inMilliseconds) + 250)
        #expect(try await push("release") == 200)
        try await device.says("turn 1: answered")

        let headers = ["x-api-key": "key-of-the-api"]
        let status = try await ask(port: port, "GET", "/api/status/", headers: headers)
        #expect(status.text.contains(#""outcome":"answered""#))
        #expect(status.text.contains(#""speechToText":"openai""#))
        #expect(!status.text.contains("What time is it"))
        let metrics = try await ask(port: port, "GET", "/metrics", headers: headers)
        #expect(metrics.text.contains(#"pressel_turns_total{outcome="answered"} 1"#))

        // What taps do, for whose button has none.
        #expect(try await push("repeat") == 200)
        try await device.says("light speaking", times: 2)
        #expect(try await push("forget") == 200)
        try await device.says("saying \"I have forgotten our conversation.\"")
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    @Test("A port that somebody else has is told, and everything else works")
    func taken() async throws {
        let device = try await device(port: sandbox.server.port)
        try await device.says("cannot listen on 0.0.0.0:\(sandbox.server.port)")
        try await device.ask(try await question())
        try await device.says("turn 1: answered")
    }

    private func eventually(_ condition: () -> Bool) async throws {
        for _ in 0..<1000 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(condition())
    }

    private func count(_ text: String, in log: String) -> Int {
        log.split(separator: "\n").count { $0.contains(text) }
    }
}
