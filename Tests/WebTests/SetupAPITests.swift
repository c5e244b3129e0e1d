import Linux
import Synchronization
import TestSupport
import Testing
import Voice
import Web

/// A device that does what it is told, and remembers what that was.
private final class FakeSetup: SettableDevice, VoiceKeeping, ModelListing, TestableDevice,
    MaintainedDevice
{
    let settingsSchema = JSONValue.object(["type": .string("object")])
    let secretNames = ["OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY"]
    let uploadPath: String
    private let folder = TemporaryFolder()
    private let told = Mutex<[String]>([])

    init() { uploadPath = folder.path + "/upload" }

    var asked: [String] { told.withLock { $0 } }
    fileprivate func note(_ line: String) { told.withLock { $0.append(line) } }

    func settings() async -> SettingsReport {
        var report = SettingsReport(
            settings: .object(["name": .string("a")]), owner: ["name"], page: [])
        report.problems = [("audio.volume", "is 500")]
        report.secrets = [("OPENAI_API_KEY", "page"), ("AWS_SECRET_ACCESS_KEY", nil)]
        report.needsRestart = ["name"]
        report.board = ["lights.kind"]
        return report
    }

    func change(_ changes: JSONValue) async throws -> SettingsReport {
        guard case .object(let keys) = changes, keys["nam"] == nil else {
            throw HTTPError(422, "invalid_settings", "setting nam is unknown", field: "nam")
        }
        note("change \(keys.keys.sorted())")
        return await settings()
    }

    func keep(_ secrets: [String: String?]) async throws -> SettingsReport {
        for (name, value) in secrets.sorted(by: { $0.key < $1.key }) {
            note("keep \(name) \(value ?? "nil")")
        }
        return await settings()
    }

    func voices() async throws -> VoicesReport {
        var report = VoicesReport()
        report.offered = [("espeak-ng", OfferedVoice(id: "en", name: "English", language: "en"))]
        report.made = [.init(id: "voice-1", name: "Anna", user: "u", provider: "elevenlabs")]
        report.problems = [("openai", "it is down")]
        return report
    }

    func models(for stage: String?, of provider: String?) async -> ModelsReport {
        note("models \(stage ?? "all") \(provider ?? "all")")
        var report = ModelsReport()
        let model = OfferedModel(id: "m-1", isFit: true, shutdown: "2027-01-06")
        let place = ModelsReport.Place(
            stage: "languageModel", provider: "openai", baseURL: "http://localhost:1/v1")
        report.offered = [(place, model)]
        let other = ModelsReport.Place(stage: "textToSpeech", provider: "elevenlabs", baseURL: nil)
        report.problems = [(other, "it is down")]
        return report
    }

    func removeVoice(_ id: String) async throws {
        guard id == "voice-1" else { throw HTTPError(404, "not_found", "there is no voice") }
        note("remove \(id)")
    }

    func devices() async -> any Encodable & Sendable { ["cards": ["one"]] }

    func test(_ part: PartTest) async throws -> TestReport {
        note("\(part)")
        if part == .speaker { throw HTTPError(409, "busy", "somebody talks") }
        var report = TestReport([
            .init(part: "button", verdict: "fails", found: "nobody pressed it", remedy: "press it")
        ])
        report.figures = ["meanDecibels": -20.5]
        if case .button(_, isSearched: true) = part {
            report.settings = .object(["button": .object(["line": .number(17)])])
        }
        return report
    }

    func recording(
        lasting length: Duration
    ) async throws -> AsyncThrowingStream<[UInt8], any Error> {
        note("record \(length)")
        guard length < .seconds(100) else { throw HTTPError(409, "microphone", "it is muted") }
        return AsyncThrowingStream { continuation in
            for piece in [[1, 2], [3, 4], [5, 6]] as [[UInt8]] { continuation.yield(piece) }
            continuation.finish()
        }
    }

    var about: AboutDevice {
        AboutDevice(
            version: "1.2.3", system: "Debian", kernel: nil, machine: nil,
            parts: [.init(name: "curl", file: "libcurl.so.4.8.0", licence: "curl")])
    }

    func log() -> [LogLine] {
        (1...500).map { number in
            LogLine(
                number: number, at: nil, level: number % 2 == 0 ? .info : .error, part: "web",
                text: "line \(number)")
        }
    }

    func backup() async throws -> BackupFile {
        BackupFile(folder.file("backup", SetupAPITests.backup))
    }

    func restore() async throws {
        let bytes = try readFile(uploadPath, atMost: 1 << 22)
        note("restore \(bytes.count)")
        guard bytes == SetupAPITests.backup else {
            throw HTTPError(422, "no_backup", "it is no backup")
        }
    }

    func restart() { note("restart") }

    var files: [String] { names(inFolder: folder.path) }
}

