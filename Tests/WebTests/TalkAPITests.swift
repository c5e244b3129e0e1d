import Glibc
import Linux
import Synchronization
import TestSupport
import Testing
import Voice
import Web
import WebSockets

/// Somebody who talks back what a test says, and remembers what was asked.
private final class FakeTalk: TalkingDevice {
    struct Script {
        var transcript = "What is it?"
        var reply = ["It is ", "noon."]
        var sound: [[UInt8]] = [[1, 2], [3, 4]]
        var failure: HTTPError?
        var breaksOff = false
        /// What cannot be begun.
        var refusal: HTTPError?
        /// What is wrong with the recording.
        var complaint: HTTPError?
        /// Sound that never ends.
        var isEndless = false
        var makesVoices = true
        /// How often somebody wanted to know.
        var voicesAsked = 0
    }

    let script: Mutex<Script>
    let turns = Mutex<[FakeTurn]>([])
    let forgotten = Mutex<[String]>([])
    let clones = Mutex<[CloneOrder]>([])

    init(_ change: (inout Script) -> Void = { _ in }) {
        var script = Script()
        change(&script)
        self.script = Mutex(script)
    }

    var orders: [TalkOrder] { turns.withLock { $0.map(\.order) } }
    var last: FakeTurn { turns.withLock { $0.last! } }

    func begin(_ order: TalkOrder, isWhole: Bool) async throws -> any TalkTurn {
        let script = script.withLock { $0 }
        if let refusal = script.refusal { throw refusal }
        let turn = FakeTurn(order, script)
        turns.withLock { $0.append(turn) }
        if isWhole { try await turn.complete(by: order) }
        return turn
    }

    func forgetConversation(of caller: Caller) async throws {
        forgotten.withLock { $0.append(caller.id) }
    }

    var makesVoices: Bool {
        script.withLock { script in
            script.voicesAsked += 1
            return script.makesVoices
        }
    }

    func clone(_ order: CloneOrder) async throws -> (id: String, message: String) {
        clones.withLock { $0.append(order) }
        return ("voice-1", "ready")
    }

    func address(of turn: any TalkTurn, at origin: String) async throws -> String {
        "\(origin)/api/voicebot/\(turn.id).wav?signed"
    }

    func recording(_ name: String) -> (() throws -> [UInt8]?)? {
        guard name == "a.wav" else { return nil }
        var pieces: [[UInt8]] = [[1], [2]]
        return { pieces.isEmpty ? nil : pieces.removeFirst() }
    }
}

private final class FakeTurn: TalkTurn {
    private struct State {
        var order: TalkOrder
        var heard: [UInt8] = []
        var isHeard = false
        var isComplete = false
        var isCancelled = false
        var events: [TalkEvent]
        var facts = TalkFacts()
    }
    private let state: Mutex<State>
    private let script: FakeTalk.Script

    init(_ order: TalkOrder, _ script: FakeTalk.Script) {
        self.script = script
        var events = [TalkEvent.transcript(script.transcript)]
        events += script.reply.map { .reply($0) }
        if order.sound == .samples {
            events.append(.soundBegins(AudioFormat(framesPerSecond: 24_000, channels: 1)))
        }
        if order.sound != .kept { events += script.sound.map { .sound($0) } }
        state = Mutex(State(order: order, events: events))
    }

    let id = "0123456789abcdef"
    var order: TalkOrder { state.withLock { $0.order } }
    var heard: [UInt8] { state.withLock { $0.heard } }
    var isHeard: Bool { state.withLock { $0.isHeard } }
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    var facts: TalkFacts {
        var facts = TalkFacts()
        facts.transcript = script.transcript
        facts.reply = script.reply.joined()
        facts.providers = [("languageModel", "mind")]
        facts.failure = script.failure
        let isOver = state.withLock { $0.events.isEmpty }
        if script.breaksOff, isOver { facts.failure = HTTPError(502, "broken_off", "gone") }
        facts.outcome = state.withLock { $0.isCancelled } ? .stopped : .answered
        return facts
    }

