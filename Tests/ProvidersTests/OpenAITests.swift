import Codec
import Linux
import TestSupport
import Testing
import Voice

@testable import Providers
@testable import sandbox

/// Our side of OpenAI's API against a server that is strict about it.
@Suite(.timeLimit(.minutes(1)))
struct OpenAITests {
    private let sandbox: Sandbox
    private let clock = InstantClock()
    private let log = LogBook()
    private let client = HTTPClient()

    init() throws {
        var script = Script()
        script.key = Self.key
        script.transcript = "  What time is it? \n"
        script.reply = "It is noon. The sun shines."
        sandbox = try Sandbox(script)
    }

    private static let key = "sk-secret-key-of-a-test"
    private static let speech = TestSound.noise(lasting: .seconds(1), amplitude: 0.2)

    private func server(
        key: String? = Self.key, url: String? = nil, timeout: Duration = .seconds(5)
    ) -> HTTPService {
        HTTPService.openAI(
            baseURL: url ?? sandbox.baseURL, key: key, client: client, timeout: timeout,
            clock: clock, log: log.log)
    }

    private func change(_ body: (inout Script) -> Void) {
        var script = Script()
        script.key = Self.key
        script.reply = "It is noon. The sun shines."
        body(&script)
        sandbox.follow(script)
    }

    // MARK: - The three services

    private func transcribe(
        _ server: HTTPService, upload: OpenAITranscription.Upload = .streamed,
        model: String? = "gpt-transcribe"
    ) async throws(ProviderError) -> String {
        let recording = AudioStream { stream in
            for start in stride(from: 0, to: Self.speech.frames, by: 1600) {
                stream.yield(Self.speech.part(start..<start + 1600))
            }
            stream.finish()
        }
        let recognizer = OpenAITranscription(
            server, model: ModelChoice(model), language: "en-GB", upload: upload)
        return try await recognizer.transcript(of: recording)
    }

    private func chat(
        _ server: HTTPService, options: OpenAIChat.Options = .init(), tools: (any Tools)? = nil
    ) async throws -> String {
        let model = OpenAIChat(
            server, model: ModelChoice("gpt-6-luna"), options: options, tools: tools)
        let prompt = Prompt(
            question: "What time is it?", exchanges: [Exchange(question: "Hi", reply: "Hello.")],
            instructions: "Be brief.")
        var reply = ""
        for try await piece in try await model.reply(to: prompt) { reply += piece }
        return reply
    }

    private func speak(
        _ server: HTTPService, _ text: String = "one two three", atMost frames: Int = .max
    ) async throws -> AudioChunk {
        let voice = OpenAISpeech(server, model: ModelChoice("gpt-4o-mini-tts"))
        var samples: [Int16] = []
        var format = AudioFormat.speech
        for try await chunk in try await voice.speech(for: text) {
            samples += chunk.samples
            format = chunk.format
            if samples.count >= frames { break }
        }
        return AudioChunk(samples, format: format)
    }

    @Test("A recording becomes words", arguments: OpenAITranscription.Upload.allCases)
    func transcription(upload: OpenAITranscription.Upload) async throws {
        change { $0.transcript = "  What time is it? \n" }
        #expect(try await transcribe(server(), upload: upload) == "What time is it?")
        let request = try #require(sandbox.requests.last)
        #expect(request.model == "gpt-transcribe")
        #expect(request.bodyBytes > Self.speech.samples.count * 2)
    }

    @Test("What is said is sent while it is being said, and nothing before there is anything")
    func streamed() async throws {
        let (recording, stream) = AudioStream.makeStream()
        let recognizer = OpenAITranscription(
            server(), model: ModelChoice("gpt-transcribe"), language: nil, upload: .streamed)
        let words = Task { try await recognizer.transcript(of: recording) }
        try await Task.sleep(for: .milliseconds(20))
        #expect(sandbox.requests.isEmpty)
        stream.yield(Self.speech)
        let all = Self.speech.samples.count * 2
        while (sandbox.requests.last?.firstBodyByteNanoseconds).map({ _ in false }) ?? true {
            try await Task.sleep(for: .milliseconds(1))
        }
        let before = Moment.now
        stream.yield(Self.speech)
        stream.finish()
        _ = try await words.value
        let request = try #require(sandbox.requests.last)
        #expect(request.bodyBytes > 2 * all)
        #expect(try #require(request.firstBodyByteNanoseconds) <= before.nanoseconds)
    }

