import Codec
import FoundationEssentials
import Linux
import TestSupport
import Testing
import Voice

@testable import Providers
@testable import sandbox

/// Google Translate's loudspeaker, asked as gTTS asks, against a server that is strict about it.
@Suite(.timeLimit(.minutes(1)))
struct GoogleTranslateTests {
    private let sandbox: Sandbox
    private let clock = InstantClock()
    private let log = LogBook()
    private let client = HTTPClient()

    init() throws { sandbox = try Sandbox() }

    private func synthesizer(
        language: String = "en", speed: Double = 1, pace: SpeakingPace = SpeakingPace(),
        timeout: Duration = .seconds(5)
    ) -> GoogleTranslateSpeech {
        GoogleTranslateSpeech(
            language: language, baseURL: sandbox.baseURL.replacing("/v1", with: ""), speed: speed,
            pace: pace, client: client, timeout: timeout, clock: clock, log: log.log)
    }

    private func change(_ faults: Fault..., speech: Duration = .zero) {
        var script = Script()
        script.faults = faults.map { FaultRule($0) }
        script.profile.speech = speech
        sandbox.follow(script)
    }

    private func speak(
        _ voice: GoogleTranslateSpeech, _ text: String = "one two three"
    ) async throws -> AudioChunk {
        var samples: [Int16] = []
        var format = AudioFormat.speech
        for try await chunk in try await voice.speech(for: text) {
            samples += chunk.samples
            format = chunk.format
        }
        return AudioChunk(samples, format: format)
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

    // MARK: - The request

    static let bodies: [(text: String, language: String, isSlow: Bool, body: String)] = [
        (
            "Hello world.", "en", false,
            "f.req=%5B%5B%5B%22jQ1olc%22%2C%22%5B%5C%22Hello%20world.%5C%22%2C%5C%22en%5C%22%2Cnull%2C%5C%22null%5C%22%5D%22%2Cnull%2C%22generic%22%5D%5D%5D&"
        ),
        (
            "Hello world.", "en", true,
            "f.req=%5B%5B%5B%22jQ1olc%22%2C%22%5B%5C%22Hello%20world.%5C%22%2C%5C%22en%5C%22%2Ctrue%2C%5C%22null%5C%22%5D%22%2Cnull%2C%22generic%22%5D%5D%5D&"
        ),
        (
            "Say \"hi\" & ünï", "de", false,
            "f.req=%5B%5B%5B%22jQ1olc%22%2C%22%5B%5C%22Say%20%5C%5C%5C%22hi%5C%5C%5C%22%20%26%20%5C%5Cu00fcn%5C%5Cu00ef%5C%22%2C%5C%22de%5C%22%2Cnull%2C%5C%22null%5C%22%5D%22%2Cnull%2C%22generic%22%5D%5D%5D&"
        ),
    ]

    @Test("A request is what gTTS sends, byte for byte", arguments: bodies)
    func body(text: String, language: String, isSlow: Bool, body: String) {
        let request = TranslateRequest(text, language: language, isSlow: isSlow)
        #expect(String(decoding: request.body, as: UTF8.self) == body)
    }

    struct Vector: Decodable {
        let language: String
        let slow: Bool
        let text: String
        let parts: [String]
        let body: String?
    }

    @Test("Hundreds of texts in six languages are cut and written as gTTS does it")
    func vectors() throws {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let file = try readFile("/\(folder)/sdk/google-vectors.jsonl", atMost: 1 << 20)
        let lines = file.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count > 200)
        for line in lines {
            let vector = try JSONDecoder().decode(Vector.self, from: Data(line))
            let parts = TranslateParts.parts(of: vector.text)
            #expect(
                parts.map { Array($0.unicodeScalars) }
                    == vector.parts.map { Array($0.unicodeScalars) }, "\(vector.text)")
            guard let body = vector.body, let last = vector.parts.last else { continue }
            let request = TranslateRequest(
                last, language: vector.language, isSlow: vector.slow)
            #expect(String(decoding: request.body, as: UTF8.self) == body)
        }
    }

    static let cuts: [(text: String, parts: [String])] = [
        (
            "The quick brown fox jumps over the lazy dog, and then it runs away from the very angry farmer who owns the field. Dr. Smith arrived at 10:30. What happened? Nobody knows!",
            [
                "The quick brown fox jumps over the lazy dog",
                "and then it runs away from the very angry farmer who owns the field",
                "Dr Smith arrived at 10:30", "What happened?", "Nobody knows!",
            ]
        ),
        ("", []), (" \n", []), ("?!.", []), ("Hi", ["Hi"]), ("  What?Who!  ", ["What? Who!"]),
        ("a, b. c: d", ["a, b. c: d"]), ("well-\nknown", ["wellknown"]),
        ("John Doe, Esq. and Dr. Who", ["John Doe, Esquire and Dr Who"]),
        (
            String(repeating: "a", count: 250),
            [100, 100, 50].map { String(repeating: "a", count: $0) }
        ),
        (
            String(repeating: "word ", count: 25),
            [
                String(repeating: "word ", count: 20).dropLast() + "",
                String(repeating: "word ", count: 5).dropLast() + "",
            ]
        ),
    ]

    @Test("A text is cut where a voice may pause, and fits", arguments: cuts)
    func cut(text: String, parts: [String]) { #expect(TranslateParts.parts(of: text) == parts) }

    static let languages: [(tag: String, name: String?)] = [
        ("en", "en"), ("en-US", "en"), ("EN-gb", "en"), ("he", "iw"), ("he-IL", "iw"),
        ("jv", "jw"), ("nb-NO", "no"), ("fil", "tl"), ("fr", "fr"), ("fr-CA", "fr-CA"),
        ("fr-FR", "fr"), ("pt", "pt"), ("pt-BR", "pt"), ("pt-PT", "pt-PT"), ("es-419", "es"),
        ("zh", "zh-CN"), ("zh-Hant-TW", "zh-TW"), ("zh-HK", "yue"), ("yue", "yue"),
        ("tlh", nil), ("ga", nil), ("", nil),
    ]

    @Test("A language has Google's name, or none", arguments: languages)
    func language(tag: String, name: String?) { #expect(TranslateLanguage.name(for: tag) == name) }

    static let domains: [(domain: String?, url: String?)] = [
        (nil, "https://translate.google.com"), ("co.uk", "https://translate.google.co.uk"),
        ("COM.br", "https://translate.google.com.br"), ("", nil), ("evil.example", nil),
        ("com/x", nil), ("com@a", nil), ("a.b.c", nil), ("com.", nil), ("1.2", nil),
    ]

    @Test("The region is a top-level domain, and nothing else", arguments: domains)
    func domain(domain: String?, url: String?) {
        do {
            let found = try GoogleTranslateSpeech.url(domain: domain, baseURL: nil)
            #expect(found == url)
        } catch {
            #expect(url == nil && Self.sort(of: error) == "unavailable")
            #expect("\(error)".contains("co.uk"))
        }
    }

    // MARK: - The answer

    private static let frame = "//NExAAA"
    static let answers: [(body: String, sound: [UInt8]?, failure: TranslateAnswer.Failure?)] = [
        (
            ")]}'\n\n59\n[[\"wrb.fr\",\"jQ1olc\",\"[\\\"\(frame)\\\"]\",null,null,null,\"generic\"],[\"di\",9]]\n25\n[[\"e\",4]]\n",
            [0xFF, 0xF3, 0x44, 0xC4, 0, 0], nil
        ),
        (
            ")]}'\r\n\r\n[[\"di\",9],[\"wrb.fr\",\"other\",\"[1]\"],[\"wrb.fr\",\"jQ1olc\",\"[\\\"\(frame)\\\",null]\"]]",
            [0xFF, 0xF3, 0x44, 0xC4, 0, 0], nil
        ),
        (")]}'\n\n9\n[[\"wrb.fr\",\"jQ1olc\",null,null,null,[3],\"generic\"]]\n", nil, .empty),
        ("[[\"wrb.fr\",\"jQ1olc\",\"[null]\"]]", nil, .empty),
        ("[[\"wrb.fr\",\"jQ1olc\",\"[]\"]]", nil, .empty),
        ("[[\"wrb.fr\",\"jQ1olc\",\"[\\\"\\\"]\"]]", nil, .empty),
        ("[[\"wrb.fr\",\"jQ1olc\",\"[\\\"?\\\"]\"]]", nil, .unknown),
        ("[[\"wrb.fr\",\"jQ1olc\",\"x\"]]", nil, .unknown),
        ("[[\"wrb.fr\",\"jQ1olc\"]]", nil, .unknown), ("[[\"er\",null]]", nil, .unknown),
        ("<html>jQ1olc</html>", nil, .unknown), ("", nil, .unknown),
    ]

    @Test("The sound is found in the answer, or why there is none", arguments: answers)
    func answer(body: String, sound: [UInt8]?, failure: TranslateAnswer.Failure?) {
        do {
            let found = try TranslateAnswer.sound(in: Array(body.utf8))
            #expect(found == sound)
        } catch {
            #expect(error == failure)
        }
    }

    // MARK: - Sound

    @Test("A text becomes sound, whose words can be told; there is no key in the request")
    func sound() async throws {
        let sound = try await speak(synthesizer(language: "en-US"))
        #expect(
            ToneCode.heard(in: sound).map(\.symbol) == ToneCode.symbols(for: "one two three"))
        #expect(sandbox.requests.last?.text == "one two three")
        #expect(sandbox.requests.last?.model == "en")
    }

    private static let long =
        "One two three four five six seven eight nine ten. " + "Eleven twelve thirteen fourteen. "
        + "Fifteen sixteen seventeen eighteen nineteen twenty? Twenty one, twenty two!"

    @Test("A long text comes in its parts, in their order, and each is asked for once")
    func parts() async throws {
        let sound = try await speak(synthesizer(), Self.long)
        #expect(ToneCode.heard(in: sound).map(\.symbol) == ToneCode.symbols(for: Self.long))
        let asked = sandbox.requests.compactMap(\.text)
        #expect(asked == TranslateParts.parts(of: Self.long) && asked.count == 5)
    }

    @Test("The next part is fetched while the first is heard, and none beyond it")
    func ahead() async throws {
        let stream = try await synthesizer().speech(for: Self.long)
        var sound = stream.makeAsyncIterator()
        _ = try await sound.next()
        while sandbox.requests.count < 2 || !sandbox.requests[1].isComplete {
            try await Task.sleep(for: .milliseconds(1))
        }
        try await Task.sleep(for: .milliseconds(30))
        #expect(sandbox.requests.count == 2)
    }

    @Test("There is one request at a time, whoever asks")
    func oneAtATime() async throws {
        change(speech: .milliseconds(20))
        let voice = synthesizer()
        async let one = speak(voice, Self.long)
        async let two = speak(voice, "one two three")
        async let three = speak(voice, "four five six")
        #expect(try await [one, two, three].allSatisfy { !$0.isEmpty })
        let requests = sandbox.requests.sorted {
            ($0.beganNanoseconds ?? 0) < ($1.beganNanoseconds ?? 0)
        }
        #expect(requests.count == 7)
        for (one, next) in zip(requests, requests.dropFirst()) {
            let answered = try #require(one.firstAnswerNanoseconds)
            #expect(answered <= (next.beganNanoseconds ?? 0))
        }
    }

    @Test("Who waits for others and is cancelled goes away, and the next is let in")
    func turnstile() async throws {
        let turnstile = Turnstile()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let passed = Counter()
        let first = Task { try await turnstile.pass { for await _ in gate { break } } }
        try await Task.sleep(for: .milliseconds(10))
        let second = Task { try await turnstile.pass { passed.increment() } }
        let third = Task { try await turnstile.pass { passed.increment() } }
        try await Task.sleep(for: .milliseconds(10))
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(passed.value == 0)
        open.yield()
        try await first.value
        _ = try await third.value
        #expect(passed.value == 1)
    }

    @Test("Nothing to say is nothing to ask")
    func nothing() async throws {
        #expect(try await speak(synthesizer(), " … ").isEmpty)
        #expect(sandbox.requests.isEmpty)
    }

    static let speeds: [(speed: Double, steps: Int, isSlow: Bool)] = [
        (1, 0, false), (0.81, 0, false), (0.8, 0, true), (0.5, 0, true), (2, 0, false),
        (1, 1, true), (2, 1, true),
    ]

    @Test("There are two speeds: who sets or asks for a slow one gets it", arguments: speeds)
    func speed(speed: Double, steps: Int, isSlow: Bool) async throws {
        let usual = try await speak(synthesizer()).duration
        let pace = SpeakingPace()
        for _ in 0..<steps { _ = pace.slower() }
        let sound = try await speak(synthesizer(speed: speed, pace: pace))
        #expect((sound.duration > usual * 1.2) == isSlow)
    }

    @Test("A language that Google does not speak is not asked for")
    func foreign() async throws {
        let error = await Self.failure { _ = try await speak(synthesizer(language: "tlh")) }
        #expect(error == .foreignLanguage(provider: "google-translate", language: "tlh"))
        #expect(sandbox.requests.isEmpty)
    }

    // MARK: - What goes wrong

    struct Refusal: Sendable, CustomTestStringConvertible {
        let fault: Fault
        let asked: Int
        let sort: String
        var testDescription: String { fault.rawValue }
    }

    static let refusals = [
        Refusal(fault: .badRequest, asked: 1, sort: "refused"),
        Refusal(fault: .unauthorized, asked: 1, sort: "refused"),
        Refusal(fault: .forbidden, asked: 1, sort: "refused"),
        Refusal(fault: .notFound, asked: 1, sort: "refused"),
        // To /sorry, and elsewhere.
        Refusal(fault: .rateLimited, asked: 1, sort: "busy"),
        Refusal(fault: .redirect, asked: 1, sort: "refused"),
        Refusal(fault: .serverError, asked: 3, sort: "down"),
        Refusal(fault: .overloaded, asked: 3, sort: "down"),
        // A payload that is null.
        Refusal(fault: .errorEvent, asked: 1, sort: "refused"),
        Refusal(fault: .garbage, asked: 1, sort: "failed"),
        Refusal(fault: .truncation, asked: 1, sort: "down"),
        Refusal(fault: .reset, asked: 1, sort: "down"),
        Refusal(fault: .endless, asked: 1, sort: "failed"),
        Refusal(fault: .silence, asked: 1, sort: "timedOut"),
        Refusal(fault: .stall, asked: 1, sort: "timedOut"),
        Refusal(fault: .stallMidway, asked: 1, sort: "timedOut"),
    ]

    @Test(
        "Each refusal is taken for what it is, and asked again only where it helps",
        arguments: refusals)
    func refused(refusal: Refusal) async throws {
        change(refusal.fault)
        let isSlow = refusal.sort == "timedOut"
        let voice = synthesizer(timeout: isSlow ? .milliseconds(150) : .seconds(30))
        let error = await Self.failure { _ = try await speak(voice) }
        #expect(Self.sort(of: error) == refusal.sort)
        #expect(sandbox.requests.count == refusal.asked)
        #expect(clock.waits.count == refusal.asked - 1)
    }

    @Test("What goes wrong with a later part ends the sound behind what was heard")
    func later() async throws {
        var script = Script()
        var rule = FaultRule(.forbidden)
        rule.every = 2
        script.faults = [rule]
        sandbox.follow(script)
        let stream = try await synthesizer().speech(for: Self.long)
        var frames = 0
        let error = await Self.failure {
            for try await chunk in stream { frames += chunk.frames }
        }
        #expect(Self.sort(of: error) == "refused" && frames > 24_000)
    }

    @Test("Whoever is cancelled stops waiting, and the next is not held up")
    func cancelled() async throws {
        change(.silence)
        let voice = synthesizer(timeout: .seconds(60))
        let asking = Task { try await speak(voice) }
        while sandbox.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        asking.cancel()
        await #expect(throws: ProviderError.cancelled) { _ = try await asking.value }
        change()
        #expect(!(try await speak(voice).isEmpty))
    }
}
