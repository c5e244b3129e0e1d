import Codec
import TestSupport
import Testing
import Voice

@testable import Providers
@testable import sandbox

/// Our side of Azure's speech services against a server that is strict about it.
@Suite(.timeLimit(.minutes(1)))
struct AzureTests {
    private let sandbox: Sandbox
    private let clock = InstantClock()
    private let log = LogBook()
    private let client = HTTPClient()

    init() throws {
        var script = Script()
        script.key = Self.key
        script.transcript = " What time is it? \n"
        sandbox = try Sandbox(script)
    }

    private static let key = "secret-azure-key-of-a-test"
    private static let speech = TestSound.noise(lasting: .seconds(1), amplitude: 0.2)

    private func service(
        _ part: AzureService.Part, key: String? = Self.key, timeout: Duration = .seconds(5)
    ) -> AzureService {
        AzureService(
            part, region: nil, baseURL: sandbox.baseURL.replacing("/v1", with: "/"), key: key,
            client: client, timeout: timeout, clock: clock, log: log.log)
    }

    private func change(_ body: (inout Script) -> Void) {
        var script = Script()
        script.key = Self.key
        body(&script)
        sandbox.follow(script)
    }

    private func transcribe(
        _ sound: AudioChunk = Self.speech, language: String = "en",
        timeout: Duration = .seconds(5)
    ) async throws(ProviderError) -> String {
        let recording = AudioStream { stream in
            for start in stride(from: 0, to: sound.frames, by: 1600) {
                stream.yield(sound.part(start..<start + 1600))
            }
            stream.finish()
        }
        let service = service(.recognition, timeout: timeout)
        return try await AzureRecognition(service, language: language)
            .transcript(of: recording)
    }

    private func synthesizer(
        voice: String? = nil, language: String = "en", speed: Double = 1,
        pace: SpeakingPace = SpeakingPace(), timeout: Duration = .seconds(5)
    ) -> AzureSpeech {
        AzureSpeech(
            service(.speech, timeout: timeout), language: language, voice: voice, speed: speed,
            pace: pace)
    }

    private func speak(
        _ voice: AzureSpeech, _ text: String = "one two three", atMost frames: Int = .max
    ) async throws -> AudioChunk {
        var samples: [Int16] = []
        var format = AudioFormat.speech
        for try await chunk in try await voice.speech(for: text) {
            samples += chunk.samples
            format = chunk.format
            if samples.count >= frames { break }
        }
        return AudioChunk(samples, format: format)
    }

    /// With a voice, so that the list is not asked for.
    private static let voice = "en-US-GuyNeural"

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

    // MARK: - Speech to text

    @Test("A recording becomes words, whatever is known of the language's country")
    func transcription() async throws {
        #expect(try await transcribe() == "What time is it?")
        let request = try #require(sandbox.requests.last)
        #expect(request.path == "/speech/recognition/conversation/cognitiveservices/v1")
        // The sandbox refuses what is not.
        #expect(request.model == "en-US")
        #expect(request.bodyBytes == Self.speech.samples.count * 2 + 44)
    }

    @Test("What is said is sent while it is being said, and nothing before there is anything")
    func streamed() async throws {
        let (recording, stream) = AudioStream.makeStream()
        let recognizer = AzureRecognition(service(.recognition), language: "de")
        let words = Task { try await recognizer.transcript(of: recording) }
        try await Task.sleep(for: .milliseconds(20))
        #expect(sandbox.requests.isEmpty)
        stream.yield(Self.speech)
        while (sandbox.requests.last?.firstBodyByteNanoseconds).map({ _ in false }) ?? true {
            try await Task.sleep(for: .milliseconds(1))
        }
        let before = Moment.now
        stream.yield(Self.speech)
        stream.finish()
        #expect(try await words.value == "What time is it?")
        let request = try #require(sandbox.requests.last)
        #expect(try #require(request.firstBodyByteNanoseconds) <= before.nanoseconds)
        #expect(request.model == "de-DE")
    }

