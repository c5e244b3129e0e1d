import Codec
import Linux
import TestSupport
import Testing
import Voice

@testable import Providers
@testable import sandbox

/// Our side of the Wyoming protocol against a server that is strict about it.
@Suite(.timeLimit(.minutes(1)))
struct WyomingTests {
    private let sandbox: Sandbox
    private let clock = InstantClock()
    private let log = LogBook()

    init() throws { sandbox = try Sandbox(Self.script(), wyomingPort: 0) }

    private static let speech = TestSound.noise(lasting: .seconds(1), amplitude: 0.2)

    private static func script(_ body: (inout Script) -> Void = { _ in }) -> Script {
        var script = Script()
        script.transcript = "  What time is it? \n"
        body(&script)
        return script
    }

    private func change(_ body: (inout Script) -> Void) { sandbox.follow(Self.script(body)) }

    private func server(
        _ url: String? = nil, timeout: Duration = .seconds(5)
    ) -> WyomingServer {
        WyomingServer(
            baseURL: url ?? "tcp://127.0.0.1:\(sandbox.wyomingPort!)",
            defaultPort: WyomingServer.speechPort, timeout: timeout, clock: clock, log: log.log)
    }

    private func transcribe(
        _ server: WyomingServer, model: String? = nil, language: String? = "en-GB"
    ) async throws(ProviderError) -> String {
        let recording = AudioStream { stream in
            for start in stride(from: 0, to: Self.speech.frames, by: 320) {
                stream.yield(Self.speech.part(start..<start + 320))
            }
            stream.finish()
        }
        let recognizer = WyomingRecognition(server, model: model, language: language)
        return try await recognizer.transcript(of: recording)
    }

    private func speak(
        _ server: WyomingServer, _ text: String = "one two three", voice: String? = nil,
        language: String? = nil
    ) async throws -> AudioChunk {
        let voice = WyomingSpeech(server, voice: voice, language: language)
        return try await Self.whole(try await voice.speech(for: text))
    }

    private func speak(_ server: WyomingServer, _ clauses: [String]) async throws -> AudioChunk {
        let text = TextStream { stream in
            clauses.forEach { stream.yield($0) }
            stream.finish()
        }
        let voice = WyomingSpeech(server, voice: nil, language: nil)
        return try await Self.whole(try await voice.speech(of: text))
    }

    private static func whole(_ sound: AudioStream, atMost frames: Int = .max) async throws
        -> AudioChunk
    {
        var samples: [Int16] = []
        var format = AudioFormat.speech
        for try await chunk in sound {
            samples += chunk.samples
            format = chunk.format
            if samples.count >= frames { break }
        }
        return AudioChunk(samples, format: format)
    }

    private static func heard(_ sound: AudioChunk) -> [Int] {
        ToneCode.heard(in: sound).map(\.symbol)
    }

    // MARK: - Hearing

    @Test("A recording becomes words, in one piece or in several", arguments: [false, true])
    func transcription(streams: Bool) async throws {
        change { $0.wyomingStreams = streams }
        #expect(try await transcribe(server(), model: "sandbox-ears") == "What time is it?")
        let request = try #require(sandbox.requests.last)
        #expect(request.model == "sandbox-ears")
        #expect(request.bodyBytes == Self.speech.samples.count * 2)
    }

    @Test("What is said is sent while it is being said, and nothing before there is anything")
    func streamed() async throws {
        let (recording, stream) = AudioStream.makeStream()
        let recognizer = WyomingRecognition(server(), model: nil, language: nil)
        let words = Task { try await recognizer.transcript(of: recording) }
        try await Task.sleep(for: .milliseconds(20))
        #expect(sandbox.requests.isEmpty)
        stream.yield(Self.speech)
        while sandbox.requests.last?.firstBodyByteNanoseconds == nil {
            try await Task.sleep(for: .milliseconds(1))
        }
        let before = Moment.now
        stream.yield(Self.speech)
        stream.finish()
        #expect(try await words.value == "What time is it?")
        let request = try #require(sandbox.requests.last)
        #expect(request.bodyBytes == 4 * Self.speech.samples.count)
        #expect(try #require(request.firstBodyByteNanoseconds) <= before.nanoseconds)
    }

