import Codec
import Linux
import TestSupport
import Testing
import Voice

@testable import Providers
@testable import sandbox

/// Our side of OpenAI's Realtime API against a server that is strict about it.
@Suite(.timeLimit(.minutes(1)))
struct RealtimeTests {
    private let sandbox: Sandbox
    private let log = LogBook()
    private let client = HTTPClient()

    private static let key = "sk-secret-key-of-a-test"
    private static let speech = TestSound.noise(lasting: .seconds(1), amplitude: 0.2)

    init() throws { sandbox = try Sandbox(Self.script()) }

    private static func script(_ change: (inout Script) -> Void = { _ in }) -> Script {
        var script = Script()
        script.key = key
        script.transcript = "  What time is it? \n"
        change(&script)
        return script
    }

    private func server(
        key: String? = Self.key, timeout: Duration = .seconds(5),
        clock: any MomentClock = InstantClock()
    ) -> HTTPService {
        HTTPService.openAI(
            name: "openai-realtime", baseURL: sandbox.baseURL, key: key, client: client,
            timeout: timeout, clock: clock, log: log.log)
    }

    private func transcribe(
        _ server: HTTPService, _ sound: AudioChunk = Self.speech, model: String? = nil
    ) async throws -> String {
        let recording = AudioStream { stream in
            for start in stride(from: 0, to: sound.frames, by: 1600) {
                stream.yield(sound.part(start..<min(sound.frames, start + 1600)))
            }
            stream.finish()
        }
        return try await OpenAIRealtimeTranscription(
            server, model: ModelChoice(model), language: "en-GB"
        ).transcript(of: recording)
    }

    private func speak(_ voice: OpenAIRealtimeSpeech, _ text: String) async throws -> AudioChunk {
        var samples: [Int16] = []
        for try await chunk in try await voice.speech(for: text) { samples += chunk.samples }
        return AudioChunk(samples, format: RealtimeMessage.format)
    }

    private func voice(
        _ server: HTTPService, pace: SpeakingPace = SpeakingPace(),
        _ change: (inout OpenAIRealtimeSpeech.Options) -> Void = { _ in }
    ) -> OpenAIRealtimeSpeech {
        var options = OpenAIRealtimeSpeech.Options()
        change(&options)
        return OpenAIRealtimeSpeech(server, model: ModelChoice(nil), options: options, pace: pace)
    }

    private func words(_ sound: AudioChunk) -> [Int] { ToneCode.heard(in: sound).map(\.symbol) }

    private var sessions: [RequestRecord] { sandbox.requests.filter { $0.path == "/v1/realtime" } }

    @Test("A recording is sent while it is spoken, and becomes words")
    func transcription() async throws {
        #expect(try await transcribe(server()) == "What time is it?")
        let request = try #require(sessions.last)
        #expect(request.model == "gpt-live-transcribe")
        // At 24 kHz, in base64.
        #expect(request.bodyBytes > 24_000 * 2 * 4 / 3)
    }

    @Test("A session that was prepared is used, and one that ended is replaced")
    func prepared() async throws {
        let recognizer = OpenAIRealtimeTranscription(
            server(clock: ManualClock()), model: ModelChoice("gpt-live-transcribe"), language: nil)
        recognizer.prepare()
        while sessions.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        for turn in 1...3 {
            let recording = AudioStream { stream in
                stream.yield(Self.speech)
                stream.finish()
            }
            #expect(try await recognizer.transcript(of: recording) == "What time is it?")
            #expect(sessions.count == turn)
        }
    }

    @Test("What is too short to be words is not asked about")
    func tooShort() async throws {
        let click = TestSound.noise(lasting: .milliseconds(60), amplitude: 0.2)
        #expect(try await transcribe(server(), click) == "")
    }

    @Test("Texts become sound, one after the other and at the same time, over one connection")
    func speech() async throws {
        let voice = voice(server())
        #expect(words(try await speak(voice, "one two")) == ToneCode.symbols(for: "one two"))
        async let one = speak(voice, "three four five")
        async let other = speak(voice, "six seven")
        #expect(words(try await one) == ToneCode.symbols(for: "three four five"))
        #expect(words(try await other) == ToneCode.symbols(for: "six seven"))
        #expect(sessions.count == 1)
        #expect(sessions[0].model == "gpt-realtime-2.1-mini")
    }