    @Test("A turn that is given up sends nothing, or hangs up")
    func abandoned() async throws {
        let (recording, stream) = AudioStream.makeStream()
        let recognizer = OpenAITranscription(
            server(), model: ModelChoice("gpt-transcribe"), language: nil, upload: .streamed)
        let words = Task { try await recognizer.transcript(of: recording) }
        stream.finish(throwing: CancellationError())
        await #expect(throws: ProviderError.cancelled) { try await words.value }
        #expect(sandbox.requests.isEmpty)
    }

    @Test("A question becomes a reply, with what was said before and how to behave")
    func reply() async throws {
        #expect(try await chat(server()) == "It is noon. The sun shines.")
        var options = OpenAIChat.Options()
        options.maxTokens = 100
        options.reasoningEffort = "none"
        #expect(try await chat(server(), options: options) == "It is noon. The sun shines.")
    }

    @Test("A text becomes sound, whose words can be told")
    func sound() async throws {
        let sound = try await speak(server())
        #expect(sound.format.framesPerSecond == 24_000)
        #expect(sound.duration > .milliseconds(300))
        #expect(sandbox.requests.last?.text == "one two three")
    }

    @Test("Without a model in the settings, the server's own list is asked, once")
    func listed() async throws {
        let choice = ModelChoice(nil)
        let first = try await choice.id(for: .transcription, at: server())
        #expect(first == "gpt-transcribe")
        #expect(try await choice.id(for: .transcription, at: server()) == first)
        #expect(sandbox.requests.count == 1)
    }

    @Test("Connections are kept, and opened before they are needed")
    func connections() async throws {
        let server = server()
        server.prepare(ModelChoice("m"), for: .chat, connections: 2)
        while sandbox.requests.count(where: { $0.status != nil }) < 2 {
            try await Task.sleep(for: .milliseconds(1))
        }
        for _ in 0..<3 {
            _ = try await chat(server)
            _ = try await speak(server)
            _ = try await transcribe(server)
        }
        #expect(Set(sandbox.requests.map(\.connection)).count == 2)
    }

    // MARK: - Tools

    private final class Kitchen: Tools {
        let offered = [
            Tool(
                name: "set_timer", purpose: "Sets a timer.",
                parameters: #"{"type":"object","properties":{"seconds":{"type":"integer"}}}"#)
        ]
        let calls = LogBook()

        func call(_ name: String, arguments: String, for prompt: Prompt) async -> String {
            calls.log.info("\(name) \(arguments) \(prompt.exchanges.count)")
            return "The timer is set."
        }
    }