    @Test("A turn that is given up sends nothing")
    func abandoned() async throws {
        let (recording, stream) = AudioStream.makeStream()
        let recognizer = WyomingRecognition(server(), model: nil, language: nil)
        let words = Task { try await recognizer.transcript(of: recording) }
        stream.finish(throwing: CancellationError())
        await #expect(throws: ProviderError.cancelled) { try await words.value }
        #expect(sandbox.requests.isEmpty)
    }

    @Test("Nothing said is nothing heard")
    func nothing() async throws {
        let recognizer = WyomingRecognition(server(), model: nil, language: nil)
        #expect(try await recognizer.transcript(of: AudioStream { $0.finish() }) == "")
    }

    struct Hearing: Sendable, CustomTestStringConvertible {
        /// S: speech ends here. Otherwise an event's kind and text.
        let events: [String]
        let words: String
        var isAnswered = true
        var testDescription: String { events.joined(separator: ", ") }
    }

    static let hearings = [
        Hearing(events: ["S", "transcript a b"], words: "a b"),
        Hearing(events: ["S", "transcript"], words: ""),
        Hearing(
            events: ["S", "transcript-start", "transcript-chunk a", "transcript ab"], words: "ab"),
        Hearing(
            events: [
                "transcript-start", "transcript-chunk a ", "transcript-chunk b", "S",
                "transcript-stop",
            ],
            words: "a b", isAnswered: false),
        Hearing(events: ["transcript a", "S", "transcript b"], words: "a b"),
        Hearing(events: ["transcript a", "S"], words: "a", isAnswered: false),
        Hearing(
            events: ["S", "voice-started", "pong", "transcript [BLANK_AUDIO]"], words: ""),
    ]

    @Test("A transcript may come whole, in pieces, or sentence by sentence", arguments: hearings)
    func hearing(hearing: Hearing) throws {
        let collected = WyomingHearing(timeout: .seconds(9))
        var isAnswered = false
        for event in hearing.events {
            #expect(!isAnswered)
            guard event != "S" else {
                _ = collected.endSpeech()
                continue
            }
            let type = String(event.prefix { $0 != " " })
            let text = event.dropFirst(type.count + 1)
            isAnswered = try collected.take(WyomingEvent(type, ["text": .string(String(text))]))
        }
        #expect(isAnswered == hearing.isAnswered)
        #expect(collected.words == hearing.words)
        if !isAnswered { #expect(collected.wordsAtEnd == hearing.words) }
    }

    @Test("How long an answer is waited for depends on what may still come")
    func patience() throws {
        let hearing = WyomingHearing(timeout: .seconds(9))
        #expect(hearing.patience == nil)
        #expect(hearing.endSpeech() == .seconds(9))
        #expect(try #require(hearing.patience) <= .seconds(9))
        #expect(hearing.wordsAtEnd == nil)
        _ = try hearing.take(WyomingEvent("transcript-chunk", ["text": .string("a")]))
        #expect(hearing.wordsAtEnd == nil)
        _ = try hearing.take(WyomingEvent("transcript-stop"))
        #expect(hearing.patience == WyomingHearing.grace)
        #expect(throws: WyomingHearing.Failure.self) {
            _ = try hearing.take(WyomingEvent("transcript"))
        }
    }

    // MARK: - Speaking

    @Test("A text becomes sound, whose words can be told")
    func sound() async throws {
        let sound = try await speak(server(), voice: "sandbox-en")
        #expect(sound.format == AudioFormat(framesPerSecond: 22_050, channels: 1))
        #expect(Self.heard(sound) == ToneCode.symbols(for: "one two three"))
        #expect(sandbox.requests.last?.text == "one two three")
        #expect(sandbox.requests.last?.model == "sandbox-en")
    }