    @Test("Voice, speed and instructions are the owner's")
    func options() async throws {
        let slow = voice(server()) { options in
            options.voice = "cedar"
            options.speed = 0.5
            options.instructions = "Whisper."
        }
        let sound = try await speak(slow, "one two")
        #expect(sound.duration > ToneCode.wordLength * 3.5)
        await #expect(throws: ProviderError.self) {
            try await speak(voice(server()) { $0.voice = "nobody" }, "one")
        }
    }

    @Test("Asked to speak more slowly, it does from the next clause on")
    func slower() async throws {
        let pace = SpeakingPace()
        let voice = voice(server(), pace: pace)
        let usual = try await speak(voice, "one two").duration
        _ = pace.slower()
        #expect(try await speak(voice, "one two").duration > usual * 1.1)
        #expect(sessions.count == 2)
    }

    @Test("Who stops listening stops the server, and the connection serves the next")
    func bargeIn() async throws {
        sandbox.follow(Self.script { $0.faults = [FaultRule(.endless)] })
        let voice = voice(server())
        for try await _ in try await voice.speech(for: "one two three") { break }
        for _ in 0..<1000 where sessions[0].lastAnswerNanoseconds == nil {
            try await Task.sleep(for: .milliseconds(1))
        }
        for try await _ in try await voice.speech(for: "four") { break }
        #expect(sessions.count == 1)
    }

    // MARK: - What goes wrong

    private func failure(of work: () async throws -> Void) async -> ProviderError? {
        do {
            try await work()
            return nil
        } catch {
            return error as? ProviderError
        }
    }

    static let refusals: [(fault: Fault, asked: Int, sort: String)] = [
        (.badRequest, 1, "refused"), (.unauthorized, 1, "keyRefused"),
        (.forbidden, 1, "keyRefused"), (.notFound, 1, "refused"), (.rateLimited, 3, "busy"),
        (.quotaUsedUp, 1, "creditUsedUp"), (.serverError, 3, "down"), (.overloaded, 3, "down"),
        (.redirect, 1, "refused"),
    ]

    @Test("A handshake that is refused is taken for what it is", arguments: refusals)
    func refused(refusal: (fault: Fault, asked: Int, sort: String)) async throws {
        var rule = FaultRule(refusal.fault)
        rule.endpoint = .realtime
        sandbox.follow(Self.script { $0.faults = [rule] })
        for work in [
            { _ = try await transcribe(server()) },
            { _ = try await speak(voice(server()), "one") },
        ] {
            sandbox.forget()
            let error = try #require(await failure(of: work))
            #expect(Mirror(reflecting: error).children.first?.label == refusal.sort)
            #expect(sessions.count == refusal.asked)
            #expect(log.count(Self.key) == 0 && !"\(error)".contains(Self.key))
        }
    }

    @Test(
        "A server that falls silent is not waited for longer than was set",
        arguments: [Fault.silence, .stall])
    func silent(fault: Fault) async throws {
        var rule = FaultRule(fault)
        rule.endpoint = .realtime
        sandbox.follow(Self.script { $0.faults = [rule] })
        let server = server(timeout: .milliseconds(150))
        #expect(await failure { _ = try await transcribe(server) } != nil)
        #expect(await failure { _ = try await speak(voice(server), "one") } != nil)
    }

    @Test(
        "What breaks off or is no event is no answer",
        arguments: [Fault.reset, .truncation, .errorEvent, .garbage])
    func broken(fault: Fault) async throws {
        var rule = FaultRule(fault)
        rule.endpoint = .realtime
        sandbox.follow(Self.script { $0.faults = [rule] })
        let sentence = "one two three four five six seven eight nine ten"
        #expect(await failure { _ = try await transcribe(server()) } != nil)
        #expect(await failure { _ = try await speak(voice(server()), sentence) } != nil)
    }

    @Test(
        "Sound in the smallest pieces, or with a byte too many, is the same sound",
        arguments: [Fault.trickle, .oddByte])
    func pieces(fault: Fault) async throws {
        var rule = FaultRule(fault)
        rule.endpoint = .realtime
        sandbox.follow(Self.script { $0.faults = [rule] })
        #expect(words(try await speak(voice(server()), "one")) == ToneCode.symbols(for: "one"))
    }

    @Test("A wrong key is said to be one, and stands nowhere")
    func wrongKey() async throws {
        let wrong = "sk-wrong-key"
        let error = try #require(
            await failure { _ = try await speak(voice(server(key: wrong)), "one") })
        guard case .keyRefused = error else {
            Issue.record("\(error)")
            return
        }
        #expect(log.count(wrong) == 0 && !"\(error)".contains(wrong))
    }

    @Test("The doctor learns the model, and when it will be gone")
    func examined() async throws {
        let model = ModelChoice("gpt-realtime-mini")
        let found = try await OpenAIRealtimeSpeech(server(), model: model).examine()
        #expect(found.choice == "model gpt-realtime-mini")
        #expect(found.warnings.count == 1 && found.warnings[0].contains("2027-01-20"))
    }
}