    func complete(by order: TalkOrder) async throws {
        state.withLock { state in
            state.order = order
            state.isComplete = true
        }
    }

    func hear(_ bytes: [UInt8]) throws {
        if let complaint = script.complaint { throw complaint }
        state.withLock { $0.heard += bytes }
    }

    func heardAll() throws { state.withLock { $0.isHeard = true } }
    func gets(to milestone: TalkMilestone) async {}

    func next() async -> TalkEvent? {
        // A question comes first.
        while order.question.isSpoken, !isHeard, !isCancelled {
            try? await Task.sleep(for: .milliseconds(1))
        }
        return state.withLock { state in
            if state.isCancelled { return nil }
            if state.events.isEmpty {
                return script.isEndless ? .sound([UInt8](repeating: 7, count: 4096)) : nil
            }
            return state.events.removeFirst()
        }
    }

    func cancel() { state.withLock { $0.isCancelled = true } }
    func ends() async {}
}

extension TalkOrder.Question {
    fileprivate var isSpoken: Bool {
        switch self {
        case .file, .samples: true
        case .text, .recital: false
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct TalkAPITests {
    private let talk = FakeTalk()

    private func server(_ talk: FakeTalk? = nil, publicURL: String? = nil) throws -> Server {
        var api = API()
        TalkAPI(talk ?? self.talk, publicURL: publicURL).add(to: &api)
        let router = api.router(behind: KeyGate("secret"))
        return try Server(address: "127.0.0.1", port: 0) { try router.handle($0) }
    }

    typealias Part = FormPart

    private func post(
        _ server: Server, _ path: String, _ parts: [Part], headers more: [String: String] = [:]
    ) async throws -> RawClient.Answer {
        var headers = [
            "x-api-key": "secret",
            "Content-Type": FormBody.type,
        ]
        headers.merge(more) { $1 }
        return try await ask(
            port: server.port, "POST", path, headers: headers, body: FormBody.bytes(parts))
    }

    private func post(
        _ server: Server, _ path: String, json: String, headers more: [String: String] = [:]
    ) async throws -> RawClient.Answer {
        var headers = ["x-api-key": "secret", "Content-Type": "application/json"]
        headers.merge(more) { $1 }
        return try await ask(
            port: server.port, "POST", path, headers: headers, body: Array(json.utf8))
    }

    private static let file = Part("file", "a recording", file: "a.wav")

    // MARK: - Who may

    static let all: [(method: String, path: String)] = [
        ("POST", "/post-audio/"), ("GET", "/reset"), ("POST", "/api/voicebot/"),
        ("POST", "/clone-voice"), ("POST", "/full-interaction"), ("POST", "/generate-text/"),
        ("POST", "/text-to-speech/"), ("POST", "/speech-to-text/"), ("POST", "/voice-to-voice/"),
        ("GET", "/ws/voice"), ("GET", "/api/voicebot/a.wav"),
    ]

    @Test("Nobody may talk without a key", arguments: all)
    func noKey(method: String, path: String) async throws {
        let server = try server()
        let answer = try await ask(port: server.port, method, path)
        #expect(answer.status == 401)
        #expect(talk.orders.isEmpty)
    }

    // MARK: - Turns by recordings

    static let recorded: [(path: String, type: String, conversation: TalkOrder.Conversation)] = [
        ("/post-audio/", "application/octet-stream", .callers),
        ("/voice-to-voice/", "audio/mpeg", .none), ("/voice-to-voice", "audio/mpeg", .none),
    ]

    @Test("A recording is answered with sound, as it comes", arguments: recorded)
    func recording(
        path: String, type: String, conversation: TalkOrder.Conversation
    ) async throws {
        let server = try server()
        let answer = try await post(server, path, [Self.file])
        #expect(answer.status == 200 && answer.body == [1, 2, 3, 4])
        #expect(answer.chunks.map(\.bytes) == [[1, 2], [3, 4]])
        #expect(answer.headers["content-type"] == type)
        #expect(answer.headers["x-pressel-provider"] == "languageModel=mind")
        let order = try #require(talk.orders.first)
        #expect(order.question == .file && order.goal == .sound && order.sound == .mp3)
        #expect(order.conversation == conversation && order.caller.name == "PROXY_API_KEY")
        #expect(talk.last.heard == Self.file.bytes && talk.last.isHeard)
    }

    static let accepted: [(accept: String, sound: TalkOrder.Sound, type: String)] = [
        ("audio/wav", .wav, "audio/wav"), ("Audio/X-WAV; q=0.5", .wav, "audio/wav"),
        ("text/html, audio/wav", .wav, "audio/wav"), ("*/*", .mp3, "audio/mpeg"),
        ("audio/mpeg, audio/wav", .mp3, "audio/mpeg"), ("audio/ogg", .mp3, "audio/mpeg"),
    ]

    @Test("Who wants WAV gets WAV", arguments: accepted)
    func accept(accept: String, sound: TalkOrder.Sound, type: String) async throws {
        let server = try server()
        for path in ["/voice-to-voice/", "/text-to-speech/"] {
            let headers = ["Accept": accept]
            let answer =
                path.hasPrefix("/text")
                ? try await post(server, path, json: #"{"prompt":"hello"}"#, headers: headers)
                : try await post(server, path, [Self.file], headers: headers)
            #expect(answer.headers["content-type"] == type)
            #expect(talk.orders.last?.sound == sound)
        }
    }

    @Test("The words of a recording are all that is answered, if they are all that is wanted")
    func words() async throws {
        let server = try server()
        let answer = try await post(server, "/speech-to-text/", [Self.file])
        #expect(answer.text == #"{"transcription":"What is it?"}"#)
        #expect(talk.orders.last?.goal == .words)
        #expect(answer.headers["x-pressel-provider"] == "languageModel=mind")
    }

    static let wrongForms: [(path: String, parts: [Part], status: Int, field: String?)] = [
        ("/post-audio/", [Part("other", "x")], 422, "file"),
        ("/voice-to-voice/", [Part("other", "x")], 422, "file"),
        ("/speech-to-text/", [Part("audio", "x", file: "a.wav")], 422, "file"),
        ("/post-audio/", [file, file], 422, "file"),
        ("/full-interaction", [Part("audio_file", "x", file: "a")], 422, "user_id"),
        ("/full-interaction", [Part("user_id", "u")], 422, "audio_file"),
        ("/full-interaction", [Part("user_id", " "), Part("audio_file", "x")], 422, "user_id"),
        (
            "/full-interaction", [Part("user_id", "a\nb"), Part("audio_file", "x")], 422,
            "user_id"
        ),
        ("/clone-voice", [Part("voice_name", "v"), Part("audio_file", "x")], 422, "user_id"),
        ("/clone-voice", [Part("user_id", "u"), Part("audio_file", "x")], 422, "voice_name"),
        ("/clone-voice", [Part("user_id", "u"), Part("voice_name", "v")], 422, "audio_file"),
        (
            "/clone-voice",
            [Part("user_id", String(repeating: "u", count: 201)), Part("voice_name", "v")], 422,
            "user_id"
        ),
        ("/api/voicebot/", [Part("other", "x")], 400, nil),
        ("/api/voicebot/", [Part("text", " \n")], 400, nil),
        ("/post-audio/", [Part](repeating: Part("x", "y"), count: 33), 400, nil),
        ("/post-audio/", [Part("x", String(repeating: "y", count: 20_000))], 413, "x"),
    ]

    @Test(
        "A form that is not what it should be is refused, and told by its field",
        arguments: wrongForms)
    func wrong(path: String, parts: [Part], status: Int, field: String?) async throws {
        let server = try server()
        let answer = try await post(server, path, parts)
        #expect(answer.status == status)
        if let field { #expect(answer.text.contains("\"field\":\"\(field)\"")) }
        #expect(answer.text.contains("\"detail\":"))
        // The answer goes out first.
        try await until(talk.turns.withLock { $0.allSatisfy(\.isCancelled) })
    }

    @Test("A body that is no form is refused", arguments: ["/post-audio/", "/full-interaction"])
    func noForm(path: String) async throws {
        let server = try server()
        #expect(try await post(server, path, json: "{}").status == 415)
    }

    static let troubles: [(status: Int, isOfField: Bool)] = [
        (413, true), (415, true), (422, true), (502, false), (503, false),
    ]

    @Test("What is wrong with a recording or a turn is told with its status", arguments: troubles)
    func trouble(status: Int, isOfField: Bool) async throws {
        let error = HTTPError(status, "some_code", "so it is")
        let complaining = FakeTalk { $0.complaint = error }
        let failing = FakeTalk { $0.failure = error }
        for talk in [complaining, failing] {
            let server = try server(talk)
            for path in ["/post-audio/", "/speech-to-text/", "/voice-to-voice/"] {
                let answer = try await post(server, path, [Self.file])
                #expect(answer.status == status && answer.text.contains("some_code"))
                #expect(answer.text.contains(#""field":"file""#) == isOfField)
            }
            // The answer goes out first.
            try await until(talk.turns.withLock { $0.allSatisfy(\.isCancelled) })
        }
    }

    @Test("Where there is no room, the sender learns when to come again")
    func busy() async throws {
        let server = try server(
            FakeTalk {
                $0.refusal = HTTPError(
                    503, "busy", "later", headers: [Header("Retry-After", "2")])
            })
        let answer = try await post(server, "/post-audio/", [Self.file])
        #expect(answer.status == 503 && answer.headers["retry-after"] == "2")
    }

    @Test("An answer that breaks off ends so that nobody takes it for all")
    func brokenOff() async throws {
        let server = try server(FakeTalk { $0.breaksOff = true })
        do {
            _ = try await post(server, "/voice-to-voice/", [Self.file])
            Issue.record("it seems complete")
        } catch {
            #expect(error is RawClient.Broken)
        }
    }

    @Test(
        "A turn is hung up on when the client does, whatever it waits for",
        arguments: [true, false])
    func hangUp(isUploading: Bool) async throws {
        let talk = FakeTalk { $0.isEndless = true }
        let server = try server(talk)
        try await onThread("client") {
            Result {
                let client = RawClient(port: server.port)
                let body = FormBody.bytes([Self.file])
                client.send(
                    "POST /voice-to-voice/ HTTP/1.1\r\nHost: x\r\nx-api-key: secret\r\n"
                        + "Content-Type: \(FormBody.type)\r\n"
                        + "Content-Length: \(body.count)\r\n\r\n")
                client.send(isUploading ? Array(body.dropLast(30)) : body)
                if !isUploading { _ = try client.read(atLeast: 100_000) }
                while talk.turns.withLock({ $0.isEmpty }) { sched_yield() }
            }
        }.get()
        while !talk.last.isCancelled { try await Task.sleep(for: .milliseconds(1)) }
    }

    // MARK: - Texts

    static let wrongPrompts: [(body: String, status: Int)] = [
        ("{", 400), ("", 400), ("{}", 422), (#"{"prompt":7}"#, 422), (#"{"prompt":" "}"#, 422),
        ("[]", 422), (#"{"prompt":null}"#, 422), (#"{"prompt":"a","voice":7}"#, 422),
        ("{\"prompt\":\"\(String(repeating: "x", count: 70_000))\"}", 413),
    ]

    @Test("What is no prompt is refused", arguments: wrongPrompts)
    func wrongPrompt(body: String, status: Int) async throws {
        let server = try server()
        for path in ["/generate-text/", "/text-to-speech/"] {
            #expect(try await post(server, path, json: body).status == status)
        }
        #expect(try await post(server, "/generate-text/", [Part("prompt", "x")]).status == 415)
        #expect(talk.orders.isEmpty)
    }

    @Test("A text is answered with a text")
    func generate() async throws {
        let server = try server()
        let answer = try await post(server, "/generate-text/", json: #"{"prompt":"What is it?"}"#)
        #expect(answer.text == #"{"response":"It is noon."}"#)
        #expect(talk.orders.last?.question == .text("What is it?"))
        #expect(talk.orders.last?.goal == .reply)
    }

    @Test("A text is spoken")
    func recital() async throws {
        let server = try server()
        let answer = try await post(server, "/text-to-speech/", json: #"{"prompt":"Good day"}"#)
        #expect(answer.body == [1, 2, 3, 4] && answer.headers["content-type"] == "audio/mpeg")
        #expect(talk.orders.last?.question == .recital("Good day"))
        #expect(talk.orders.last?.voice == nil)
    }

    @Test("A text is spoken in the voice that is asked for")
    func recitalInVoice() async throws {
        let server = try server()
        let body = #"{"prompt":"Good day","voice":"elevenlabs:adam"}"#
        #expect(try await post(server, "/text-to-speech/", json: body).status == 200)
        #expect(talk.orders.last?.voice == "elevenlabs:adam")
    }

    @Test("A conversation begins anew when it is asked to")
    func reset() async throws {
        let server = try server()
        let answer = try await ask(
            port: server.port, "GET", "/reset", headers: ["x-api-key": "secret"])
        #expect(answer.status == 200 && answer.text == #"{"response":"conversation reset"}"#)
        #expect(talk.forgotten.withLock { $0 } == ["key-environment"])
    }

    // MARK: - The voicebot

    static let voicebots: [(parts: [Part], question: TalkOrder.Question)] = [
        ([Part("text", "What is it?")], .text("What is it?")),
        ([Part("audio", "sound", file: "a.wav")], .file),
        ([Part("text", "What?"), Part("audio", "sound", file: "a.wav")], .file),
        ([Part("audio", "sound", file: "a.wav"), Part("text", "What?")], .file),
    ]

    @Test("The voicebot answers when all is there, and says where", arguments: voicebots)
    func voicebot(parts: [Part], question: TalkOrder.Question) async throws {
        let server = try server()
        let answer = try await post(server, "/api/voicebot/", parts)
        #expect(
            answer.text == #"{"output_wav_url":"http://localhost/api/voicebot/0123456789abcdef.wav"#
                + #"?signed","return_text":"It is noon."}"#)
        #expect(talk.orders.map(\.question) == [question] && talk.orders[0].sound == .kept)
        let elsewhere = try self.server(publicURL: "https://pressel.example/")
        let other = try await post(elsewhere, "/api/voicebot/", parts)
        #expect(other.text.contains(#""https://pressel.example/api/voicebot/"#))
    }

    @Test("Who sends the voicebot nothing is told what it takes")
    func nothing() async throws {
        let server = try server()
        let answer = try await ask(
            port: server.port, "POST", "/api/voicebot/", headers: ["x-api-key": "secret"])
        #expect(answer.status == 400)
        #expect(answer.text.contains(#""detail":"Audio or text input required""#))
    }

    @Test("An answer is fetched by its name")
    func fetch() async throws {
        let server = try server()
        let headers = ["x-api-key": "secret"]
        let found = try await ask(
            port: server.port, "GET", "/api/voicebot/a.wav", headers: headers)
        #expect(found.body == [1, 2] && found.headers["content-type"] == "audio/wav")
        let missing = try await ask(
            port: server.port, "GET", "/api/voicebot/b.wav", headers: headers)
        #expect(missing.status == 404)
    }

    // MARK: - Voices

    @Test("A voice is made after a recording", arguments: [nil, "Anna Berg"])
    func clone(speaker: String?) async throws {
        let server = try server()
        var parts = [
            Part("user_id", "u1"), Part("voice_name", "Anna"), Part("audio_file", "snd", file: "a"),
        ]
        if let speaker { parts.append(Part("consent_by", speaker)) }
        let answer = try await post(server, "/clone-voice", parts)
        #expect(answer.text == #"{"message":"ready","success":true,"voice_id":"voice-1"}"#)
        let order = try #require(talk.clones.withLock { $0.first })
        #expect(order.user == "u1" && order.name == "Anna" && order.speaker == speaker)
        #expect(order.recording == Array("snd".utf8))
    }

    @Test("One voice is made at a time: a recording is held whole meanwhile")
    func cloneBeside() async throws {
        let server = try server()
        let sound = [UInt8](repeating: 7, count: 20_000)
        let body = FormBody.bytes([
            Part("user_id", "u1"), Part("voice_name", "Anna"), Part("audio_file", sound, file: "a"),
        ])
        let head =
            "POST /clone-voice HTTP/1.1\r\nHost: localhost\r\nx-api-key: secret\r\n"
            + "Content-Type: \(FormBody.type)\r\nContent-Length: \(body.count)\r\n\r\n"
        try await onThread("client") { [talk] in
            Result {
                let first = RawClient(port: server.port)
                first.send(Array(head.utf8) + body.prefix(15_000))
                for _ in 0..<1000 where talk.script.withLock({ $0.voicesAsked }) == 0 {
                    _ = sleepThread(until: .now + .milliseconds(10), unless: [])
                }
                let second = RawClient(port: server.port)
                second.send(Array(head.utf8) + body)
                let refused = try second.answer()
                #expect(refused.status == 409 && refused.headers["retry-after"] == "10")
                first.send(Array(body.dropFirst(15_000)))
                #expect(try first.answer().status == 200)
                let next = RawClient(port: server.port)
                next.send(Array(head.utf8) + body)
                #expect(try next.answer().status == 200)
            }
        }.get()
    }

    @Test("Where nobody makes voices, that is said before a recording is sent")
    func noCloning() async throws {
        let server = try server(FakeTalk { $0.makesVoices = false })
        let parts = [
            Part("user_id", "u1"), Part("voice_name", "Anna"), Part("audio_file", "snd", file: "a"),
        ]
        let answer = try await post(server, "/clone-voice", parts)
        #expect(answer.status == 409 && answer.text.contains("ELEVENLABS_API_KEY"))
    }

    @Test("The order of a form's fields does not matter", arguments: [0, 1, 2])
    func orderOfFields(order: Int) async throws {
        let server = try server()
        var parts = [
            Part("user_id", "u1"), Part("voice_id", "voice-7"),
        ]
        parts.insert(Part("audio_file", "snd", file: "a"), at: order)
        let answer = try await post(server, "/full-interaction", parts)
        #expect(answer.status == 200)
        let turn = talk.last
        #expect(turn.order.user == "u1" && turn.order.voice == "voice-7")
        #expect(turn.order.conversation == .users && turn.heard == Array("snd".utf8))
    }

    static let headerTexts: [(text: String, plain: String, encoded: String)] = [
        ("It is noon.", "It is noon.", "It%20is%20noon."),
        ("Grüße 😀\r\nX: y", "Gr??e ??X: y", "Gr%C3%BC%C3%9Fe%20%F0%9F%98%80%0D%0AX%3A%20y"),
        ("", "", ""),
    ]

    @Test("What was said stands in headers that nobody takes for others", arguments: headerTexts)
    func headers(text: String, plain: String, encoded: String) async throws {
        let server = try server(
            FakeTalk {
                $0.reply = [text]
                $0.transcript = text
            })
        let parts = [Part("user_id", "u1"), Part("audio_file", "snd", file: "a")]
        let answer = try await post(server, "/full-interaction", parts)
        for name in ["x-response-text", "x-transcript"] {
            #expect(answer.headers[name] ?? "" == plain)
            #expect(answer.headers["\(name)-encoded"] ?? "" == encoded)
        }
        #expect(answer.body == [1, 2, 3, 4] && answer.headers["x"] == nil)
    }

    @Test("A long text is cut in its headers, and not in the middle of a character")
    func longHeaders() async throws {
        let text = String(repeating: "ü", count: 10_000)
        let server = try server(
            FakeTalk {
                $0.reply = [text]
                $0.transcript = text
            })
        let parts = [Part("user_id", "u1"), Part("audio_file", "snd", file: "a")]
        let answer = try await post(server, "/full-interaction", parts)
        #expect(answer.status == 200)
        #expect(answer.headers["x-response-text"] == String(repeating: "?", count: 4096))
        let encoded = String(repeating: "%C3%BC", count: 682)
        #expect(answer.headers["x-transcript-encoded"] == encoded)
    }

    // MARK: - The WebSocket

    private func socket(_ server: Server) async throws -> WebSocket {
        try await openSocket(port: server.port, "/ws/voice", headers: ["x-api-key": "secret"])
    }

    /// All that comes up to `last`, which is a type.
    private func messages(
        _ socket: WebSocket, until last: String
    ) async throws -> [WebSocketMessage] {
        var messages: [WebSocketMessage] = []
        while true {
            let message = try await socket.next()
            messages.append(message)
            if case .text(let text) = message, text.contains("\"type\":\"\(last)\"") {
                return messages
            }
        }
    }

    @Test("A turn over a WebSocket, from the first sample to the last")
    func socketTurn() async throws {
        let server = try server()
        let socket = try await socket(server)
        for number in 1...2 {
            try socket.send(.text(#"{"type":"start","format":"pcm16","rate":16000}"#))
            try socket.send(.binary([1, 2, 3]))
            try socket.send(.binary([4]))
            try socket.send(.text(#"{"type":"end"}"#))
            let all = try await messages(socket, until: "done")
            #expect(
                all == [
                    .text(#"{"text":"What is it?","type":"transcript"}"#),
                    .text(#"{"text":"It is ","type":"reply.delta"}"#),
                    .text(#"{"text":"noon.","type":"reply.delta"}"#),
                    .text(
                        #"{"channels":1,"format":"pcm16","rate":24000,"type":"audio.start"}"#),
                    .binary([1, 2]), .binary([3, 4]),
                    .text(
                        #"{"outcome":"answered","providers":{"languageModel":"mind"},"#
                            + #""turn":"0123456789abcdef","type":"done"}"#),
                ])
            #expect(talk.orders.count == number)
            #expect(talk.last.heard == [1, 2, 3, 4])
        }
        // One conversation, which is the connection's own.
        let conversations = Set(talk.orders.map { "\($0.conversation)" })
        #expect(conversations.count == 1)
        guard case .named? = talk.orders.first?.conversation else {
            Issue.record("no conversation")
            return
        }
        let other = try await self.socket(server)
        try other.send(.text(#"{"type":"start"}"#))
        try other.send(.text(#"{"type":"end"}"#))
        _ = try await messages(other, until: "done")
        #expect(talk.orders.last.map { "\($0.conversation)" } != conversations.first)
        #expect(talk.orders.last?.question == .samples(rate: 16_000))
    }

    static let wrongMessages: [(message: WebSocketMessage, code: String, field: String?)] = [
        (.text("hello"), "bad_request", nil), (.text("[]"), "bad_request", nil),
        (.text(#"{"type":"begin"}"#), "invalid_field", "type"),
        (.text(#"{"type":"start","format":"opus"}"#), "invalid_field", "format"),
        (.text(#"{"type":"start","rate":100}"#), "invalid_field", "rate"),
        (.text(#"{"type":"start","rate":"16000"}"#), "invalid_field", "rate"),
        (.text(#"{"type":"start","rate":1e300}"#), "invalid_field", "rate"),
        (.text(#"{"type":"end"}"#), "not_started", nil), (.binary([1]), "not_started", nil),
    ]

    @Test(
        "A message that makes no sense is told so, and the next one may", arguments: wrongMessages)
    func wrongMessage(message: WebSocketMessage, code: String, field: String?) async throws {
        let server = try server()
        let socket = try await socket(server)
        try socket.send(message)
        guard case .text(let text) = try await socket.next() else {
            Issue.record("no text")
            return
        }
        #expect(text.contains("\"code\":\"\(code)\"") && text.contains(#""type":"error""#))
        if let field { #expect(text.contains("\"field\":\"\(field)\"")) }
        try socket.send(.text(#"{"type":"start","format":"file"}"#))
        try socket.send(.binary([1]))
        try socket.send(.text(#"{"type":"end"}"#))
        _ = try await messages(socket, until: "done")
        #expect(talk.orders.last?.question == .file)
    }

    @Test("A turn is cancelled, or by another that begins", arguments: ["cancel", "start"])
    func cancel(how: String) async throws {
        let talk = FakeTalk { $0.isEndless = true }
        let server = try server(talk)
        let socket = try await socket(server)
        try socket.send(.text(#"{"type":"start"}"#))
        try socket.send(.text(#"{"type":"end"}"#))
        _ = try await messages(socket, until: "audio.start")
        try socket.send(.text("{\"type\":\"\(how)\"}"))
        let rest = try await messages(socket, until: "done")
        #expect("\(rest.last!)".contains("stopped"))
        #expect(talk.turns.withLock { $0[0].isCancelled })
        try await until(talk.turns.withLock { $0.count } == (how == "start" ? 2 : 1))
    }

    @Test("Whoever goes away is hung up on", arguments: [true, false])
    func gone(isSpeaking: Bool) async throws {
        let talk = FakeTalk { $0.isEndless = true }
        let server = try server(talk)
        let socket = try await socket(server)
        try socket.send(.text(#"{"type":"start"}"#))
        if !isSpeaking {
            try socket.send(.text(#"{"type":"end"}"#))
            _ = try await messages(socket, until: "audio.start")
        }
        try await until(!talk.turns.withLock { $0.isEmpty })
        socket.hangUp()
        try await until(talk.last.isCancelled)
    }

    @Test("A recording that is of no use ends its turn, and not the conversation")
    func complaint() async throws {
        let talk = FakeTalk { $0.complaint = HTTPError(415, "unsupported_media_type", "no") }
        let server = try server(talk)
        let socket = try await socket(server)
        try socket.send(.text(#"{"type":"start","format":"file"}"#))
        try socket.send(.binary([1]))
        try socket.send(.binary([2]))
        try socket.send(.text(#"{"type":"end"}"#))
        guard case .text(let text) = try await socket.next() else {
            Issue.record("no text")
            return
        }
        #expect(text.contains("unsupported_media_type"))
        talk.script.withLock { $0.complaint = nil }
        try socket.send(.text(#"{"type":"start","format":"file"}"#))
        try socket.send(.binary([1]))
        try socket.send(.text(#"{"type":"end"}"#))
        // Nothing came in between.
        let all = try await messages(socket, until: "done")
        #expect(all.first == .text(#"{"text":"What is it?","type":"transcript"}"#))
    }

    private func until(_ condition: @autoclosure () -> Bool) async throws {
        for _ in 0..<5000 where !condition() { try await Task.sleep(for: .milliseconds(1)) }
        #expect(condition())
    }
}