    @Test("A tool is used when the model asks, and the model knows the result before it goes on")
    func tools() async throws {
        change { script in
            script.toolCall = Script.ToolCall(#"set_timer:{"seconds":60}"#)
        }
        let kitchen = Kitchen()
        #expect(try await chat(server(), tools: kitchen) == "It is noon. The sun shines.")
        #expect(kitchen.calls.lines == [#"info: set_timer {"seconds":60} 1"#])
        #expect(sandbox.requests.count == 2)
    }

    // MARK: - What goes wrong

    struct Refusal: Sendable, CustomTestStringConvertible {
        let fault: Fault
        let asked: Int
        var waits: [Duration] = []
        let sort: String
        var testDescription: String { fault.rawValue }
    }

    /// What `work` throws; nil if it does not.
    private static func failure(of work: () async throws -> Void) async -> ProviderError? {
        do {
            try await work()
            return nil
        } catch {
            return error as? ProviderError
        }
    }

    /// The name of the case.
    private static func sort(of error: ProviderError) -> String? {
        Mirror(reflecting: error).children.first?.label
    }

    /// The rows of OpenAI's table of errors: whether it is asked again, and what it is taken for.
    static let refusals = [
        Refusal(fault: .badRequest, asked: 1, sort: "refused"),
        Refusal(fault: .unauthorized, asked: 1, sort: "keyRefused"),
        Refusal(fault: .forbidden, asked: 1, sort: "keyRefused"),
        Refusal(fault: .notFound, asked: 1, sort: "refused"),
        Refusal(fault: .timeout, asked: 3, sort: "down"),
        Refusal(fault: .conflict, asked: 3, sort: "down"),
        Refusal(fault: .tooLarge, asked: 1, sort: "refused"),
        Refusal(fault: .unprocessable, asked: 1, sort: "refused"),
        Refusal(
            fault: .rateLimited, asked: 3, waits: [.seconds(1), .seconds(1)], sort: "busy"),
        Refusal(fault: .quotaUsedUp, asked: 1, sort: "creditUsedUp"),
        Refusal(fault: .serverError, asked: 3, sort: "down"),
        Refusal(fault: .overloaded, asked: 3, sort: "down"),
        Refusal(fault: .redirect, asked: 1, sort: "refused"),
    ]

    @Test(
        "Each refusal is taken for what it is, and asked again only where it helps",
        arguments: refusals, Endpoint.openAI)
    func refused(refusal: Refusal, endpoint: Endpoint) async throws {
        change { $0.faults = [FaultRule(refusal.fault)] }
        let error = await Self.failure {
            switch endpoint {
            case .transcriptions: _ = try await transcribe(server())
            case .chat: _ = try await chat(server())
            case .speech: _ = try await speak(server())
            default: _ = try await server().models()
            }
        }
        #expect(Self.sort(of: try #require(error)) == refusal.sort)
        #expect(sandbox.requests.count == refusal.asked)
        #expect(clock.waits.count == refusal.asked - 1)
        if !refusal.waits.isEmpty { #expect(clock.waits == refusal.waits) }
        #expect(log.count(Self.key) == 0 && !"\(error!)".contains(Self.key))
    }

    @Test("A recording that met a fault at first is sent again from its beginning")
    func again() async throws {
        change { script in
            script.transcript = "What time is it?"
            var rule = FaultRule(.overloaded)
            rule.count = 2
            script.faults = [rule]
        }
        #expect(try await transcribe(server()) == "What time is it?")
        let sizes = Set(sandbox.requests.map(\.bodyBytes))
        #expect(sandbox.requests.count == 3 && sizes.count == 1)
    }

    @Test(
        "A server that does not answer is not waited for longer than was set",
        arguments: [Fault.silence, .stall, .stallMidway])
    func stalled(fault: Fault) async throws {
        change { $0.faults = [FaultRule(fault)] }
        let server = server(timeout: .milliseconds(150))
        await #expect(throws: ProviderError.self) { try await chat(server) }
        await #expect(throws: ProviderError.self) { try await speak(server) }
        await #expect(throws: ProviderError.self) { try await transcribe(server) }
    }

    @Test("An answer that breaks off is no whole answer", arguments: [Fault.reset, .truncation])
    func broken(fault: Fault) async throws {
        change { $0.faults = [FaultRule(fault)] }
        await #expect(throws: ProviderError.self) { try await chat(server()) }
        await #expect(throws: ProviderError.self) {
            try await speak(server(), "one two three four")
        }
        await #expect(throws: ProviderError.self) { try await transcribe(server()) }
    }

    @Test("An answer that comes a byte at a time is the same answer")
    func trickle() async throws {
        change { script in
            script.transcript = "What time is it?"
            script.faults = [FaultRule(.trickle)]
        }
        #expect(try await chat(server()) == "It is noon. The sun shines.")
        #expect(try await transcribe(server()) == "What time is it?")
        #expect(try await speak(server(), "one").duration > .milliseconds(50))
    }

    @Test("What is no answer at all is a failure")
    func garbage() async throws {
        change { $0.faults = [FaultRule(.garbage)] }
        await #expect(throws: ProviderError.self) { try await chat(server()) }
        await #expect(throws: ProviderError.self) { try await transcribe(server()) }
    }

    @Test("An error in the stream ends the reply, and its beginning is kept")
    func errorEvent() async throws {
        change { $0.faults = [FaultRule(.errorEvent)] }
        let model = OpenAIChat(server(), model: ModelChoice("gpt-6-luna"), tools: nil)
        let reply = try await model.reply(to: Prompt(question: "?"))
        var text = ""
        await #expect(throws: ProviderError.self) {
            for try await piece in reply { text += piece }
        }
        #expect(!text.isEmpty && "It is noon. The sun shines.".hasPrefix(text))
    }

    @Test("WAV or MP3 where samples were asked for is played", arguments: [Fault.wav, .mp3])
    func otherSound(fault: Fault) async throws {
        let asked = try await speak(server())
        change { $0.faults = [FaultRule(fault)] }
        let sound = try await speak(server())
        #expect(sound.format.framesPerSecond == 24_000)
        #expect(abs((sound.duration - asked.duration).inMilliseconds) < 100)
    }

    @Test("An odd byte at the end of samples is left out")
    func oddByte() async throws {
        let asked = try await speak(server())
        change { $0.faults = [FaultRule(.oddByte)] }
        #expect(try await speak(server()) == asked)
    }

