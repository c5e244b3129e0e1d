import Codec
import FoundationEssentials
import TestSupport
import Testing
import Voice
import WebSockets

@testable import Providers
@testable import sandbox

/// Our side of ElevenLabs' API, by HTTP and by WebSocket, against a server that is strict about it.
@Suite(.timeLimit(.minutes(1)))
struct ElevenLabsTests {
    private let sandbox: Sandbox
    private let clock = InstantClock()
    private let log = LogBook()
    private let client = HTTPClient()

    private static let key = "xi-secret-key-of-a-test"
    private static let voice = "rachel00000000000002"

    /// How the words travel.
    enum Transport: CaseIterable, Sendable { case http, stream }

    init() throws {
        var script = Script()
        script.key = Self.key
        sandbox = try Sandbox(script)
    }

    private func change(_ body: (inout Script) -> Void) {
        var script = Script()
        script.key = Self.key
        body(&script)
        sandbox.follow(script)
    }

    private func server(
        timeout: Duration = .seconds(5), clock: (any MomentClock)? = nil, key: String? = Self.key
    ) -> HTTPService {
        HTTPService.elevenLabs(
            baseURL: "http://127.0.0.1:\(sandbox.server.port)", key: key, client: client,
            timeout: timeout, clock: clock ?? self.clock, log: log.log)
    }

    private func options(_ change: (inout ElevenLabsVoice.Options) -> Void = { _ in })
        -> ElevenLabsVoice.Options
    {
        var options = ElevenLabsVoice.Options()
        options.voice = Self.voice
        options.model = "eleven_flash_v2_5"
        options.language = "en-GB"
        change(&options)
        return options
    }

    private func synthesizer(
        _ transport: Transport, _ server: HTTPService? = nil,
        options: ElevenLabsVoice.Options? = nil, pace: SpeakingPace = SpeakingPace()
    ) -> any SpeechSynthesizer {
        let voice = ElevenLabsVoice(options ?? self.options(), pace: pace)
        let server = server ?? self.server()
        return transport == .http
            ? ElevenLabsSpeech(server, voice: voice) : ElevenLabsStream(server, voice: voice)
    }

    private func sound(of stream: AudioStream) async throws -> AudioChunk {
        var samples: [Int16] = []
        for try await chunk in stream { samples += chunk.samples }
        return AudioChunk(samples, format: ElevenLabsVoice.format)
    }

    private func words(in stream: AudioStream) async throws -> [Int] {
        ToneCode.heard(in: try await sound(of: stream)).map(\.symbol)
    }

    private static func clauses(_ texts: String...) -> TextStream {
        TextStream { stream in
            for text in texts { stream.yield(text) }
            stream.finish()
        }
    }

    private var speechRequests: [RequestRecord] {
        sandbox.requests.filter { $0.path.contains("/text-to-speech/") }
    }

    // MARK: - What goes well

    @Test("A text becomes sound, whose words can be told", arguments: Transport.allCases)
    func spoken(transport: Transport) async throws {
        let stream = try await synthesizer(transport).speech(for: "One two, three.")
        #expect(try await words(in: stream) == ToneCode.symbols(for: "one two three"))
        let request = try #require(speechRequests.last)
        #expect(request.text == "One two, three." && request.model == "eleven_flash_v2_5")
        #expect(request.path.contains(Self.voice))
    }

    @Test("A reply is spoken while it is written, in one breath")
    func breath() async throws {
        let voice = ElevenLabsStream(server(), voice: ElevenLabsVoice(options()))
        let (clauses, writer) = TextStream.makeStream()
        writer.yield("One two,")
        let stream = try await voice.speech(of: clauses)
        // Heard before the rest was written.
        var sound = stream.makeAsyncIterator()
        var samples = try #require(try await sound.next()).samples
        // Empty, or not, but never the end.
        for text in [" ", "", "three.", "Four\nfive."] { writer.yield(text) }
        writer.finish()
        while let chunk = try await sound.next() { samples += chunk.samples }
        let heard = ToneCode.heard(in: AudioChunk(samples, format: ElevenLabsVoice.format))
        #expect(heard.map(\.symbol) == ToneCode.symbols(for: "one two three four five"))
        #expect(speechRequests.count == 1 && speechRequests[0].isComplete)
    }

    @Test("Where nothing is written there is nothing to hear, and nothing wrong")
    func empty() async throws {
        let voice = ElevenLabsStream(server(), voice: ElevenLabsVoice(options()))
        #expect(try await words(in: voice.speech(of: Self.clauses())) == [])
        #expect(try await words(in: voice.speech(of: Self.clauses(" ", ""))) == [])
    }

