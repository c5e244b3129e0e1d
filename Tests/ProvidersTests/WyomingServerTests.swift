import Codec
import Linux
import TestSupport
import Testing
import Voice

@testable import Providers

/// Wyoming servers as they are at home: their voices change while we run, and some never come to
/// the point.
@Suite(.timeLimit(.minutes(1)))
struct WyomingServerTests {
    private let clock = InstantClock()
    private let log = LogBook()

    private func server(_ raw: RawServer, timeout: Duration = .seconds(5)) -> WyomingServer {
        WyomingServer(
            baseURL: "tcp://127.0.0.1:\(raw.port)", defaultPort: WyomingServer.speechPort,
            timeout: timeout, clock: clock, log: log.log)
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
    private static func sort(of error: ProviderError?) -> String? {
        error.flatMap { Mirror(reflecting: $0).children.first?.label }
    }

    // MARK: - What a server has

    /// - Parameter language: of a voice or a model that is there; nil for nothing at all.
    private static func info(_ kind: String, _ name: String, _ language: String?) -> WyomingEvent {
        guard let language else { return WyomingEvent("info") }
        let artifact: [String: JSONValue] = [
            "name": .string(name), "languages": .array([.string(language)]),
        ]
        let list = kind == "tts" ? "voices" : "models"
        let program: [String: JSONValue] = [list: .array([.object(artifact)])]
        return WyomingEvent("info", [kind: .array([.object(program)])])
    }

    private static let format: [String: JSONValue] = [
        "rate": .number(16_000), "width": .number(2), "channels": .number(1),
    ]

    /// A server with one voice, in turn none, that of another language, `one` and `two`; it
    /// speaks with whatever it had last, and knows no other.
    ///
    /// - Parameters:
    ///   - changes: how often it has become another.
    ///   - hangsUp: instead of saying that it does not have a voice.
    private static func changing(_ changes: Counter, hangsUp: Bool) -> RawServer {
        let voices: [(name: String, language: String?)] = [
            ("", nil), ("eins", "de"), ("one", "en"), ("two", "en"),
        ]
        return RawServer { _, peer in
            var isOver = false
            peer.answerEvents(until: { isOver }) { event in
                let voice = voices[min(changes.value, voices.count - 1)]
                switch event.type {
                case "describe": return [info("tts", voice.name, voice.language)]
                case "synthesize":
                    guard event.data["voice"] == .object(["name": .string(voice.name)]) else {
                        isOver = hangsUp
                        return hangsUp ? [] : [WyomingEvent("error", ["text": .string("who?")])]
                    }
                    return [
                        WyomingEvent("audio-start", format),
                        WyomingEvent("audio-chunk", format, payload: [1, 0, 2, 0]),
                        WyomingEvent("audio-stop"),
                    ]
                default: return []
                }
            }
        }
    }

    @Test("A voice that was not there yet, or is another now, is found", arguments: [false, true])
    func changed(hangsUp: Bool) async throws {
        let changes = Counter()
        let raw = Self.changing(changes, hangsUp: hangsUp)
        let voice = WyomingSpeech(server(raw), voice: nil, language: "en")
        func speak() async throws {
            for try await _ in try await voice.speech(for: "Hello.") {}
        }
        for _ in 0..<2 {
            #expect(Self.sort(of: await Self.failure(of: speak)) == "unavailable")
        }
        changes.increment()
        #expect(Self.sort(of: await Self.failure(of: speak)) == "foreignLanguage")
        changes.increment()
        try await speak()
        try await speak()
        changes.increment()
        #expect(Self.sort(of: await Self.failure(of: speak)) == (hangsUp ? "down" : "failed"))
        try await speak()
        // What was no news is not told.
        #expect(log.lines.count == 4)
    }

    @Test("A recognizer that had no model at the first press has it at the next")
    func model() async throws {
        let asked = Counter()
        let raw = RawServer { _, peer in
            peer.answerEvents { event in
                switch event.type {
                case "describe":
                    let languages = [nil, "de", "en"]
                    return [Self.info("asr", "ears", languages[min(asked.increment(), 2)])]
                case "audio-stop": return [WyomingEvent("transcript", ["text": .string("Hi.")])]
                default: return []
                }
            }
        }
        let server = server(raw)
        let recognizer = WyomingRecognition(server, model: nil, language: "en")
        func hear() async throws -> String {
            while server.knownInfo == nil {
                recognizer.prepare()
                try await Task.sleep(for: .milliseconds(1))
            }
            let speech = AudioStream { stream in
                stream.yield(TestSound.noise(lasting: .milliseconds(20), amplitude: 0.1))
                stream.finish()
            }
            return try await recognizer.transcript(of: speech)
        }
        for sort in ["unavailable", "foreignLanguage"] {
            #expect(Self.sort(of: await Self.failure { _ = try await hear() }) == sort)
        }
        for _ in 0..<2 { #expect(try await hear() == "Hi.") }
        #expect(asked.value == 3)
    }

    // MARK: - Too much, and never enough

    @Test("A server that says everything but what it has is not listened to for ever")
    func chatter() async throws {
        let raw = RawServer { _, peer in
            let chatter = Array(repeating: WyomingEvent("pong").bytes, count: 1000)
            while peer.send(Array(chatter.joined())) {}
        }
        let limit = Duration.milliseconds(200)
        let voice = WyomingSpeech(server(raw, timeout: limit), voice: nil, language: "en")
        let error = await Self.failure { _ = try await voice.speech(for: "Hello.") }
        #expect(error == .timedOut(provider: "wyoming", after: limit))
    }

    private func connection(_ raw: RawServer, room: Int) throws -> WyomingConnection {
        var limits = WyomingLimits()
        limits.incoming = room
        let url = "tcp://127.0.0.1:\(raw.port)"
        return WyomingConnection(
            to: try #require(WyomingAddress(url, defaultPort: 1)), limits: limits)
    }

    @Test("An event that comes and comes is not waited for longer than was set")
    func incomplete() async throws {
        let raw = RawServer { _, peer in
            let head = #"{"type":"audio-chunk","payload_length":16777216}"#
            guard peer.send(Array((head + "\n").utf8)) else { return }
            let piece = [UInt8](repeating: 0, count: 65_536)
            // All but the last.
            for _ in 0..<255 { guard peer.send(piece) else { return } }
            while !peer.read().isEmpty {}
        }
        let connection = try connection(raw, room: 1 << 20)
        try await connection.opened()
        await #expect(throws: WyomingEnd.timedOut(after: .zero)) {
            try await connection.next(within: .zero)
        }
    }

    @Test("Data takes room as sound does: who sends more than is read waits, and loses nothing")
    func room() async throws {
        let (count, size) = (250, 64 << 10)
        let (stalls, sent) = (Counter(), Counter())
        let raw = RawServer { _, peer in
            let text = String(repeating: "a", count: size)
            let bytes = WyomingEvent("info", ["text": .string(text)]).bytes
            for _ in 0..<count {
                let isSent = peer.send(bytes, each: .milliseconds(300)) { stalls.increment() }
                guard isSent else { return }
                sent.increment()
            }
            while !peer.read().isEmpty {}
        }
        // For one of them; the kernel has room for some more, and not for all.
        let connection = try connection(raw, room: size)
        while stalls.value == 0, sent.value < count {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(sent.value < count)
        for _ in 0..<count { #expect(try await connection.next().length > size) }
    }
}
