import Audio
import Codec
import FoundationEssentials
import Glibc
import Linux
import Store
import TestSupport
import Testing
import Voice
import WebSockets

@testable import sandbox

/// `pressel run` as those meet it who talk to it over the network, with a stand-in for the cloud.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct TalkRunTests {
    private let sandbox: Sandbox
    private let folder = TemporaryFolder()
    private let port: Int

    private static let reply = "One two three. Four five six. Seven eight nine."
    private static let transcript = "What time is it?"
    private static let key = "key-of-the-talkers"

    init() throws {
        sandbox = try Sandbox(Self.script())
        // Free a moment ago.
        let other = try Sandbox()
        port = other.server.port
        other.stop()
    }

    private static func script(
        _ change: (inout Script) throws -> Void = { _ in }
    ) rethrows -> Script {
        var script = Script()
        script.transcript = transcript
        script.reply = reply
        try change(&script)
        return script
    }

    private var openAI: String {
        "{\"provider\": \"openai\", \"baseURL\": \"\(sandbox.baseURL)\", \"timeoutSeconds\": 5}"
    }

    /// - Parameter speech: the link that speaks.
    private func chains(speech: String? = nil) -> String {
        """
        "speechToText": [\(openAI)], "languageModel": [\(openAI)],
        "textToSpeech": [\(speech ?? openAI)],
        """
    }

    private func device(_ settings: String? = nil, state: String? = nil) async throws -> Device {
        let state = state ?? folder.path
        let secrets = ["OPENAI_API_KEY": "x", "ELEVENLABS_API_KEY": "y", "PROXY_API_KEY": Self.key]
        let file = try JSONEncoder().encode(secrets)
        try writeFile(String(decoding: file, as: UTF8.self), to: state + "/secrets.json")
        let device = try Device(settings: settings ?? chains(), port: port, state: state)
        try await device.says("serving on 0.0.0.0, port \(port)")
        return device
    }

    private func post(
        _ path: String, _ parts: [FormPart], headers more: [String: String] = [:]
    ) async throws -> RawClient.Answer {
        var headers = ["x-api-key": Self.key, "Content-Type": FormBody.type]
        headers.merge(more) { $1 }
        return try await TestSupport.ask(
            port: port, "POST", path, headers: headers, body: FormBody.bytes(parts))
    }

    private func post(_ path: String, prompt: String) async throws -> RawClient.Answer {
        try await TestSupport.ask(
            port: port, "POST", path,
            headers: ["x-api-key": Self.key, "Content-Type": "application/json"],
            body: try [UInt8](JSONEncoder().encode(["prompt": prompt])))
    }

    private func get(_ path: String) async throws -> RawClient.Answer {
        try await TestSupport.ask(
            port: port, "GET", path, headers: ["x-api-key": Self.key])
    }

    private func question(_ text: String = "What time is it?") async throws -> [UInt8] {
        WAVEncoder.file(of: try await spoken(text))
    }

    /// The sound of an answer, which is MP3 or WAV.
    private func sound(_ answer: RawClient.Answer) throws -> AudioChunk {
        let path = folder.file("answer", answer.body)
        return try AudioFile.read(path, atMost: .seconds(120)).sound
    }

    private func words(_ answer: RawClient.Answer) throws -> [Int] {
        ToneCode.heard(in: try sound(answer)).map(\.symbol)
    }

    private func history(of device: Device) async throws -> [TurnRecord] {
        #expect(await device.end(by: SIGTERM).status == 0)
        let memory = Memory(
            in: StateFolder(path: folder.path), limits: HistoryLimits(), clock: MonotonicClock())
        let turns = try await memory.turns(atMost: 100).turns
        await memory.close()
        return turns
    }

    // MARK: - With the cloud

    @Test("Every endpoint answers, in sound that says what it should", .timeLimit(.minutes(2)))
    func all() async throws {
        let device = try await device()
        let file = FormPart("file", try await question(), file: "q.wav")
        let audioFile = FormPart("audio_file", file.bytes, file: "q.wav")
        let expected = ToneCode.symbols(for: Self.reply)

        let tutorial = try await post("/post-audio/", [file])
        #expect(tutorial.status == 200, "\(tutorial.text)")
        #expect(tutorial.headers["content-type"] == "application/octet-stream")
        #expect(try words(tutorial) == expected)
        #expect(
            tutorial.headers["x-pressel-provider"]
                == "speechToText=openai, languageModel=openai, textToSpeech=openai")
        #expect(MP3Head.begins(tutorial.body))

        let voice = try await post("/voice-to-voice/", [file], headers: ["Accept": "audio/wav"])
        #expect(
            voice.body.starts(with: "RIFF".utf8) && voice.headers["content-type"] == "audio/wav")
        #expect(try words(voice) == expected)

        let full = try await post(
            "/full-interaction", [FormPart("user_id", "anna"), audioFile])
        #expect(full.headers["x-response-text"] == Self.reply)
        #expect(full.headers["x-transcript"] == Self.transcript)
        #expect(try words(full) == expected)

        let text = try await post("/generate-text/", prompt: "Why?")
        #expect(text.text == "{\"response\":\"\(Self.reply)\"}")
        #expect(text.headers["x-pressel-provider"] == "languageModel=openai")

        let recital = try await post("/text-to-speech/", prompt: "Good morning. It is late.")
        #expect(try words(recital) == ToneCode.symbols(for: "Good morning. It is late."))
        #expect(recital.headers["x-pressel-provider"] == "textToSpeech=openai")

        let heard = try await post("/speech-to-text/", [file])
        #expect(heard.text == "{\"transcription\":\"\(Self.transcript)\"}")
        #expect(heard.headers["x-pressel-provider"] == "speechToText=openai")

        for part in [FormPart("text", "Why?"), FormPart("audio", file.bytes, file: "q.wav")] {
            let bot = try await post("/api/voicebot/", [part])
            let answer = try JSONDecoder().decode([String: String].self, from: Data(bot.body))
            #expect(answer["return_text"] == Self.reply)
            let url = try #require(answer["output_wav_url"])
            #expect(url.hasPrefix("http://localhost/api/voicebot/"))
            let path = String(url.dropFirst("http://localhost".count))
            let wav = try await get(path)
            #expect(wav.body.starts(with: "RIFF".utf8))
            #expect(try words(wav) == expected)
        }

        #expect(try await get("/reset").text == #"{"response":"conversation reset"}"#)

        // None of it was heard in the room.
        #expect(!device.log.contains("light "))
        let turns = try await history(of: device)
        #expect(turns.count == 8)
        #expect(turns.allSatisfy { $0.source == "PROXY_API_KEY" && $0.outcome == .answered })
        #expect(turns.filter { $0.user == "anna" }.count == 1)
        #expect(
            turns.filter { $0.reply == Self.reply && $0.transcript == Self.transcript }.count == 4)
        #expect(Set(turns.map(\.conversation)).count == 8)
        #expect(!device.log.contains(Self.key))
    }

    @Test("The first sound leaves before the reply is written to its end")
    func early() async throws {
        sandbox.follow(
            Self.script { script in
                script.profile.token = .milliseconds(150)
                script.reply = (1...8).map { "This is sentence number \($0)." }
                    .joined(separator: " ")
            })
        let device = try await device()
        let answer = try await post(
            "/post-audio/", [FormPart("file", try await question(), file: "q.wav")])
        let chat = try #require(sandbox.requests.first { $0.path == "/v1/chat/completions" })
        let first = try #require(answer.chunks.first?.moment)
        let end = Moment(nanoseconds: try #require(chat.lastAnswerNanoseconds))
        #expect(end - first > .seconds(2))
        withExtendedLifetime(device) {}
    }

    @Test("What is said over a WebSocket is heard elsewhere while it is said")
    func whileSpoken() async throws {
        let device = try await device()
        let socket = try await openSocket(
            port: port, "/ws/voice", headers: ["x-api-key": Self.key])
        let sound = try await spoken("What time is it?")
        try socket.send(.text(#"{"type":"start","format":"pcm16","rate":16000}"#))
        let encoder = SampleEncoder(format: .speech)
        for start in stride(from: 0, to: sound.frames, by: 320) {
            try socket.send(.binary(encoder.encode(sound.part(start..<start + 320))))
            try await device.sleep(20)
        }
        let ended = Moment.now
        try socket.send(.text(#"{"type":"end"}"#))
        var texts: [String] = []
        var samples: [UInt8] = []
        while texts.last?.contains(#""type":"done""#) != true {
            switch try await socket.next() {
            case .text(let text): texts.append(text)
            case .binary(let bytes): samples += bytes
            }
        }
        #expect(texts.first == #"{"text":"What time is it?","type":"transcript"}"#)
        #expect(
            texts.contains(#"{"channels":1,"format":"pcm16","rate":24000,"type":"audio.start"}"#))
        var decoder = SampleBytes(AudioFormat(framesPerSecond: 24_000, channels: 1))
        let heard = ToneCode.heard(in: decoder.take(samples[...])).map(\.symbol)
        #expect(heard == ToneCode.symbols(for: Self.reply))
        let asked = try #require(sandbox.requests.first { $0.path.hasSuffix("/transcriptions") })
        let first = Moment(nanoseconds: try #require(asked.firstBodyByteNanoseconds))
        #expect(ended - first > .milliseconds(300))
        let done = try #require(texts.last)
        socket.close()
        let turns = try await history(of: device)
        #expect(turns.count == 1 && done.contains(turns[0].id.text))
    }

    @Test("A user's own voice is made, and heard in what they are answered")
    func cloned() async throws {
        let root = String(sandbox.baseURL.dropLast("/v1".count))
        let settings = chains(speech: #"{"provider": "elevenlabs", "baseURL": "\#(root)"}"#)
        let device = try await device(settings)
        let voice = TestSound.noise(lasting: .seconds(12), amplitude: 0.2)
        let made = try await post(
            "/clone-voice",
            [
                FormPart("user_id", "anna"), FormPart("voice_name", "Anna"),
                FormPart("audio_file", WAVEncoder.file(of: voice), file: "anna.wav"),
            ])
        #expect(made.status == 200, "\(made.text)")
        #expect(made.text.contains(#""success":true"#))
        let id = try #require(made.text.firstMatch(of: /voice-[0-9a-f]{12}/)).output
        let audio = FormPart("audio_file", try await question(), file: "q.wav")

        func speakers(_ parts: [FormPart]) async throws -> (Int, Set<String>) {
            sandbox.forget()
            let answer = try await post("/full-interaction", parts + [audio])
            let paths = sandbox.requests.map(\.path).filter { $0.hasPrefix("/v1/text-to-speech/") }
            return (answer.status, Set(paths.map { String($0.split(separator: "/")[2]) }))
        }
        let own = try await speakers([FormPart("user_id", "anna")])
        let named = try await speakers([
            FormPart("user_id", "bert"), FormPart("voice_id", String(id)),
        ])
        let usual = try await speakers([
            FormPart("user_id", "bert"), FormPart("voice_id", "default"),
        ])
        #expect(own.0 == 200 && named.0 == 200 && usual.0 == 200)
        #expect(own.1 == named.1 && own.1.count == 1 && usual.1.count == 1)
        #expect(own.1 != usual.1)
        #expect(
            try await speakers([
                FormPart("user_id", "bert"), FormPart("voice_id", "voice-000000000000"),
            ]).0 == 422)
        let silent = try await post(
            "/clone-voice",
            [
                FormPart("user_id", "anna"), FormPart("voice_name", "Anna"),
                FormPart(
                    "audio_file",
                    WAVEncoder.file(of: .silence(lasting: .seconds(12), format: .speech)),
                    file: "anna.wav"),
            ])
        #expect(silent.status == 422 && silent.text.contains(#""field":"audio_file""#))
        withExtendedLifetime(device) {}
    }

    static let others: [(head: [UInt8], ending: String)] = [
        ([0x1A, 0x45, 0xDF, 0xA3], "webm"), ([0, 0, 0, 24] + Array("ftypisom".utf8), "mp4"),
    ]

    @Test("What nobody reads here goes to a recognizer that does", arguments: others)
    func foreign(head: [UInt8], ending: String) async throws {
        let device = try await device()
        let bytes = head + [UInt8](repeating: 9, count: 5000)
        let file = FormPart("file", bytes, file: "blob")
        let words = try await post("/speech-to-text/", [file])
        #expect(words.text == "{\"transcription\":\"\(Self.transcript)\"}")
        let answer = try await post("/post-audio/", [file])
        #expect(try self.words(answer) == ToneCode.symbols(for: Self.reply))
        let long = FormPart("file", head + [UInt8](repeating: 9, count: 9 << 20), file: "blob")
        #expect(try await post("/speech-to-text/", [long]).status == 413)
        withExtendedLifetime(device) {}
    }

    @Test("MP3 that a provider made passes as it came")
    func passing() async throws {
        let root = String(sandbox.baseURL.dropLast("/v1".count))
        let device = try await device(
            chains(speech: #"{"provider": "google-translate", "baseURL": "\#(root)"}"#))
        let text = "Good morning. It is late."
        let mp3 = try await post("/text-to-speech/", prompt: text)
        #expect(mp3.headers["x-pressel-provider"] == "textToSpeech=google-translate")
        #expect(try words(mp3) == ToneCode.symbols(for: text))
        let wav = try await TestSupport.ask(
            port: port, "POST", "/text-to-speech/",
            headers: [
                "x-api-key": Self.key, "Content-Type": "application/json", "Accept": "audio/wav",
            ], body: Array(#"{"prompt":"Good morning. It is late."}"#.utf8))
        #expect(wav.body.starts(with: "RIFF".utf8))
        #expect(try words(wav) == ToneCode.symbols(for: text))
        withExtendedLifetime(device) {}
    }

    @Test("Who goes away is not waited for: what was asked for them is hung up on")
    func goneAway() async throws {
        sandbox.follow(try Self.script { $0.faults = [try FaultRule("speech=endless")] })
        let device = try await device()
        let body = FormBody.bytes([FormPart("file", try await question(), file: "q.wav")])
        let port = port
        try await onThread("client") {
            Result {
                let client = RawClient(port: port)
                client.send(
                    "POST /voice-to-voice/ HTTP/1.1\r\nHost: localhost\r\nx-api-key: \(Self.key)\r\n"
                        + "Content-Type: \(FormBody.type)\r\n"
                        + "Content-Length: \(body.count)\r\n\r\n")
                client.send(body)
                _ = try client.read(atLeast: 2000)
            }
        }.get()
        try await device.says("remote turn 1: stopped")
        // What is on its way arrives; an answer that goes on would be more every time.
        var sent = -1
        for _ in 0..<50 {
            let now = sandbox.requests.reduce(0) { $0 + $1.answerBytes }
            if now == sent { break }
            sent = now
            try await device.sleep(100)
        }
        #expect(sandbox.requests.reduce(0) { $0 + $1.answerBytes } == sent)
        let speech = sandbox.requests.filter { $0.path.contains("speech") }
        #expect(!speech.isEmpty && speech.allSatisfy { !$0.isComplete })
    }

    @Test("Whoever talks to it when the device ends is hung up on, and what they said is kept")
    func ending() async throws {
        sandbox.follow(try Self.script { $0.faults = [try FaultRule("speech=stallMidway")] })
        let device = try await device()
        let file = FormPart("file", try await question(), file: "q.wav")
        async let answer = try? post("/voice-to-voice/", [file])
        try await device.says("remote turn 1: heard")
        let turns = try await history(of: device)
        _ = await answer
        #expect(turns.map(\.outcome) == [.stopped])
        #expect(turns.first?.transcript == Self.transcript)
        let (stop, end) = ("remote turn 1: stopped", "ended by SIGTERM")
        #expect(device.log.contains(try Regex("(?s)\(stop).*\(end)")), "\(device.log)")
    }

    @Test("More turns than there is room for wait for theirs")
    func crowd() async throws {
        sandbox.follow(Self.script { $0.profile.firstToken = .milliseconds(300) })
        let device = try await device()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<12 {
                group.addTask { try await post("/generate-text/", prompt: "Why?").status }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 12))
        withExtendedLifetime(device) {}
    }

    @Test("A conversation begins anew also without the turn that goes on meanwhile")
    func resetMeanwhile() async throws {
        sandbox.follow(Self.script { $0.profile.firstToken = .milliseconds(800) })
        let device = try await device()
        let file = FormPart("file", try await question(), file: "q.wav")
        async let answer = post("/post-audio/", [file])
        for _ in 0..<500 where !sandbox.requests.contains(where: { $0.path.contains("chat") }) {
            try await device.sleep(10)
        }
        #expect(try await get("/reset").status == 200)
        #expect(try await answer.status == 200)
        #expect(try await post("/post-audio/", [file]).status == 200)
        let conversations = try await history(of: device).map(\.conversation)
        #expect(conversations.count == 2)
        #expect(conversations.filter { $0.hasSuffix("forgotten") }.count == 1)
    }

    // MARK: - By itself

    private static let refusals: [(name: String, status: Int, code: String)] = [
        ("silence", 422, "nothing_heard"), ("text", 415, "unsupported_media_type"),
        ("nothing", 422, "invalid_recording"), ("long", 413, "too_long"),
    ]

    private func recording(_ name: String) -> [UInt8] {
        switch name {
        case "silence": WAVEncoder.file(of: .silence(lasting: .seconds(1), format: .speech))
        case "text": Array("This is a text, and no recording at all.".utf8)
        case "long": WAVEncoder.file(of: .silence(lasting: .seconds(62), format: .speech))
        default: []
        }
    }

    @Test("Without a cloud the device answers by itself, and remembers for each key")
    func local() async throws {
        let device = try await device("")
        func ask(_ words: String) async throws -> String {
            let file = FormPart("file", try await question(words), file: "q.wav")
            let answer = try await post("/post-audio/", [file])
            #expect(
                answer.headers["x-pressel-provider"]
                    == "speechToText=pocketsphinx, languageModel=skills, textToSpeech=espeak-ng")
            return try await recognized(Resampler.convert(try sound(answer), to: .speech))
        }
        let time = try await ask("What time is it?")
        #expect(time.contains("it is"), "\(time)")
        let again = try await ask("Say that again.")
        #expect(again == time)
        #expect(try await get("/reset").status == 200)
        let nothing = try await ask("Say that again.")
        #expect(nothing != time)

        for (name, status, code) in Self.refusals {
            let file = FormPart("file", recording(name), file: "q.wav")
            let answer = try await post("/post-audio/", [file])
            #expect(
                answer.status == status && answer.text.contains(code), "\(name): \(answer.text)")
            #expect(answer.text.contains(#""field":"file""#))
        }
        let silence = FormPart("file", recording("silence"), file: "q.wav")
        let words = try await post("/speech-to-text/", [silence])
        #expect(words.text == #"{"transcription":""}"#)
        let clone = try await post(
            "/clone-voice",
            [
                FormPart("user_id", "a"), FormPart("voice_name", "b"),
                FormPart("audio_file", recording("text"), file: "a.wav"),
            ])
        #expect(clone.status == 415)
        // The one that was too long goes on for a moment after its answer.
        try await device.says("stopped, for PROXY_API_KEY")
        let turns = try await history(of: device)
        // Recordings of no use are no turns.
        #expect(turns.count == 5)
    }

    @Test("Where nobody can answer, that is told")
    func nobody() async throws {
        let device = try await device(#""language": "de","#)
        let file = FormPart("file", try await question(), file: "q.wav")
        let answer = try await post("/speech-to-text/", [file])
        #expect(answer.status == 502 && answer.text.contains("no_answer"))
        #expect(try await post("/voice-to-voice/", [file]).status == 502)
        withExtendedLifetime(device) {}
    }

    @Test("A talker without the right to it does not change the device by voice")
    func bounds() async throws {
        let device = try await device("")
        // The key is an admin's.
        let set = try await post("/generate-text/", prompt: "Set the volume to thirty.")
        #expect(set.text.contains("30") || set.text.contains("thirty"), "\(set.text)")
        withExtendedLifetime(device) {}
    }
}

private enum MP3Head {
    static func begins(_ bytes: [UInt8]) -> Bool {
        bytes.count > 2 && bytes[0] == 0xFF && bytes[1] & 0xE0 == 0xE0
    }
}