    private struct Torn: Error {}

    @Test("Clauses that break off are told behind what was said before", arguments: [0, 1])
    func torn(said: Int) async throws {
        let voice = ElevenLabsStream(server(), voice: ElevenLabsVoice(options()))
        let clauses = TextStream { stream in
            if said > 0 { stream.yield("One two.") }
            stream.finish(throwing: Torn())
        }
        var samples: [Int16] = []
        do {
            for try await chunk in try await voice.speech(of: clauses) { samples += chunk.samples }
            Issue.record("it simply ended")
        } catch {
            #expect(error is Torn)
        }
        let heard = ToneCode.heard(in: AudioChunk(samples, format: ElevenLabsVoice.format))
        #expect(heard.count == 2 * said)
    }

    @Test(
        "Model and voice come from the account's lists where nobody set them, and only once",
        arguments: Transport.allCases)
    func listed(transport: Transport) async throws {
        let speaker = synthesizer(transport, options: ElevenLabsVoice.Options())
        for _ in 0..<2 { _ = try await sound(of: speaker.speech(for: "one")) }
        #expect(speechRequests.map(\.model) == ["eleven_flash_v2_5", "eleven_flash_v2_5"])
        #expect(speechRequests[0].path.contains("adam0000000000000001"))
        #expect(sandbox.requests.count { $0.path == "/v1/models" } == 1)
        #expect(sandbox.requests.count { $0.path == "/v2/voices" } == 2)  // two pages
    }

    static let models: [(known: [ElevenLabsModel], language: String?, chosen: String?)] = [
        ([], "en", nil),
        ([.init(id: "a_sts", speaks: false)], "en", nil),
        (
            [.init(id: "multilingual_v2"), .init(id: "flash_v2_5"), .init(id: "turbo_v2_5")], "en",
            "flash_v2_5"
        ),
        ([.init(id: "flash_v2"), .init(id: "flash_v2_5")], nil, "flash_v2_5"),
        (
            [.init(id: "flash_v2", languages: ["en"]), .init(id: "slow", languages: ["de"])],
            "de", "slow"
        ),
    ]

    @Test("A quick model that knows the language is chosen", arguments: models)
    func choice(known: [ElevenLabsModel], language: String?, chosen: String?) {
        #expect(ElevenLabsModel.choose(from: known, language: language) == chosen)
    }

    @Test("The speed is kept to what the service takes", arguments: [(0.3, 0.7), (1, 1), (3, 1.2)])
    func speeds(wanted: Double, taken: Double) async throws {
        let slow = options { $0.speed = wanted }
        #expect(ElevenLabsVoice(slow).speed == taken)
        for transport in Transport.allCases {
            let speaker = synthesizer(transport, options: slow)
            let length = try await sound(of: speaker.speech(for: "one two")).duration
            #expect(abs(length.inMilliseconds - 240 / taken) < 2)
        }
    }

    @Test(
        "A model that refuses to be told the language is not told it",
        arguments: [
            ("eleven_flash_v2", false), ("eleven_multilingual_v2", false),
            ("eleven_flash_v2_5", true),
        ])
    func languages(model: String, isTold: Bool) async throws {
        #expect(ElevenLabsModel.takesLanguage(model) == isTold)
        for transport in Transport.allCases {
            let speaker = synthesizer(transport, options: options { $0.model = model })
            _ = try await sound(of: speaker.speech(for: "one"))
        }
    }

    // MARK: - A socket that is ready

    private func stream(_ clock: any MomentClock) -> ElevenLabsStream {
        ElevenLabsStream(server(clock: clock), voice: ElevenLabsVoice(options()))
    }