    @Test("Where nothing was made out there are no words, and that is no failure")
    func nothing() async throws {
        change { $0.transcript = "" }
        #expect(try await transcribe() == "")
    }

    @Test("A recognizer that stumbles is asked once more, with the whole recording")
    func stumble() async throws {
        change { script in
            script.transcript = "Hello."
            var rule = FaultRule(.errorEvent)
            rule.count = 1
            script.faults = [rule]
        }
        #expect(try await transcribe() == "Hello.")
        #expect(Set(sandbox.requests.map(\.bodyBytes)).count == 1 && sandbox.requests.count == 2)
        change { $0.faults = [FaultRule(.errorEvent)] }
        #expect(Self.sort(of: await Self.failure { _ = try await transcribe() }) == "down")
        #expect(sandbox.requests.count == 4)
    }

    // MARK: - Answers in mid-speech

    /// Somebody says a word into a quiet room.
    private static let word = [
        TestSound.noise(lasting: .milliseconds(300), amplitude: 0.001),
        TestSound.noise(lasting: .milliseconds(700), amplitude: 0.3),
    ]

    /// A server that answers the first request in the middle of the question, as if it would keep
    /// the connection, and the next behind its end.
    private static func hasty(_ early: String, begun: Counter, ended: Counter) -> RawServer {
        RawServer { number, peer in
            var request: [UInt8] = []
            while case let bytes = peer.read(), !bytes.isEmpty {
                if request.isEmpty { begun.increment() }
                request += bytes
                let isOver = request.suffix(7).elementsEqual("\r\n0\r\n\r\n".utf8)
                guard isOver || number == 1 && request.count > 10_000 else { continue }
                let whole = #"{"RecognitionStatus":"Success","DisplayText":"All of it."}"#
                let body = number == 1 ? early : whole
                let head = "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                peer.send(Array((head + body).utf8))
                break
            }
            while !peer.read().isEmpty {}
            ended.increment()
        }
    }

    struct Haste: Sendable, CustomTestStringConvertible {
        let answer: String
        /// Whether somebody speaks on.
        let goesOn: Bool
        /// Nil where it fails.
        let words: String?
        var testDescription: String { "\(answer), \(goesOn ? "and more" : "and silence")" }
    }