    @Test(
        "A reply is said clause by clause, whether or not the server takes it so",
        arguments: [false, true])
    func clauses(streams: Bool) async throws {
        change { $0.wyomingStreams = streams }
        let clauses = ["One, two.", "Three?", " \u{2026} ", "Four", "five."]
        let sound = try await speak(server(), clauses)
        #expect(Self.heard(sound) == ToneCode.symbols(for: "one two three four five"))
        // A clause without words is asked for and makes no sound.
        // Where the server takes text as it is written, the first does not wait for a second.
        #expect(sandbox.requests.count == (streams ? 2 : 5))
    }

    @Test(
        "Where nothing is written there is nothing to hear, and nothing wrong",
        arguments: [false, true])
    func empty(streams: Bool) async throws {
        change { $0.wyomingStreams = streams }
        let server = server()
        for clauses in [[], [" ", "", "\n"]] {
            #expect(try await speak(server, clauses).isEmpty)
        }
        for text in ["", " \n"] { #expect(try await speak(server, text).isEmpty) }
        #expect(sandbox.requests.isEmpty)
        // And the connection is good for the next.
        let sound = try await speak(server, [" ", "One two.", "Three."])
        #expect(Self.heard(sound) == ToneCode.symbols(for: "one two three"))
        #expect(sandbox.requests.first?.connection == 1)
    }

    @Test("A reply is heard while it is still being written", arguments: [false, true])
    func early(streams: Bool) async throws {
        change { $0.wyomingStreams = streams }
        let (text, writer) = TextStream.makeStream()
        writer.yield("One two.")
        writer.yield("Three.")
        let voice = WyomingSpeech(server(), voice: nil, language: nil)
        let sound = try await voice.speech(of: text)
        let enough = AudioFormat(framesPerSecond: 22_050, channels: 1)
            .frames(in: .milliseconds(230))
        let beginning = try await Self.whole(sound, atMost: enough)
        #expect(Self.heard(beginning) == ToneCode.symbols(for: "one two"))
        writer.finish()
    }

    @Test(
        "What stops the writing ends the speech behind what was said, and is not the voice's fault",
        arguments: [false, true], ["", "One two."])
    func stopped(streams: Bool, said: String) async throws {
        change { $0.wyomingStreams = streams }
        let text = TextStream { stream in
            stream.yield(said)
            stream.finish(throwing: ProviderError.busy(provider: "pen", retryAfter: nil))
        }
        let voice = WyomingSpeech(server(), voice: nil, language: nil)
        let sound = try await voice.speech(of: text)
        var samples: [Int16] = []
        var failure: (any Error)?
        do {
            for try await chunk in sound { samples += chunk.samples }
        } catch {
            failure = error
        }
        #expect(failure as? ProviderError == .busy(provider: "pen", retryAfter: nil))
        let format = AudioFormat(framesPerSecond: 22_050, channels: 1)
        #expect(Self.heard(AudioChunk(samples, format: format)) == ToneCode.symbols(for: said))
    }

    @Test("Without a voice, the first that speaks the language is asked for by its name")
    func language() async throws {
        _ = try await speak(server(), language: "de-AT")
        #expect(sandbox.requests.last?.model == "sandbox-de")
        _ = try await speak(server())
        #expect(sandbox.requests.last?.model == nil)
        // There is one, but it is not installed.
        let error = await Self.failure { _ = try await speak(server(), language: "fr") }
        #expect(error == .foreignLanguage(provider: "wyoming", language: "fr"))
    }

    @Test("What a server has is asked once, ahead of time, and its connection is kept")
    func prepared() async throws {
        let server = server()
        server.prepare()
        while server.knownInfo == nil { try await Task.sleep(for: .milliseconds(1)) }
        #expect(log.count("sandbox, 1 installed, streams; sandbox, 2 installed, streams") == 1)
        #expect(try await transcribe(server) == "What time is it?")
        #expect(sandbox.requests.map(\.connection) == [1])
        server.prepare()
        server.prepare()
        _ = try await speak(server, ["One."])
        #expect(sandbox.requests.map(\.connection) == [1, 2])
        let error = await Self.failure { _ = try await transcribe(server, language: "ja") }
        #expect(error == .foreignLanguage(provider: "wyoming", language: "ja"))
        #expect(log.lines.count == 1)
    }

    @Test("A connection that is kept for nobody is closed, and one that is used is not")
    func kept() async throws {
        let address = try #require(
            WyomingAddress("tcp://127.0.0.1:\(sandbox.wyomingPort!)", defaultPort: 1))
        let connection = WyomingConnection(to: address)
        try await connection.opened()
        #expect(connection.keep(for: .seconds(60)))
        #expect(connection.keep(for: nil) && connection.isAlive)
        connection.keep(for: .milliseconds(1))
        while connection.isAlive { try await Task.sleep(for: .milliseconds(1)) }
        #expect(!connection.keep(for: nil))
        await #expect(throws: WyomingEnd.closed) { try await connection.next() }
    }