    @Test("Sound without an end is taken only as fast as it is heard, and hung up")
    func endless() async throws {
        change { $0.faults = [FaultRule(.endless)] }
        let sound = try await speak(server(), atMost: 24_000)
        #expect(sound.frames >= 24_000)
        while sandbox.requests.last?.lastAnswerNanoseconds == nil {
            try await Task.sleep(for: .milliseconds(1))
        }
        // What lay in our room and in the kernel's buffers.
        #expect(try #require(sandbox.requests.last).answerBytes < 8 << 20)
    }

    @Test("A megabyte without a full stop, and bytes that are no text, are read")
    func oddTexts() async throws {
        change { $0.faults = [FaultRule(.megabyte)] }
        #expect(try await chat(server()).count >= 1_000_000)
        change { $0.faults = [FaultRule(.invalidUTF8)] }
        #expect(try await chat(server()).contains("\u{FFFD}"))
    }

    static let nowhere = [
        ("http://127.0.0.1:9/v1", "unreachable"), ("http://no-such-host.invalid/v1", "unreachable"),
        ("ftp://127.0.0.1/v1", "refused"), ("http://a b/v1", "refused"),
    ]

    @Test("Nobody at the address, no such address, and what is no address", arguments: nowhere)
    func unreachable(url: String, sort: String) async throws {
        let error = await Self.failure {
            _ = try await chat(server(url: url))
        }
        #expect(Self.sort(of: try #require(error)) == sort)
    }

    @Test("A server whose certificate nobody knows is sent nothing, unless its authority is named")
    func certificate() async throws {
        let folder = TemporaryFolder()
        let (chain, key) = (folder.path + "/chain.pem", folder.path + "/key.pem")
        let openssl = try ChildProcess(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", key, "-out", chain, "-days", "2", "-subj", "/CN=sandbox",
                "-addext", "subjectAltName=IP:127.0.0.1",
            ])
        #expect(await onThread("openssl") { openssl.wait() } == 0)
        func text(_ path: String) throws -> String {
            String(decoding: try readFile(path, atMost: 1 << 16), as: UTF8.self)
        }
        var script = Script()
        script.key = Self.key
        script.reply = "It is noon."
        let secured = try Sandbox(
            script, certificate: .init(chain: try text(chain), key: try text(key)))
        let url = secured.baseURL.replacing("http:", with: "https:")

        func server(_ client: HTTPClient) -> HTTPService {
            HTTPService.openAI(
                baseURL: url, key: Self.key, client: client, clock: clock, log: log.log)
        }
        let error = await Self.failure { _ = try await chat(server(client)) }
        // It is no network that fails: nobody should look after a router.
        #expect(Self.sort(of: try #require(error)) == "down")
        #expect("\(error!)".contains("is not who it says it is"))
        #expect(secured.requests.isEmpty)
        #expect(try await chat(server(HTTPClient(caFile: chain))) == "It is noon.")

        // Without a clock nothing is sent, not even a greeting; and once it is set, everything.
        let isClockSet = Counter()
        let early = HTTPClient(caFile: chain, isClockSet: { isClockSet.value > 0 })
        let before = secured.server.connections
        early.warm(url)
        let unset = await Self.failure { _ = try await chat(server(early)) }
        #expect(unset == .clockNotSet(provider: "openai"))
        let socket = await Self.failure { _ = try await server(early).open("/realtime") }
        #expect(socket == .clockNotSet(provider: "openai"))
        #expect(secured.server.connections <= before && secured.requests.count == 1)
        isClockSet.increment()
        #expect(try await chat(server(early)) == "It is noon.")
        // What no certificate secures needs no clock.
        let plain = HTTPClient(isClockSet: { false })
        let unsecured = HTTPService.openAI(
            baseURL: sandbox.baseURL, key: Self.key, client: plain, clock: clock, log: log.log)
        #expect(try await chat(unsecured) != "")

        let missing = HTTPClient(caFile: folder.path + "/none.pem")
        let other = await Self.failure { _ = try await chat(server(missing)) }
        #expect("\(try #require(other))".contains("network.caFile"))
    }

    @Test("Whoever is cancelled stops waiting, and the server is told")
    func cancelled() async throws {
        change { $0.faults = [FaultRule(.silence)] }
        let asking = Task { try await chat(server(timeout: .seconds(60))) }
        while sandbox.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        asking.cancel()
        await #expect(throws: ProviderError.cancelled) { try await asking.value }
    }
}
