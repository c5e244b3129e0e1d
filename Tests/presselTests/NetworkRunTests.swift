import Codec
import FoundationEssentials
import Glibc
import Linux
import Store
import Synchronization
import TestSupport
import Testing
import Voice

@testable import sandbox

/// `pressel run` as it is set up, read and mended over the network.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct NetworkRunTests {
    private let folder = TemporaryFolder()
    private let port: Int
    private static let key = "key-of-the-api"
    private static let planted = "sk-planted-7391"

    init() throws {
        let other = try Sandbox()
        port = other.server.port
        other.stop()
        mkdir(folder.path + "/state", 0o700)
        // In the file, since other tests take it out of the environment.
        try writeFile(
            "{\"PROXY_API_KEY\": \"\(Self.key)\"}", to: folder.path + "/state/secrets.json")
    }

    private func device(settings: String = "", audio: String = "") async throws -> Device {
        let device = try Device(
            settings: settings, port: port, audio: audio, state: folder.path + "/state")
        try await device.says("recording from")
        try await device.says("serving on")
        return device
    }

    private func ask(
        _ method: String, _ path: String, _ body: String? = nil
    ) async throws -> RawClient.Answer {
        var headers = ["x-api-key": Self.key]
        if body != nil { headers["Content-Type"] = "application/json" }
        return try await TestSupport.ask(
            port: port, method, path, headers: headers, body: body.map { Array($0.utf8) })
    }

    private func json(
        _ method: String, _ path: String, _ body: String? = nil
    ) async throws -> JSONValue {
        let answer = try await ask(method, path, body)
        #expect(answer.status == 200, "\(path): \(answer.text)")
        return try JSONDecoder().decode(JSONValue.self, from: Data(answer.body))
    }

    private func list(_ texts: String...) -> JSONValue { .array(texts.map { .string($0) }) }

    @Test("Settings hold at once where they can, the rest after a restart")
    func settings() async throws {
        let device = try await device()
        let before = try await json("GET", "/api/settings")
        #expect(before["settings.audio.volume"] == .number(70))
        guard case .array(let owner)? = before["owner"] else { return #expect(Bool(false)) }
        #expect(owner.contains(.string("audio.captureDevice")))
        #expect(before["page"] == list() && before["needsRestart"] == list())

        let changed = try await json(
            "PUT", "/api/settings",
            #"{"name":"kitchen","audio":{"volume":35,"muted":true},"history":{"keepDays":3}}"#)
        #expect(changed["needsRestart"] == list("name"))
        #expect(
            changed["page"] == list("audio.muted", "audio.volume", "history.keepDays", "name"))
        var status = try await json("GET", "/api/status")
        #expect(status["volume"] == .number(35) && status["muted"] == .bool(true))
        #expect(status["name"] == .string("pressel"))
        try device.type("tap")
        try await device.says("turn 1 failed: the microphone is muted")
        let back = try await json("PUT", "/api/settings", #"{"audio":{"muted":null}}"#)
        #expect(back["settings.audio.muted"] == .bool(false))
        #expect(try await json("GET", "/api/status")["muted"] == .bool(false))

        let board = try await json("PUT", "/api/settings", #"{"board":"whisplay"}"#)
        #expect(board["settings.lights.red"] == .number(25))
        guard case .array(let ofBoard)? = board["board"] else { return #expect(Bool(false)) }
        // The sound card is as the owner's file has it.
        #expect(ofBoard.contains("lights.red") && !ofBoard.contains("audio.captureDevice"))
        let unknown = try await ask("PUT", "/api/settings", #"{"board":"toaster"}"#)
        #expect(unknown.status == 422 && unknown.text.contains(#"\"wm8960\""#))
        _ = try await json("PUT", "/api/settings", #"{"board":null}"#)

        let wrong = try await ask("PUT", "/api/settings", #"{"audio":{"volume":300}}"#)
        #expect(wrong.status == 422 && wrong.text.contains(#""field":"audio.volume""#))

        #expect(try await ask("POST", "/api/restart").status == 202)
        try await device.says("is ready", times: 2)
        try await device.says("serving on", times: 2)
        status = try await json("GET", "/api/status")
        #expect(status["name"] == .string("kitchen") && status["volume"] == .number(35))
        #expect(try await json("GET", "/api/settings")["needsRestart"] == list())
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    @Test("A key that was given is used from the next turn on, and told to nobody")
    func secrets() async throws {
        let sandbox = try Sandbox()
        let device = try await device(
            settings: """
                "speechToText": [{"provider": "pocketsphinx"}],
                "textToSpeech": [{"provider": "espeak-ng"}],
                """)
        let chain = #"[{"provider":"openai","baseURL":"\#(sandbox.baseURL)"}]"#
        _ = try await json("PUT", "/api/settings", #"{"languageModel":\#(chain)}"#)
        let report = try await json(
            "PUT", "/api/secrets",
            #"{"OPENAI_API_KEY":"\#(Self.planted)","AWS_ACCESS_KEY_ID":"\#(Self.planted)"}"#)
        #expect(report["needsRestart"] == list("AWS_ACCESS_KEY_ID"))
        guard case .array(let secrets)? = report["secrets"] else { return #expect(Bool(false)) }
        let openAI = secrets.first { $0["name"] == .string("OPENAI_API_KEY") }
        #expect(openAI?["source"] == .string("page"))

        try await device.ask(try await spoken("What time is it?"))
        try await device.says("turn 1: answered")
        let chats = sandbox.requests.filter { $0.path == "/v1/chat/completions" }
        #expect(!chats.isEmpty)

        var told = ""
        for path in [
            "/api/settings", "/api/status", "/api/log", "/metrics", "/api/devices", "/api/turns",
            "/api/voices", "/api/backup",
        ] {
            let answer = try await ask("GET", path)
            #expect(answer.status == 200, "\(path)")
            told += answer.text
        }
        #expect(!told.contains(Self.planted) && !told.contains(Self.key))
        #expect(!device.log.contains(Self.planted) && !device.log.contains(Self.key))
        let refused = try await ask("PUT", "/api/secrets", #"{"OPENAI_API_KEY":"planté"}"#)
        #expect(refused.status == 422 && !refused.text.contains("plant"))
        let metrics = try await ask("GET", "/metrics").text
        #expect(
            metrics.contains(
                #"pressel_stage_duration_seconds_count{stage="languageModel",provider="openai"} 1"#)
        )
        #expect(metrics.contains(#"stage="languageModel",provider="openai",result="answered"} 1"#))
        _ = await device.end(by: SIGTERM)
    }

    /// What a listener of `/api/events` was sent so far.
    private final class Listener: Sendable {
        private let heard = Mutex("")
        var text: String { heard.withLock { $0 } }

        init(port: Int, key: String) {
            startThread("listener") { [self] in
                let client = RawClient(port: port)
                client.send(
                    "GET /api/events HTTP/1.1\r\nHost: localhost\r\nx-api-key: \(key)\r\n\r\n")
                while let bytes = try? client.read(atLeast: 1) {
                    heard.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
                }
            }
        }
    }

    @Test("A turn is followed while it goes on, and kept, heard again and deleted")
    func history() async throws {
        let device = try await device(settings: "\"history\": {\"keepAudio\": true},")
        let listener = Listener(port: port, key: Self.key)
        for _ in 0..<500 where !listener.text.contains("event: status") {
            try await device.sleep(10)
        }
        _ = try await json("PUT", "/api/settings", #"{"audio":{"volume":35}}"#)
        try await device.ask(try await spoken("What time is it?"))
        try await device.says("turn 1: answered")
        for _ in 0..<500 where !listener.text.contains("event: turn") {
            try await device.sleep(10)
        }
        for line in [
            #"{"state":"listening"}"#, #"{"state":"thinking"}"#, #"{"state":"speaking"}"#,
            #"{"light":"speaking"}"#, "event: level", "event: transcript", "event: reply",
            #"{"muted":false,"volume":35}"#, #"{"what":"settings"}"#,
            #"{"text":"It is "#, #""outcome":"answered""#,
        ] {
            #expect(listener.text.contains(line), "\(line)")
        }

        let page = try await json("GET", "/api/turns?text=IT+IS")
        guard case .array(let turns)? = page["turns"], turns.count == 1,
            case .string(let id)? = turns[0]["id"],
            case .string(let question)? = turns[0]["question"],
            case .string(let reply)? = turns[0]["answer"]
        else { return #expect(Bool(false), "\(page)") }
        #expect(turns[0]["source"] == .string("button"))
        #expect(turns[0]["outcome"] == .string("answered"))
        #expect(try await json("GET", "/api/turns/\(id)") == turns[0])
        for path in [question, reply] {
            let sound = try await ask("GET", path)
            #expect(sound.status == 200 && sound.body.starts(with: "RIFF".utf8))
        }
        #expect(try await ask("DELETE", "/api/turns/\(id)").status == 204)
        #expect(try await ask("GET", "/api/turns/\(id)").status == 404)
        #expect(try await ask("GET", question).status == 404)
        #expect(try await ask("GET", "/api/turns/../../etc/passwd").status == 400)
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    @Test("A backup brings back what was, and something else changes nothing")
    func backup() async throws {
        let device = try await device()
        _ = try await json("PUT", "/api/settings", #"{"name":"before"}"#)
        let backup = try await ask("GET", "/api/backup").body
        _ = try await json("PUT", "/api/settings", #"{"name":"after"}"#)
        func send(_ bytes: [UInt8]) async throws -> RawClient.Answer {
            let type = "application/octet-stream"
            return try await TestSupport.ask(
                port: port, "POST", "/api/restore",
                headers: ["x-api-key": Self.key, "Content-Type": type], body: bytes)
        }
        var damaged = backup
        damaged[backup.count / 2] ^= 0xff
        for bytes in [Array("nonsense".utf8), [], damaged, Array(backup.prefix(20_000))] {
            let answer = try await send(bytes)
            #expect(answer.status == 422, "\(bytes.count) bytes: \(answer.text)")
        }
        #expect(try await json("GET", "/api/settings")["settings.name"] == .string("after"))

        #expect(try await send(backup).status == 202)
        try await device.says("is ready", times: 2)
        try await device.says("serving on", times: 2)
        #expect(try await json("GET", "/api/settings")["settings.name"] == .string("before"))
        let left = names(inFolder: folder.path + "/state").filter {
            $0.hasPrefix("restore") || $0.hasPrefix("backup")
        }
        #expect(left.isEmpty)
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    @Test("Every part is tried out while the device runs")
    func parts() async throws {
        let device = try await device()
        #expect(try await ask("GET", "/api/devices").text.contains(device.card.device))
        let speaker = try await json("POST", "/api/test/speaker")
        #expect(speaker["healthy"] == .bool(true))
        #expect(try device.card.heard().duration > .milliseconds(100))
        let microphone = try await json("POST", "/api/test/microphone", #"{"seconds":1}"#)
        guard case .number(let level)? = microphone["figures.meanDecibels"] else {
            return #expect(Bool(false), "\(microphone)")
        }
        #expect((-96...0).contains(level))

        let heard = try await json("POST", "/api/test/microphone", #"{"seconds":1,"play":true}"#)
        #expect(heard["healthy"] == .bool(true))
        let sound = try await ask("POST", "/api/test/sound").text
        #expect(sound.contains(#""part":"speaker""#) && sound.contains(#""part":"microphone""#))

        async let button = json("POST", "/api/test/button")
        try await device.sleep(500)
        #expect(try await ask("POST", "/api/test/provider").status == 409)
        try device.type("press")
        try await device.sleep(100)
        try device.type("release")
        let pressed = try await button
        #expect(pressed["healthy"] == .bool(true))
        #expect(!device.log.contains("light listening"))
        async let search = json("POST", "/api/test/button", #"{"seconds":10,"search":true}"#)
        try await device.sleep(500)
        try device.type("press")
        try await device.sleep(100)
        try device.type("release")
        #expect(try await search["healthy"] == .bool(true))
        let nobody = try await json("POST", "/api/test/button", #"{"seconds":1}"#)
        #expect(nobody["healthy"] == .bool(false))
        try device.type("tap")
        try await device.says("light listening")
        #expect(try await ask("POST", "/api/test/speaker").status == 409)
        #expect(try await ask("POST", "/api/test/button").status == 409)

        #expect(try await ask("GET", "/api/devices").status == 409)

        let providers = try await json("POST", "/api/test/provider", #"{"name":"espeak-ng"}"#)
        #expect(providers["healthy"] == .bool(true))
        #expect(providers["figures.milliseconds"] != nil)
        #expect(try await ask("GET", "/api/models").text == #"{"offered":[],"problems":[]}"#)
        #expect(try await ask("POST", "/api/test/provider", #"{"name":"nobody"}"#).status == 422)
        let log = try await ask("GET", "/api/log?limit=1000").text
        #expect(log.contains("is ready") && log.contains(#""part":"web""#))
        let voices = try await ask("GET", "/api/voices").text
        #expect(voices.contains(#""provider":"espeak-ng""#))
        #expect(try await ask("DELETE", "/api/voices/nobody").status == 404)
        _ = await device.end(by: SIGTERM)
    }

    @Test("What the microphone hears is recorded, if it hears")
    func recording() async throws {
        let device = try await device()
        for _ in 0..<2 {
            let answer = try await ask("POST", "/api/test/recording", #"{"seconds":1}"#)
            #expect(answer.status == 200 && answer.body.count == 32_000)
            #expect(answer.chunks.count > 5)
        }
        _ = try await json("PUT", "/api/settings", #"{"audio":{"muted":true}}"#)
        let muted = try await ask("POST", "/api/test/recording", #"{"seconds":1}"#)
        #expect(muted.status == 409 && muted.text.contains("muted"))
        _ = try await json("PUT", "/api/settings", #"{"audio":{"muted":null}}"#)
        try device.type("tap")
        try await device.says("light listening")
        #expect(try await ask("POST", "/api/test/recording").status == 409)
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    @Test("It knows what it is made of")
    func about() async throws {
        let device = try await device()
        let about = try await ask("GET", "/api/about").text
        for word in [#""version":"0."#, "libmicrohttpd.so", "libcurl", "GPL-3.0-or-later"] {
            #expect(about.contains(word), "\(about)")
        }
        #expect(await device.end(by: SIGTERM).status == 0)
    }
}