    static let infos: [(languages: [String], wanted: String, name: String?)] = [
        (["en", "de"], "de-AT", "de"), (["en_US", "de_DE"], "de", "de_DE"), (["en"], "ja", nil),
        (["en-GB", "en"], "en-gb", "en-GB"), (["en-GB", "en"], "en-US", "en"), ([], "ja", "ja"),
        (["auto"], "ja-JP", "ja"), (["multilingual", "en"], "en", "en"),
    ]

    @Test("A language is called what the server calls it", arguments: infos)
    func names(languages: [String], wanted: String, name: String?) {
        let model: JSONValue = .object([
            "name": .string("m"), "languages": .array(languages.map { .string($0) }),
        ])
        let info = WyomingInfo(
            WyomingEvent("info", ["asr": .array([.object(["models": .array([model])])])]))
        #expect(info.recognizersName(for: wanted, model: nil) == name)
    }

    // MARK: - What goes wrong

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
    private static func sort(of error: ProviderError?) -> String? {
        error.flatMap { Mirror(reflecting: $0).children.first?.label }
    }

    struct Mishap: Sendable, CustomTestStringConvertible {
        let fault: Fault
        let sort: String
        var testDescription: String { fault.rawValue }
    }

    static let mishaps = [
        Mishap(fault: .silence, sort: "timedOut"), Mishap(fault: .stall, sort: "timedOut"),
        Mishap(fault: .stallMidway, sort: "timedOut"), Mishap(fault: .reset, sort: "down"),
        Mishap(fault: .truncation, sort: "down"), Mishap(fault: .garbage, sort: "down"),
        Mishap(fault: .errorEvent, sort: "failed"), Mishap(fault: .serverError, sort: "failed"),
        Mishap(fault: .unauthorized, sort: "failed"), Mishap(fault: .overloaded, sort: "failed"),
    ]

    @Test(
        "Each mishap is taken for what it is, and nothing is asked again",
        arguments: mishaps, [false, true])
    func mishap(mishap: Mishap, streams: Bool) async throws {
        change { script in
            script.wyomingStreams = streams
            script.faults = [FaultRule(mishap.fault)]
        }
        let server = server(
            timeout: mishap.sort == "timedOut" ? .milliseconds(500) : .seconds(30))
        let works: [() async throws -> Void] = [
            { _ = try await transcribe(server) }, { _ = try await speak(server) },
            { _ = try await speak(server, ["One two three four."]) },
        ]
        for work in works {
            sandbox.forget()
            #expect(Self.sort(of: await Self.failure(of: work)) == mishap.sort)
            #expect(sandbox.requests.count == 1)
            #expect(clock.waits.isEmpty)
        }
    }

