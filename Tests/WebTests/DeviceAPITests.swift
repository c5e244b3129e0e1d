import Synchronization
import TestSupport
import Testing
import Voice
import Web

private final class FakeDevice: ReachableDevice {
    private let pushed = Mutex<[ButtonAction]>([])
    var actions: [ButtonAction] { pushed.withLock { $0 } }

    func status() async -> DeviceStatus {
        var status = DeviceStatus(
            name: "kitchen \"1\"", version: "1.2", state: "idle", uptime: .seconds(90),
            memory: 1_000)
        status.devices = [.init(role: "microphone", name: "default", problem: "it is gone")]
        status.turns = [.answered: 3]
        status.volume = 40
        status.archive = .init(waiting: 2, uploaded: 5, problem: "nobody is there")
        var timeline = Timeline()
        timeline.mark(.pressed, at: Moment(nanoseconds: 0))
        timeline.mark(.firstPlayed, at: Moment(nanoseconds: 1_250_000_000))
        status.lastTurn = .init(
            number: 4, outcome: .failed, timeline: timeline, providers: ["speechToText": "openai"])
        var answered = Timeline()
        for (step, milliseconds) in [
            (Step.captureEnded, 0), (.transcript, 80), (.firstText, 380), (.firstPlayed, 60_000),
        ] {
            answered.mark(step, at: Moment(nanoseconds: Int64(milliseconds) * 1_000_000))
        }
        let providers = ["speechToText": "openai", "languageModel": "a \"b\"\n"]
        status.figures.note(answered, providers: providers)
        status.figures.requests = [.init(stage: "speechToText", provider: "openai"): ["busy": 2]]
        var card = DeviceFigures.Card(role: "microphone")
        card.overruns = 3
        status.figures.cards = [card]
        status.figures.connections = 5
        return status
    }

    func push(_ action: ButtonAction, at moment: Moment) async -> Bool {
        pushed.withLock { $0.append(action) }
        return true
    }
}

struct DeviceAPITests {
    private let device = FakeDevice()

    private func server() throws -> Server {
        var api = API()
        DeviceAPI(device).add(to: &api)
        let router = api.router(behind: KeyGate("secret"))
        return try Server(address: "127.0.0.1", port: 0) { try router.handle($0) }
    }

    private let json = ["x-api-key": "secret", "Content-Type": "application/json; charset=utf-8"]

    @Test("The device says that it is alive to whoever asks")
    func health() async throws {
        let server = try server()
        let answer = try await ask(port: server.port, "GET", "/health/")
        #expect(answer.text == #"{"status":"ok"}"#)
    }

    @Test("Everything else is behind the gate")
    func key() async throws {
        let server = try server()
        for path in ["/metrics", "/api/status", "/api/button"] {
            let method = path == "/api/button" ? "POST" : "GET"
            let headers = ["Content-Type": "application/json", "x-api-key": "secres"]
            let answer = try await ask(
                port: server.port, method, path, headers: headers,
                body: Array(#"{"action":"tap"}"#.utf8))
            #expect(answer.status == 401)
        }
        #expect(device.actions.isEmpty)
    }

    @Test("The button is pushed as asked", arguments: ButtonAction.allCases)
    func button(action: ButtonAction) async throws {
        let server = try server()
        let answer = try await ask(
            port: server.port, "POST", "/api/button", headers: json,
            body: Array("{\"action\":\"\(action.rawValue)\"}".utf8))
        #expect(answer.status == 200)
        #expect(device.actions == [action])
    }

    static let wrong: [(type: String, body: String, status: Int)] = [
        ("text/plain", #"{"action":"tap"}"#, 415), ("application/json", "{", 400),
        ("application/json", "", 400), ("application/json", "{}", 422),
        ("application/json", #"{"action":"hold"}"#, 422), ("application/json", "[]", 422),
        ("application/json", #"{"action":7}"#, 422),
        (
            "application/json",
            String(repeating: "[", count: 30_000) + String(repeating: "]", count: 30_000), 400
        ),
        ("application/json", #"{"action":1e999}"#, 400), ("application/json", "\u{0}", 400),
    ]

    @Test("What cannot be a push is refused", arguments: wrong)
    func refused(type: String, body: String, status: Int) async throws {
        let server = try server()
        let headers = ["x-api-key": "secret", "Content-Type": type]
        let answer = try await ask(
            port: server.port, "POST", "/api/button", headers: headers, body: Array(body.utf8))
        #expect(answer.status == status)
        #expect(answer.text.contains(#""detail":"#))
        #expect(device.actions.isEmpty)
    }

    @Test("The status is one JSON object")
    func status() async throws {
        let server = try server()
        let answer = try await ask(port: server.port, "GET", "/api/status", headers: json)
        #expect(
            answer.text == """
                {"archive":{"problem":"nobody is there","uploaded":5,"waiting":2},\
                "devices":[{"name":"default","problem":"it is gone","role":"microphone"}],\
                "lastTurn":{"number":4,"outcome":"failed","providers":{"speechToText":"openai"},\
                "timeline":[{"milliseconds":0,"step":"pressed"},\
                {"milliseconds":1250,"step":"firstPlayed"}]},"light":"off",\
                "memoryBytes":1000,"muted":false,"name":"kitchen \\"1\\"","providers":[],\
                "state":"idle","turns":{"answered":3},"uptimeSeconds":90,"version":"1.2",\
                "volume":40}
                """)
    }

    @Test("The metrics are in Prometheus's format")
    func metrics() async throws {
        let server = try server()
        let answer = try await ask(port: server.port, "GET", "/metrics", headers: json)
        #expect(answer.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        let ear = #"stage="speechToText",provider="openai""#
        let model = #"stage="languageModel",provider="a \"b\"\n""#
        let bucket = "pressel_stage_duration_seconds_bucket{\(ear),"
        for line in [
            #"pressel_info{name="kitchen \"1\"",version="1.2"} 1"#, "pressel_memory_bytes 1000",
            "pressel_uptime_seconds 90.0", #"pressel_turns_total{outcome="answered"} 3"#,
            #"pressel_turns_total{outcome="failed"} 0"#,
            #"pressel_last_turn_seconds{step="firstPlayed"} 1.25"#,
            #"pressel_part_up{role="microphone",name="default"} 0"#,
            "pressel_archive_waiting 2", "pressel_archive_uploads_total 5",
            "pressel_archive_up 0",
            bucket + #"le="0.05"} 0"#, bucket + #"le="0.1"} 1"#, bucket + #"le="+Inf"} 1"#,
            #"pressel_stage_duration_seconds_sum{stage="speechToText",provider="openai"} 0.08"#,
            #"pressel_stage_duration_seconds_count{\#(model)} 1"#,
            #"pressel_answer_delay_seconds_bucket{le="30.0"} 0"#,
            #"pressel_answer_delay_seconds_bucket{le="+Inf"} 1"#,
            "pressel_answer_delay_seconds_sum 60.0",
            #"pressel_provider_requests_total{\#(ear),result="busy"} 2"#,
            #"pressel_audio_overruns_total{role="microphone"} 3"#, "pressel_http_connections 5",
        ] {
            #expect(answer.text.split(separator: "\n").contains(Substring(line)))
        }
        for line in answer.text.split(separator: "\n") where !line.hasPrefix("#") {
            #expect(line.wholeMatch(of: /[a-z_]+(\{.*\})? [0-9.]+/) != nil)
        }
    }
}