struct SetupAPITests {
    fileprivate static let backup = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 3) }
    private let device = FakeSetup()
    private let server: Server

    init() throws {
        var api = API()
        SettingsAPI(device).add(to: &api)
        VoiceListAPI(device).add(to: &api)
        ModelListAPI(device).add(to: &api)
        PartsAPI(device).add(to: &api)
        UpkeepAPI(device).add(to: &api)
        let router = api.router(behind: KeyGate("secret"))
        server = try Server(address: "127.0.0.1", port: 0) { try router.handle($0) }
    }

    private func ask(
        _ method: String, _ path: String, _ body: String? = nil, type: String = "application/json"
    ) async throws -> RawClient.Answer {
        var headers = ["x-api-key": "secret"]
        if body != nil { headers["Content-Type"] = type }
        return try await TestSupport.ask(
            port: server.port, method, path, headers: headers, body: body.map { Array($0.utf8) })
    }

    private static let report = #"""
        {"board":["lights.kind"],"needsRestart":["name"],"owner":["name"],"page":[],
        "problems":[{"key":"audio.volume","problem":"is 500"}],
        "secrets":[{"name":"OPENAI_API_KEY","source":"page"},
        {"name":"AWS_SECRET_ACCESS_KEY","source":null}],"settings":{"name":"a"}}
        """#.unbroken

    @Test("Settings are told and changed")
    func settings() async throws {
        #expect(try await ask("GET", "/api/settings").text == Self.report)
        let answer = try await ask("PUT", "/api/settings", #"{"name":null,"audio":{}}"#)
        #expect(answer.status == 200 && answer.text == Self.report)
        #expect(device.asked == [#"change ["audio", "name"]"#])
        let wrong = try await ask("PUT", "/api/settings", #"{"nam":1}"#)
        #expect(wrong.status == 422 && wrong.text.contains(#""field":"nam""#))
    }

    @Test("Secrets go in and do not come out")
    func secrets() async throws {
        let body = #"{"OPENAI_API_KEY":"sk-planted","AWS_SECRET_ACCESS_KEY":null}"#
        let answer = try await ask("PUT", "/api/secrets", body)
        #expect(answer.status == 200 && !answer.text.contains("planted"))
        #expect(
            device.asked == ["keep AWS_SECRET_ACCESS_KEY nil", "keep OPENAI_API_KEY sk-planted"])
        #expect(try await ask("GET", "/api/secrets").status == 405)
    }

    static let bad: [(method: String, path: String, body: String, status: Int, word: String)] = [
        ("PUT", "/api/settings", "[]", 422, "object"), ("PUT", "/api/settings", "{", 400, "JSON"),
        ("PUT", "/api/settings", "", 400, "JSON"), ("PUT", "/api/settings", "7", 422, "object"),
        (
            "PUT", "/api/settings", String(repeating: #"{"a":"#, count: 40) + "1", 400, "nested"
        ),
        ("PUT", "/api/secrets", #"{"OPENAI_API_KEY":7}"#, 422, "OPENAI_API_KEY"),
        ("PUT", "/api/secrets", #"{"OPENAI_API_KEY":["planted"]}"#, 422, "OPENAI_API_KEY"),
        ("PUT", "/api/secrets", #"{"planted_key":"planted"}"#, 422, "known here"),
        ("DELETE", "/api/voices/other", "", 404, "no voice"),
        ("POST", "/api/test/speaker", "{}", 409, "somebody talks"),
        ("POST", "/api/test/speaker", #"{"seconds":1}"#, 422, "known here: nothing"),
        ("POST", "/api/test/microphone", #"{"seconds":0}"#, 422, "1...10"),
        ("POST", "/api/test/microphone", #"{"seconds":1.5}"#, 422, "whole number"),
        ("POST", "/api/test/button", #"{"seconds":"ten"}"#, 422, "seconds"),
        ("POST", "/api/test/button", #"{"search":"yes"}"#, 422, "true or false"),
        ("POST", "/api/test/microphone", #"{"play":1}"#, 422, "play"),
        ("POST", "/api/test/sound", #"{"seconds":1}"#, 422, "known here: nothing"),
        ("GET", "/api/models?stage=hearing", "", 422, "speechToText"),
        (
            "GET", "/api/models?provider=" + String(repeating: "a", count: 201), "", 422,
            "longer than 200"
        ),
        ("POST", "/api/test/provider", #"{"stage":"speech"}"#, 422, "speechToText"),
        ("POST", "/api/test/provider", #"{"name":["a"]}"#, 422, "name"),
        ("POST", "/api/test/recording", #"{"seconds":181}"#, 422, "1...180"),
        ("POST", "/api/test/recording", #"{"length":1}"#, 422, "seconds"),
        ("POST", "/api/test/recording", #"{"seconds":120}"#, 409, "muted"),
        ("POST", "/api/test/everything", "{}", 404, "nothing"),
        ("GET", "/api/log?level=loud", "", 422, "level"),
        ("GET", "/api/log?limit=0", "", 422, "limit"),
        ("POST", "/api/restore", "{}", 415, "octet-stream"),
    ]

    @Test("What cannot be done is refused, with the reason", arguments: bad)
    func refused(
        method: String, path: String, body: String, status: Int, word: String
    ) async throws {
        let answer = try await ask(method, path, method == "GET" ? nil : body)
        #expect(answer.status == status)
        #expect(answer.text.contains(word))
        #expect(!answer.text.contains("planted"))
    }

    @Test("A recording comes piece by piece")
    func recording() async throws {
        let answer = try await ask("POST", "/api/test/recording", #"{"seconds":5}"#)
        #expect(answer.status == 200 && answer.body == [1, 2, 3, 4, 5, 6])
        #expect(try await ask("POST", "/api/test/recording").status == 200)
        #expect(device.asked == ["record 5.0 seconds", "record 10.0 seconds"])
    }

    @Test("What the device is made of is told")
    func about() async throws {
        let answer = try await ask("GET", "/api/about")
        #expect(
            answer.text
                == #"""
                {"kernel":null,"licence":"Apache-2.0","machine":null,"parts":[
                {"file":"libcurl.so.4.8.0","licence":"curl","name":"curl"}],
                "system":"Debian","version":"1.2.3"}
                """#.unbroken)
    }

    @Test("Who follows is told what was changed, and of nothing that was refused")
    func changes() async throws {
        var api = API()
        VoiceListAPI(device).add(to: &api)
        let router = api.router(behind: KeyGate("secret")) { [device] in
            device.note("changed \($0)")
        }
        let server = try Server(address: "127.0.0.1", port: 0) { try router.handle($0) }
        for (method, path) in [
            ("GET", "/api/models"), ("POST", "/api/test/sound"), ("GET", "/api/voices"),
            ("DELETE", "/api/voices/other"),
            ("DELETE", "/api/voices/voice-1"),
        ] {
            _ = try await TestSupport.ask(
                port: server.port, method, path, headers: ["x-api-key": "secret"])
        }
        #expect(device.asked == ["remove voice-1", "changed voices"])
    }

    @Test("Every part can be tried out")
    func tests() async throws {
        let whole = try await ask("POST", "/api/test/microphone")
        #expect(
            whole.text
                == #"""
                {"figures":{"meanDecibels":-20.5},"findings":[{"found":"nobody pressed it",
                "part":"button","remedy":"press it","verdict":"fails"}],"healthy":false}
                """#.unbroken)
        _ = try await ask("POST", "/api/test/button", #"{"seconds":20}"#)
        _ = try await ask("POST", "/api/test/provider", #"{"stage":"textToSpeech","name":null}"#)
        _ = try await ask("POST", "/api/test/microphone", #"{"seconds":5,"play":true}"#)
        _ = try await ask("POST", "/api/test/sound")
        let found = try await ask("POST", "/api/test/button", #"{"search":true}"#)
        #expect(found.text.contains(#""settings":{"button":{"line":17}}"#))
        #expect(
            device.asked == [
                "\(PartTest.microphone(.seconds(2)))", "\(PartTest.button(.seconds(20)))",
                "\(PartTest.provider(stage: "textToSpeech", name: nil))",
                "\(PartTest.microphone(.seconds(5), isPlayed: true))", "\(PartTest.sound)",
                "\(PartTest.button(.seconds(10), isSearched: true))",
            ])
        #expect(try await ask("GET", "/api/devices").text == #"{"cards":["one"]}"#)
    }

    @Test("Voices are listed, and those that were made here removed")
    func voices() async throws {
        let list = try await ask("GET", "/api/voices").text
        #expect(list.contains(#""id":"en","isOwn":false,"language":"en","name":"English""#))
        #expect(list.contains(#""id":"voice-1","name":"Anna","provider":"elevenlabs","user":"u""#))
        #expect(list.contains(#"{"problem":"it is down","provider":"openai"}"#))
        let answer = try await ask("DELETE", "/api/voices/voice-1")
        #expect(answer.status == 204 && answer.body.isEmpty)
        #expect(device.asked == ["remove voice-1"])
    }

    @Test("Models are listed, of all or of one")
    func models() async throws {
        let list = try await ask("GET", "/api/models").text
        #expect(
            list
                == #"""
                {"offered":[{"baseURL":"http://localhost:1/v1","id":"m-1","isFit":true,"provider":"openai",
                "shutdown":"2027-01-06","stage":"languageModel"}],
                "problems":[{"baseURL":null,"problem":"it is down","provider":"elevenlabs",
                "stage":"textToSpeech"}]}
                """#.unbroken)
        _ = try await ask("GET", "/api/models?stage=languageModel&provider=openai")
        #expect(device.asked == ["models all all", "models languageModel openai"])
    }

    @Test("The log is read from where one was")
    func log() async throws {
        let last = try await ask("GET", "/api/log?limit=2").text
        #expect(last.contains("line 499") && last.contains("line 500"))
        #expect(!last.contains("line 498"))
        let after = try await ask("GET", "/api/log?after=497&level=error").text
        #expect(
            after
                == #"""
                {"lines":[{"at":null,"level":"error","number":499,"part":"web",
                "text":"line 499"}]}
                """#.unbroken)
    }

    @Test("A backup is fetched whole, and nothing stays behind")
    func fetched() async throws {
        let answer = try await ask("GET", "/api/backup")
        #expect(answer.body == Self.backup)
        #expect(answer.headers["content-length"] == "300000")
        #expect(answer.headers["content-disposition"]?.contains("pressel.backup") == true)
        // It goes when the last of it was handed on, which is not when it arrived.
        for _ in 0..<5000 where !device.files.isEmpty {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(device.files.isEmpty)
        #expect(try await ask("HEAD", "/api/backup").status == 200)
    }

    @Test("A backup is put back, and nothing else is")
    func restore() async throws {
        func send(_ bytes: [UInt8]) async throws -> RawClient.Answer {
            let type = "application/octet-stream"
            return try await TestSupport.ask(
                port: server.port, "POST", "/api/restore",
                headers: ["x-api-key": "secret", "Content-Type": type], body: bytes)
        }
        let whole = try await send(Self.backup)
        #expect(whole.status == 202 && whole.text == #"{"restarting":true}"#)
        #expect(try await send(Array("no backup".utf8)).status == 422)
        #expect(device.asked == ["restore 300000", "restore 9"])
        for _ in 0..<100 where !device.files.isEmpty {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(device.files.isEmpty)
    }

    @Test("One backup arrives at a time, and one that breaks off leaves nothing behind")
    func brokenOff() async throws {
        let head = """
            POST /api/restore HTTP/1.1\r\nHost: a\r\nx-api-key: secret\r\n\
            Content-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nsome
            """
        await onThread("client") { [server, device] in
            let first = RawClient(port: server.port)
            first.send(head)
            for _ in 0..<1000 where device.files.isEmpty {
                _ = sleepThread(until: .now + .milliseconds(10), unless: [])
            }
            let second = RawClient(port: server.port)
            second.send(head + String(repeating: "x", count: 996))
            let refused = try? second.answer()
            #expect(refused?.status == 409)
            withExtendedLifetime(first) {}
        }
        for _ in 0..<1000 where !device.files.isEmpty {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(device.files.isEmpty && device.asked.isEmpty)
    }

    @Test("The program starts anew when it is told to")
    func restart() async throws {
        let answer = try await ask("POST", "/api/restart")
        #expect(answer.status == 202 && device.asked == ["restart"])
    }

    static let all = [
        ("GET", "/api/settings"), ("PUT", "/api/settings"), ("PUT", "/api/secrets"),
        ("GET", "/api/voices"), ("DELETE", "/api/voices/voice-1"), ("GET", "/api/devices"),
        ("POST", "/api/test/speaker"), ("GET", "/api/log"), ("GET", "/api/backup"),
        ("POST", "/api/restore"), ("POST", "/api/restart"),
    ]

    @Test("Nobody sets up a device without a key", arguments: all)
    func key(method: String, path: String) async throws {
        let answer = try await TestSupport.ask(
            port: server.port, method, path, headers: ["Content-Type": "application/json"],
            body: method == "GET" ? nil : Array("{}".utf8))
        #expect(answer.status == 401)
        #expect(device.asked.isEmpty && device.files.isEmpty)
    }
}