    @Test("Sound that came before a mishap is heard", arguments: [Fault.reset, .truncation])
    func beginning(fault: Fault) async throws {
        change { $0.faults = [FaultRule(fault)] }
        let voice = WyomingSpeech(server(), voice: nil, language: nil)
        let sound = try await voice.speech(for: "one two three four")
        var frames = 0
        await #expect(throws: ProviderError.self) {
            for try await chunk in sound { frames += chunk.frames }
        }
        #expect(frames > 0)
    }

    @Test("An answer that comes a byte at a time is the same answer")
    func trickle() async throws {
        change { $0.faults = [FaultRule(.trickle)] }
        #expect(try await transcribe(server()) == "What time is it?")
        let sound = try await speak(server(), "one")
        #expect(Self.heard(sound) == ToneCode.symbols(for: "one"))
    }

    @Test("An odd byte at the end of samples is left out")
    func oddByte() async throws {
        let asked = try await speak(server())
        change { $0.faults = [FaultRule(.oddByte)] }
        #expect(try await speak(server()) == asked)
    }

    @Test("An answer without an end is taken only as fast as it is used, and hung up")
    func endless() async throws {
        change { $0.faults = [FaultRule(.endless)] }
        let voice = WyomingSpeech(server(), voice: nil, language: nil)
        let sound = try await Self.whole(
            try await voice.speech(for: "one two"), atMost: 22_050)
        #expect(sound.frames >= 22_050)
        // What lay in our room and in the kernel's buffers.
        #expect(try #require(sandbox.requests.last).answerBytes < 16 << 20)
        let error = await Self.failure { _ = try await transcribe(server()) }
        #expect(Self.sort(of: error) == "failed")
    }

    @Test("Bytes that are no text end the connection")
    func encoding() async throws {
        change { $0.faults = [FaultRule(.invalidUTF8)] }
        let error = await Self.failure { _ = try await transcribe(server()) }
        #expect(Self.sort(of: error) == "down")
    }

    @Test("What the server calls an error is told, in one line")
    func told() async throws {
        let error = await Self.failure { _ = try await speak(server(), voice: "nobody") }
        #expect(
            error
                == .failed(
                    provider: "wyoming",
                    reason: "Invalid value for 'voice.name': expected one of sandbox-en, "
                        + "sandbox-de. (invalid_value)"))
    }

    static let nowhere: [(url: String, sort: String, waits: Int)] = [
        ("tcp://127.0.0.1:9", "unreachable", 1), ("tcp://no-such-host.invalid:1", "unreachable", 1),
        ("http://127.0.0.1:9", "unavailable", 0), ("", "unavailable", 0),
    ]

    @Test("Nobody at the address is asked twice; what is no address is told", arguments: nowhere)
    func unreachable(url: String, sort: String, waits: Int) async throws {
        let server = server(url)
        let error = await Self.failure { _ = try await transcribe(server) }
        #expect(Self.sort(of: error) == sort)
        #expect(clock.waits == Array(repeating: .milliseconds(250), count: waits))
    }

    @Test("Without an address, the settings are named")
    func missing() async throws {
        let server = WyomingServer(
            baseURL: nil, defaultPort: WyomingServer.transcriptionPort, clock: clock, log: log.log)
        server.prepare()
        let error = await Self.failure { _ = try await transcribe(server) }
        #expect(
            "\(try #require(error))"
                == "cannot use wyoming: its baseURL is not set; set one, as in "
                + "\"tcp://192.168.1.5:10300\"")
    }

    @Test("Whoever is cancelled stops waiting, and the server is told", arguments: [false, true])
    func cancelled(streams: Bool) async throws {
        change { script in
            script.wyomingStreams = streams
            script.faults = [FaultRule(.silence)]
        }
        let server = server(timeout: .seconds(60))
        let works: [@Sendable () async throws -> Void] = [
            { _ = try await self.transcribe(server) }, { _ = try await self.speak(server) },
            { _ = try await self.speak(server, ["One."]) },
        ]
        for work in works {
            sandbox.forget()
            let asking = Task { try await work() }
            while sandbox.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            asking.cancel()
            await #expect(throws: ProviderError.cancelled) { try await asking.value }
        }
    }

    @Test("Dropping the sound hangs up")
    func dropped() async throws {
        change { $0.faults = [FaultRule(.endless)] }
        do {
            let voice = WyomingSpeech(server(), voice: nil, language: nil)
            _ = try await voice.speech(for: "one two")
        }
        // Stopping returns only when the connection's thread has ended; that it was told shows in
        // the answer that is not complete.
        while try #require(sandbox.requests.last).answerBytes == 0 {
            try await Task.sleep(for: .milliseconds(1))
        }
        sandbox.stop()
        #expect(sandbox.requests.last?.isComplete == false)
    }
}