    private func prepared(_ voice: ElevenLabsStream, count: Int = 1) async throws {
        voice.prepare()
        while speechRequests.count(where: { $0.bodyBytes > 0 }) < count {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test("What was prepared at the press is used, and once")
    func prepared() async throws {
        let voice = stream(ManualClock())
        voice.prepare()
        try await prepared(voice)
        try await Task.sleep(for: .milliseconds(20))
        _ = try await sound(of: voice.speech(for: "one"))
        #expect(speechRequests.count == 1)
        _ = try await sound(of: voice.speech(for: "two"))
        #expect(speechRequests.map(\.text) == ["one", "two"])
    }

    @Test("It is kept alive for a minute, and then let go")
    func unused() async throws {
        let clock = ManualClock()
        let voice = stream(clock)
        try await prepared(voice)
        let first = speechRequests[0].bodyBytes
        for sign in 1...3 {
            while clock.sleepers == 0 { try await Task.sleep(for: .milliseconds(1)) }
            clock.advance(by: .seconds(20))
            guard sign < 3 else { break }
            while speechRequests[0].bodyBytes < first + sign * 10 {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        while clock.sleepers > 0 { try await Task.sleep(for: .milliseconds(1)) }
        try await prepared(voice, count: 2)
        #expect(speechRequests.count == 2)
    }

    private func open() async throws(ProviderError) -> WebSocket {
        let socket = try await server().open(
            "/v1/text-to-speech/\(Self.voice)/stream-input?output_format=pcm_24000")
        do {
            try socket.send(ElevenLabsText.beginning(speed: 1))
        } catch {
            throw server().error(of: error)
        }
        return socket
    }

    @Test("One that ended while it waited is replaced")
    func replaced() async throws {
        let opened = Counter()
        let ready = ReadyWebSocket(clock: ManualClock(), keepAlive: ElevenLabsText.nothing) {
            (_: Double) throws(ProviderError) in
            let socket = try await open()
            if opened.increment() == 0 {
                try? socket.send(ElevenLabsText.end)
                while (try? await socket.next()) != nil {}
            }
            return socket
        }
        await ready.prepare(1)
        let taken = try await ready.take(1)
        #expect(!taken.wasReady && taken.socket.isOpen && opened.value == 2)
    }

    @Test("One whose end nobody had noticed is replaced, and nothing that was said is lost")
    func unnoticed() async throws {
        let dead = try await open()
        let reply = ElevenLabsReply(dead, from: server())
        await reply.ifItEnds { () throws(ProviderError) in try await open() }
        dead.hangUp()
        await reply.say(Self.clauses("One two.", "Three."))
        var samples: [Int16] = []
        while let chunk = try await reply.next() { samples += chunk.samples }
        let heard = ToneCode.heard(in: AudioChunk(samples, format: ElevenLabsVoice.format))
        #expect(heard.map(\.symbol) == ToneCode.symbols(for: "one two three"))
    }

    @Test("A person who wants it slower is not given what was prepared for the old pace")
    func paces() async throws {
        let pace = SpeakingPace()
        let voice = ElevenLabsStream(
            server(clock: ManualClock()), voice: ElevenLabsVoice(options(), pace: pace))
        try await prepared(voice)
        _ = pace.slower()
        let length = try await sound(of: voice.speech(for: "one two")).duration
        #expect(length > .milliseconds(270) && speechRequests.count == 2)
    }

    // MARK: - What goes wrong

    struct Refusal: Sendable, CustomTestStringConvertible {
        let fault: Fault
        let asked: Int
        let sort: String
        var testDescription: String { fault.rawValue }
    }

    /// The rows of ElevenLabs' table of errors: whether it is asked again, and what it is taken for.
    static let refusals = [
        Refusal(fault: .badRequest, asked: 1, sort: "refused"),
        Refusal(fault: .unauthorized, asked: 1, sort: "keyRefused"),
        Refusal(fault: .quotaUsedUp, asked: 1, sort: "creditUsedUp"),
        Refusal(fault: .forbidden, asked: 1, sort: "refused"),
        Refusal(fault: .notFound, asked: 1, sort: "refused"),
        Refusal(fault: .unprocessable, asked: 1, sort: "refused"),
        Refusal(fault: .rateLimited, asked: 3, sort: "busy"),
        Refusal(fault: .overloaded, asked: 3, sort: "busy"),
        Refusal(fault: .timeout, asked: 3, sort: "down"),
        Refusal(fault: .conflict, asked: 3, sort: "down"),
        Refusal(fault: .serverError, asked: 3, sort: "down"),
        Refusal(fault: .redirect, asked: 1, sort: "refused"),
    ]

    private static func failure(of work: () async throws -> Void) async -> ProviderError? {
        do {
            try await work()
            return nil
        } catch {
            return error as? ProviderError
        }
    }

    private static func sort(of error: ProviderError) -> String? {
        Mirror(reflecting: error).children.first?.label ?? "\(error)"
    }

    @Test(
        "Each refusal is taken for what it is, and asked again only where it helps",
        arguments: refusals, Transport.allCases)
    func refused(refusal: Refusal, transport: Transport) async throws {
        change { $0.faults = [FaultRule(refusal.fault)] }
        let error = await Self.failure {
            _ = try await sound(of: synthesizer(transport).speech(for: "one two"))
        }
        #expect(Self.sort(of: try #require(error)) == refusal.sort)
        #expect(speechRequests.count == refusal.asked)
        #expect(clock.waits.count == refusal.asked - 1)
        #expect(log.count(Self.key) == 0 && !"\(error!)".contains(Self.key))
    }

    @Test("A wrong key and a missing one", arguments: ["xi-wrong", ""], Transport.allCases)
    func keys(key: String, transport: Transport) async throws {
        let error = await Self.failure {
            _ = try await synthesizer(transport, server(key: key)).speech(for: "one")
        }
        #expect(Self.sort(of: try #require(error)) == "keyRefused")
    }

    static let ends: [(end: WebSocketEnd, sort: String)] = [
        (.closed(code: 1008, reason: "quota_exceeded"), "creditUsedUp"),
        (.closed(code: 1008, reason: "invalid_api_key"), "keyRefused"),
        (.closed(code: 1008, reason: "voice_not_found"), "refused"),
        (.closed(code: 1008, reason: ""), "refused"),
        (.closed(code: 1011, reason: ""), "down"), (.closed(code: 1000, reason: ""), "down"),
        (.broken(reason: "reset"), "down"), (.timedOut(after: .seconds(40)), "timedOut"),
        (.cancelled, "cancelled"),
    ]

    @Test("The code and the reason of a close tell what is the matter", arguments: ends)
    func closes(end: WebSocketEnd, sort: String) {
        #expect(Self.sort(of: server().error(of: end)) == sort)
    }

    @Test("A voice that is not there is told over the socket")
    func noVoice() async throws {
        for transport in Transport.allCases {
            let error = await Self.failure {
                let speaker = synthesizer(transport, options: options { $0.voice = "nobody" })
                _ = try await speaker.speech(for: "one")
            }
            #expect(Self.sort(of: try #require(error)) == "refused")
            #expect("\(error!)".contains("it has no such voice"))
        }
    }

    @Test(
        "A server that does not answer is not waited for longer than was set",
        arguments: [Fault.silence, .stall, .stallMidway], Transport.allCases)
    func stalled(fault: Fault, transport: Transport) async throws {
        change { $0.faults = [FaultRule(fault)] }
        let speaker = synthesizer(transport, server(timeout: .milliseconds(150)))
        let error = await Self.failure {
            _ = try await sound(of: speaker.speech(for: "one two three four five"))
        }
        #expect(Self.sort(of: try #require(error)) == "timedOut")
    }

    @Test(
        "Sound that breaks off is told to have done so, and its beginning is heard",
        arguments: [(Fault.reset, "down"), (.truncation, "down"), (.errorEvent, "creditUsedUp")])
    func broken(fault: Fault, sort: String) async throws {
        change { $0.faults = [FaultRule(fault)] }
        for transport in Transport.allCases where transport == .stream || fault != .errorEvent {
            var frames = 0
            let error = await Self.failure {
                let stream = try await synthesizer(transport).speech(for: "one two three four five")
                for try await chunk in stream { frames += chunk.frames }
            }
            #expect(Self.sort(of: try #require(error)) == sort)
            #expect(frames > 0 || fault == .reset)
        }
    }

    @Test(
        "A byte at a time, and one too many, make no other sound",
        arguments: [
            Fault.trickle, .oddByte,
        ])
    func pieces(fault: Fault) async throws {
        for transport in Transport.allCases {
            change { _ in }
            let asked = try await sound(of: synthesizer(transport).speech(for: "one"))
            change { $0.faults = [FaultRule(fault)] }
            #expect(try await sound(of: synthesizer(transport).speech(for: "one")) == asked)
        }
    }

    @Test("What is no frame at all is a failure")
    func garbage() async throws {
        change { $0.faults = [FaultRule(.garbage)] }
        let error = await Self.failure {
            _ = try await synthesizer(.stream).speech(for: "one")
        }
        #expect(Self.sort(of: try #require(error)) == "failed")
    }

    @Test("Both spellings of the end, and frames without sound, are understood")
    func frames() throws {
        func frame(_ text: String) throws -> ElevenLabsFrame {
            try JSONDecoder().decode(ElevenLabsFrame.self, from: Data(text.utf8))
        }
        #expect(try frame(#"{"isFinal":true}"#).isFinal)
        #expect(try frame(#"{"is_final":true,"audio":null}"#).isFinal)
        let empty = try frame(#"{"audio":null,"isFinal":null,"alignment":null}"#)
        #expect(empty.audio == nil && !empty.isFinal && empty.problem == nil)
        let problem = try frame(#"{"message":"no","error":"quota_exceeded","code":1008}"#).problem
        #expect(problem?.message == "no" && problem?.codes == ["quota_exceeded"])
        #expect(try frame(#"{"error":"system_busy"}"#).problem?.codes == ["system_busy"])
    }

    @Test("Whoever has enough hangs up, and the server is told", arguments: Transport.allCases)
    func bargeIn(transport: Transport) async throws {
        change { $0.faults = [FaultRule(.endless)] }
        let speaker = synthesizer(transport)
        let listening = Task {
            var frames = 0
            for try await chunk in try await speaker.speech(for: "on and on") {
                frames += chunk.frames
            }
        }
        while speechRequests.last?.answerBytes ?? 0 < 50_000 {
            try await Task.sleep(for: .milliseconds(1))
        }
        listening.cancel()
        _ = try? await listening.value
        var sent = -1
        while sent != speechRequests.last?.answerBytes {
            sent = speechRequests.last?.answerBytes ?? 0
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(speechRequests.last?.isComplete == false)
    }

    @Test("Whoever is cancelled while nothing comes stops waiting", arguments: Transport.allCases)
    func cancelled(transport: Transport) async throws {
        change { $0.faults = [FaultRule(.silence)] }
        let speaker = synthesizer(transport, server(timeout: .seconds(60)))
        let asking = Task { try await speaker.speech(for: "one") }
        while speechRequests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        asking.cancel()
        await #expect(throws: ProviderError.cancelled) { try await asking.value }
    }

    // MARK: - Voices

    private var library: ElevenLabsLibrary { ElevenLabsLibrary(server()) }

    private static let sample = VoiceSample(
        bytes: WAVEncoder.file(of: TestSound.noise(lasting: .seconds(12), amplitude: 0.2)),
        fileName: "a \"b\".wav", mediaType: "audio/wav")

    @Test("Voices are listed from the first page to the last")
    func voices() async throws {
        let voices = try await library.voices()
        #expect(voices.map(\.name) == ["Adam", "Rachel", "Lena"])
        #expect(voices[2].language == "de" && !voices[2].isOwn && voices[2].preview != nil)
    }

    @Test("A voice can be heard, and its recording's host is not shown the key")
    func preview() async throws {
        let voice = try #require(try await library.voices().first)
        let sound = try await sound(of: library.preview(of: voice, saying: "Hello."))
        #expect(sound.duration > .milliseconds(400))
        // One without a recording says the sentence.
        let bare = OfferedVoice(id: voice.id, name: voice.name, language: "en")
        let heard = try await words(in: library.preview(of: bare, saying: "one two"))
        #expect(heard == ToneCode.symbols(for: "one two"))
    }

    @Test("A voice is made, listed as one's own, used, and removed; twice does no harm")
    func clones() async throws {
        let made = try await library.clone([Self.sample, Self.sample], name: "Anna\r\n")
        #expect(!made.needsVerification)
        let listed = try await library.voices().first { $0.id == made.id }
        #expect(listed?.isOwn == true)
        let speaker = synthesizer(.stream, options: options { $0.voice = made.id })
        _ = try await sound(of: speaker.speech(for: "one"))
        try await library.delete(made.id)
        try await library.delete(made.id)
        #expect(try await library.voices().count == 3)
    }

    @Test(
        "Where the plan or its places do not allow another voice, nothing is handed over",
        arguments: ["plan", "places", "none", "much"])
    func noPlace(reason: String) async throws {
        change { script in
            if reason == "plan" { script.canClone = false }
            if reason == "places" { script.voiceSlots = 0 }
        }
        let samples = ["none": [], "much": Array(repeating: Self.sample, count: 100)]
        let error = await Self.failure {
            _ = try await library.clone(samples[reason] ?? [Self.sample], name: "Anna")
        }
        #expect(Self.sort(of: try #require(error)) == "refused")
        #expect(sandbox.requests.allSatisfy { $0.method != "POST" })
    }

    @Test(
        "A voice is asked for once: who knows what a lost answer was",
        arguments: [
            (Fault.serverError, 1), (.reset, 1), (.rateLimited, 3),
        ])
    func once(fault: Fault, asked: Int) async throws {
        change { script in
            var rule = FaultRule(fault, at: .elevenVoices)
            // The subscription is asked first.
            rule.every = 1
            script.faults = [rule]
        }
        var form = MultipartForm()
        form.add("name", "Anna")
        form.add("files", Self.sample)
        let request = HTTPRequest(
            method: .upload(form.upload), url: server().url("/v1/voices/add"),
            headers: [("Content-Type", form.mediaType)])
        let error = await Self.failure {
            let response = try await server().send(request, actsOnce: true)
            let _: [String: String] = try await server().read(response, "nothing")
        }
        #expect(error != nil)
        #expect(sandbox.requests.count == asked)
    }
}