    static let hastes = [
        Haste(answer: #"{"RecognitionStatus":"Error"}"#, goesOn: true, words: "All of it."),
        Haste(answer: #"{"RecognitionStatus":"Error"}"#, goesOn: false, words: "All of it."),
        Haste(
            answer: #"{"RecognitionStatus":"Success","DisplayText":"Half"}"#, goesOn: false,
            words: "Half"),
        Haste(
            answer: #"{"RecognitionStatus":"Success","DisplayText":"Half"}"#, goesOn: true,
            words: nil),
    ]

    @Test(
        "Words in mid-speech hold if nothing more is said; who stumbles there hears it all again",
        arguments: hastes)
    func early(haste: Haste) async throws {
        let (begun, ended) = (Counter(), Counter())
        let hasty = Self.hasty(haste.answer, begun: begun, ended: ended)
        let service = AzureService(
            .recognition, region: nil, baseURL: "http://127.0.0.1:\(hasty.port)", key: Self.key,
            client: client, timeout: .seconds(5), clock: clock, log: log.log)
        let (recording, stream) = AudioStream.makeStream()
        let recognizer = AzureRecognition(service, language: "en")
        let words = Task { try await recognizer.transcript(of: recording) }
        Self.word.forEach { stream.yield($0) }
        // The answer was taken: the first exchange is over, and with a stumble the second begun.
        while ended.value < 1 || begun.value < (haste.words == "All of it." ? 2 : 1) {
            try await Task.sleep(for: .milliseconds(1))
        }
        try await Task.sleep(for: .milliseconds(20))
        let silence = AudioChunk.silence(lasting: .seconds(1), format: .speech)
        for chunk in haste.goesOn ? Self.word : [silence] { stream.yield(chunk) }
        stream.finish()
        if let said = haste.words {
            #expect(try await words.value == said)
        } else {
            let error = await Self.failure { _ = try await words.value }
            #expect(
                error
                    == .failed(
                        provider: "azure", reason: "it answered before the question was over"))
        }
    }

    @Test(
        "Of a question of more than a minute the first minute is sent, in whatever pieces it comes",
        arguments: [(60_000, 0), (60_300, 1), (75_000, 1)])
    func tooLong(milliseconds: Int, told: Int) async throws {
        let long = AudioChunk.silence(lasting: .milliseconds(milliseconds), format: .speech)
        let whole = AudioStream { stream in
            stream.yield(long)
            stream.finish()
        }
        let recognizer = AzureRecognition(service(.recognition), language: "en")
        #expect(try await recognizer.transcript(of: whole) == "What time is it?")
        #expect(try await transcribe(long) == "What time is it?")
        #expect(sandbox.requests.map(\.bodyBytes) == [60 * 32_000 + 44, 60 * 32_000 + 44])
        #expect(log.count("azure takes 60 s of a question; the rest is left out") == 2 * told)
    }

    @Test("Behind its minute, the end of a question is waited for all the same")
    func minute() async throws {
        let (recording, stream) = AudioStream.makeStream()
        let recognizer = AzureRecognition(service(.recognition), language: "en")
        let isOver = Counter()
        let words = Task {
            defer { isOver.increment() }
            return try await recognizer.transcript(of: recording)
        }
        stream.yield(AudioChunk.silence(lasting: .seconds(61), format: .speech))
        while sandbox.requests.last?.isComplete != true {
            try await Task.sleep(for: .milliseconds(1))
        }
        // However much more is said, and whatever the answer was.
        for _ in 0..<3 { stream.yield(Self.speech) }
        try await Task.sleep(for: .milliseconds(20))
        #expect(isOver.value == 0)
        stream.finish()
        #expect(try await words.value == "What time is it?")
        #expect(sandbox.requests.count == 1)
    }

    @Test("A turn that is given up sends nothing, or hangs up")
    func abandoned() async throws {
        let (recording, stream) = AudioStream.makeStream()
        let recognizer = AzureRecognition(service(.recognition), language: "en")
        let words = Task { try await recognizer.transcript(of: recording) }
        stream.finish(throwing: CancellationError())
        await #expect(throws: ProviderError.cancelled) { try await words.value }
        #expect(sandbox.requests.isEmpty)

        change { $0.faults = [FaultRule(.silence)] }
        let asking = Task { try await transcribe(timeout: .seconds(60)) }
        while sandbox.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        asking.cancel()
        await #expect(throws: ProviderError.cancelled) { try await asking.value }
    }

    static let transcripts: [(body: String, words: String?, sort: String?)] = [
        (#"{"RecognitionStatus":"Success","DisplayText":"Hi.","Offset":"1"}"#, "Hi.", nil),
        (
            #"{"RecognitionStatus":"Success","Offset":1,"NBest":[{"Display":"A."},{"Display":"B."}]}"#,
            "A.", nil
        ),
        (#"{"RecognitionStatus":"Success","DisplayText":""}"#, "", nil),
        (#"{"RecognitionStatus":"Success","NBest":[]}"#, "", nil),
        (#"{"RecognitionStatus":"NoMatch","Offset":1,"Duration":2}"#, "", nil),
        (#"{"RecognitionStatus":"InitialSilenceTimeout"}"#, "", nil),
        (#"{"RecognitionStatus":"BabbleTimeout"}"#, "", nil),
        (#"{"RecognitionStatus":"Error"}"#, nil, "down"),
        (#"{"RecognitionStatus":"Tea"}"#, nil, "failed"),
    ]

    @Test("Each status means what it does", arguments: transcripts)
    func status(body: String, words: String?, sort: String?) throws {
        let answer = try #require(AzureTranscript(Array(body.utf8)))
        do {
            let found = try answer.words(from: "azure")
            #expect(found == words)
        } catch {
            #expect(Self.sort(of: error) == sort)
        }
    }

    @Test("What is no transcript is none", arguments: ["", "{}", "[]", #"{"DisplayText":"Hi."}"#])
    func noTranscript(body: String) { #expect(AzureTranscript(Array(body.utf8)) == nil) }

    // MARK: - Text to speech

    @Test("A text becomes sound, in the first good voice that is listed, which is asked for once")
    func sound() async throws {
        let voice = synthesizer()
        let sound = try await speak(voice)
        #expect(sound.format == AudioFormat(framesPerSecond: 24_000, channels: 1))
        #expect(
            ToneCode.heard(in: sound).map(\.symbol) == ToneCode.symbols(for: "one two three"))
        #expect(sandbox.requests.last?.model == "en-US-JennyNeural")
        _ = try await speak(voice)
        #expect(sandbox.requests.count { $0.method == "GET" } == 1)
    }

    static let speakers: [(language: String, voice: String?, spoken: String)] = [
        ("en-GB", nil, "en-GB-SoniaNeural"), ("de", nil, "de-DE-KatjaNeural"),
        // Nobody from there: somebody who speaks it.
        ("fr-BE", nil, "fr-FR-DeniseNeural"), ("en", "en-US-GuyNeural", "en-US-GuyNeural"),
    ]

    @Test("The voice fits the language, unless one is set", arguments: speakers)
    func spoken(language: String, voice: String?, spoken: String) async throws {
        _ = try await speak(synthesizer(voice: voice, language: language))
        #expect(sandbox.requests.last?.model == spoken)
        #expect(sandbox.requests.count == (voice == nil ? 2 : 1))
    }

    @Test("A language without a voice, and one without a country, are foreign")
    func foreign() async throws {
        for language in ["sv", "tlh"] {
            let error = await Self.failure {
                _ = try await speak(synthesizer(language: language))
            }
            #expect(Self.sort(of: error) == "foreignLanguage")
        }
        let error = await Self.failure { _ = try await transcribe(language: "tlh") }
        #expect(error == .foreignLanguage(provider: "azure", language: "tlh"))
    }

    @Test("What would end a document of its own stands in it as text")
    func markup() async throws {
        let text = "Tom & \"Jerry\" <b>don't</b> ]]> &amp; \u{0}\u{8}\u{1F}\u{FFFF}end\n😀"
        _ = try await speak(synthesizer(voice: Self.voice), text)
        #expect(
            sandbox.requests.last?.text == "Tom & \"Jerry\" <b>don't</b> ]]> &amp; end 😀")
        let error = await Self.failure {
            _ = try await speak(synthesizer(voice: "x'/><break time='9s"))
        }
        #expect(Self.sort(of: error) == "refused")
    }

    static let rates: [(rate: Double, markup: String)] = [
        (1, "Hi"), (1.001, "Hi"), (1.1, "<prosody rate='+10%'>Hi</prosody>"),
        (0.6, "<prosody rate='-40%'>Hi</prosody>"), (4, "<prosody rate='+100%'>Hi</prosody>"),
        (0.25, "<prosody rate='-50%'>Hi</prosody>"),
    ]

    @Test("Speed stands in the document only where it is not the voice's own", arguments: rates)
    func rate(rate: Double, markup: String) {
        let ssml = SSML("Hi", language: "en-US", voice: "V", rate: rate)
        #expect(
            ssml.document
                == "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis'"
                + " xml:lang='en-US'><voice name='V'>\(markup)</voice></speak>")
    }

    @Test("Who asks for a slower pace gets one")
    func pace() async throws {
        let pace = SpeakingPace()
        let voice = synthesizer(voice: Self.voice, speed: 1, pace: pace)
        let usual = try await speak(voice).duration
        _ = pace.slower()
        #expect(try await speak(voice).duration > usual * 1.1)
    }

    @Test("WAV or MP3 where samples were asked for is played", arguments: [Fault.wav, .mp3])
    func otherSound(fault: Fault) async throws {
        let asked = try await speak(synthesizer(voice: Self.voice))
        change { $0.faults = [FaultRule(fault)] }
        let sound = try await speak(synthesizer(voice: Self.voice))
        #expect(abs((sound.duration - asked.duration).inMilliseconds) < 100)
    }

    @Test("Sound without an end is taken only as fast as it is heard, and hung up")
    func endless() async throws {
        change { $0.faults = [FaultRule(.endless)] }
        let sound = try await speak(synthesizer(voice: Self.voice), atMost: 24_000)
        #expect(sound.frames >= 24_000)
        while sandbox.requests.last?.lastAnswerNanoseconds == nil {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(try #require(sandbox.requests.last).answerBytes < 8 << 20)
    }

    @Test("Connections are opened before they are needed, and the voice is found out")
    func prepared() async throws {
        let voice = synthesizer()
        voice.prepare()
        while !sandbox.requests.contains(where: { $0.method == "GET" && $0.isComplete })
            || sandbox.requests.count(where: { $0.status != nil }) < 3
        {
            try await Task.sleep(for: .milliseconds(1))
        }
        let connections = Set(sandbox.requests.map(\.connection))
        try await Task.sleep(for: .milliseconds(20))
        _ = try await speak(voice)
        #expect(connections.contains(try #require(sandbox.requests.last?.connection)))
        #expect(sandbox.requests.count { $0.method == "GET" } == 1)
    }

    // MARK: - Where it is

    static let places: [(region: String?, url: String?, recognition: String, speech: String)] = [
        (
            "westeurope", nil, "https://westeurope.stt.speech.microsoft.com",
            "https://westeurope.tts.speech.microsoft.com"
        ),
        (
            "West Europe", nil, "https://westeurope.stt.speech.microsoft.com",
            "https://westeurope.tts.speech.microsoft.com"
        ),
        (
            "eastus", "https://mine.cognitiveservices.azure.com/",
            "https://mine.cognitiveservices.azure.com/stt",
            "https://mine.cognitiveservices.azure.com/tts"
        ),
        (
            nil, "https://mine.cognitiveservices.azure.com/deep/",
            "https://mine.cognitiveservices.azure.com/deep",
            "https://mine.cognitiveservices.azure.com/deep"
        ),
        (nil, "http://10.0.0.7:5000", "http://10.0.0.7:5000", "http://10.0.0.7:5000"),
    ]

    @Test("Region or address say where the services are", arguments: places)
    func place(region: String?, url: String?, recognition: String, speech: String) throws {
        #expect(
            try AzureService.url(of: .recognition, region: region, baseURL: url) == recognition)
        #expect(try AzureService.url(of: .speech, region: region, baseURL: url) == speech)
    }

    @Test(
        "Without a region that can be one, it says what to set",
        arguments: [
            (nil, "MICROSOFT_REGION"), ("", "MICROSOFT_REGION"), (" ", "MICROSOFT_REGION"),
            ("evil.example/", "westeurope"), ("a@b", "westeurope"), ("ü", "westeurope"),
        ] as [(String?, String)])
    func nowhere(region: String?, advice: String) async throws {
        let service = AzureService(
            .speech, region: region, baseURL: nil, key: Self.key, client: client, clock: clock,
            log: log.log)
        let voice = AzureSpeech(service, language: "en")
        voice.prepare()
        let error = await Self.failure { _ = try await voice.speech(for: "one") }
        #expect(Self.sort(of: error) == "unavailable" && "\(error!)".contains(advice))
    }

    static let locales: [(tag: String, locale: String?)] = [
        ("en", "en-US"), ("EN-gb", "en-GB"), ("de", "de-DE"), ("de-AT", "de-AT"),
        ("fr", "fr-FR"), ("es", "es-ES"), ("es-419", "es-ES"), ("no", "nb-NO"), ("zh", "zh-CN"),
        ("zh-Hant", "zh-TW"), ("zh-Hans-SG", "zh-SG"), ("yue", "zh-HK"), ("pt", "pt-BR"),
        ("he", "he-IL"), ("iw", "he-IL"), ("tlh", nil), ("", nil),
    ]

    @Test("A language gets its country", arguments: locales)
    func locale(tag: String, locale: String?) { #expect(AzureLocale.complete(tag) == locale) }

    // MARK: - What goes wrong

    struct Refusal: Sendable, CustomTestStringConvertible {
        let fault: Fault
        let asked: Int
        let sort: String
        var testDescription: String { fault.rawValue }
    }

    static let refusals = [
        Refusal(fault: .badRequest, asked: 1, sort: "refused"),
        Refusal(fault: .unauthorized, asked: 1, sort: "keyRefused"),
        Refusal(fault: .forbidden, asked: 1, sort: "keyRefused"),
        Refusal(fault: .quotaUsedUp, asked: 1, sort: "creditUsedUp"),
        Refusal(fault: .notFound, asked: 1, sort: "refused"),
        Refusal(fault: .timeout, asked: 3, sort: "down"),
        Refusal(fault: .tooLarge, asked: 1, sort: "refused"),
        Refusal(fault: .rateLimited, asked: 3, sort: "busy"),
        Refusal(fault: .serverError, asked: 3, sort: "down"),
        Refusal(fault: .overloaded, asked: 3, sort: "down"),
        Refusal(fault: .redirect, asked: 1, sort: "refused"),
    ]

    @Test(
        "Each refusal is taken for what it is, and asked again only where it helps",
        arguments: refusals, Endpoint.azure)
    func refused(refusal: Refusal, endpoint: Endpoint) async throws {
        change { $0.faults = [FaultRule(refusal.fault)] }
        let error = await Self.failure {
            switch endpoint {
            case .azureTranscription: _ = try await transcribe()
            case .azureSpeech: _ = try await speak(synthesizer(voice: Self.voice))
            default: _ = try await speak(synthesizer())
            }
        }
        #expect(Self.sort(of: error) == refusal.sort)
        #expect(sandbox.requests.count == refusal.asked)
        #expect(clock.waits.count == refusal.asked - 1)
        #expect(log.count(Self.key) == 0 && !"\(error!)".contains(Self.key))
    }

    @Test("A key of another region, and none, are refused as keys")
    func keys() async throws {
        for key in ["another-key", nil] {
            let voice = AzureSpeech(
                service(.speech, key: key), language: "en", voice: Self.voice)
            let error = await Self.failure { _ = try await voice.speech(for: "one") }
            #expect(Self.sort(of: error) == "keyRefused")
            #expect("\(error!)".contains("region") || key == nil)
        }
    }

    @Test(
        "A server that does not answer is not waited for longer than was set",
        arguments: [Fault.silence, .stall, .stallMidway])
    func stalled(fault: Fault) async throws {
        change { $0.faults = [FaultRule(fault)] }
        let voice = synthesizer(voice: Self.voice, timeout: .milliseconds(150))
        await #expect(throws: ProviderError.self) { try await speak(voice) }
        await #expect(throws: ProviderError.self) {
            try await transcribe(timeout: .milliseconds(150))
        }
    }

    @Test("An answer that breaks off is no whole answer", arguments: [Fault.reset, .truncation])
    func broken(fault: Fault) async throws {
        change { $0.faults = [FaultRule(fault)] }
        await #expect(throws: ProviderError.self) {
            try await speak(synthesizer(voice: Self.voice), "one two three four")
        }
        await #expect(throws: ProviderError.self) { try await speak(synthesizer()) }
        await #expect(throws: ProviderError.self) { try await transcribe() }
    }

    @Test("What is no answer at all is a failure; a byte at a time is an answer")
    func odd() async throws {
        change { $0.faults = [FaultRule(.garbage)] }
        await #expect(throws: ProviderError.self) { try await transcribe() }
        await #expect(throws: ProviderError.self) { try await speak(synthesizer()) }
        change { $0.faults = [FaultRule(.trickle)] }
        #expect(try await transcribe() == "Hello from the sandbox.")
        #expect(try await speak(synthesizer(), "one").duration > .milliseconds(50))
        change { $0.faults = [FaultRule(.endless, at: .azureTranscription)] }
        await #expect(throws: ProviderError.self) { try await transcribe() }
    }
}
