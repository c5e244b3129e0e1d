import Codec
import FoundationEssentials
import Synchronization
public import Voice

/// Speech to text by Azure's REST API for short audio, uploaded while it is being spoken.
public struct AzureRecognition: SpeechRecognizer, ExaminedProvider {
    /// Azure's limit for one question; what is said beyond it is not sent.
    static let longest = Duration.seconds(60)

    private let service: AzureService
    private let language: String

    private static let path = "/speech/recognition/conversation/cognitiveservices/v1"
    /// The transcript of a minute has a few thousand, five times over.
    private static let mostBytes = 1 << 20

    /// - Parameter language: BCP 47; where it names no country, the largest one is taken.
    public init(_ service: AzureService, language: String) {
        self.service = service
        self.language = language
    }

    public func prepare() { service.warm(Self.path) }

    public func isReachable() async -> Bool { await service.isReachable() }

    /// What hears has no list of its own; the key is that of what speaks.
    public func examine() async throws(ProviderError) -> Examination {
        let (server, locale) = try serverAndLocale()
        try server.checkKey()
        try await server.reach()
        _ = try await service.listedVoices()
        return Examination(choice: "language \(locale)")
    }

    private func serverAndLocale() throws(ProviderError) -> (server: HTTPService, locale: String) {
        let server = try service.server
        guard let locale = AzureLocale.complete(language) else {
            throw .foreignLanguage(provider: server.name, language: language)
        }
        return (server, locale)
    }

    public func transcript(of speech: AudioStream) async throws(ProviderError) -> String {
        let (server, locale) = try serverAndLocale()
        do {
            // Nothing is asked before there is something to hear.
            var chunks = speech.makeAsyncIterator()
            guard let first = try await chunks.next() else {
                try Task.checkCancellation()
                return ""
            }
            let question = Question(first.format)
            return try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask { try await heard(in: question, locale, server) }
                group.addTask {
                    try await question.take(first, speech, for: server)
                    return nil
                }
                defer { group.cancelAll() }
                // Words that come early hold only if nothing more is said.
                var words = ""
                while let part = try await group.next() { words = part ?? words }
                return words
            }
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw ProviderError(error, from: server.name)
        }
    }

    private func heard(
        in question: Question, _ locale: String, _ server: HTTPService
    ) async throws(ProviderError) -> String {
        var answer = try await ask(question, locale, server)
        // The recognizer stumbled; the whole recording is still here.
        if answer.isStumble { answer = try await ask(question, locale, server) }
        let words = try answer.words(from: server.name)
        guard !words.isEmpty || question.isOver else {
            throw .failed(
                provider: server.name, reason: "it stopped listening before the question was over")
        }
        return words
    }

    private func ask(
        _ question: Question, _ locale: String, _ server: HTTPService
    ) async throws(ProviderError) -> AzureTranscript {
        let request = HTTPRequest(
            method: .upload(question.body),
            url: server.url("\(Self.path)?language=\(locale)&format=detailed&profanity=raw"),
            headers: [
                ("Content-Type", question.mediaType), ("Accept", "application/json"),
            ])
        let response = try await server.send(request)
        let bytes: [UInt8]
        do {
            bytes = try await response.body.read(
                atMost: Self.mostBytes, within: server.patience
            ) { bytes in
                // Where somebody speaks on, the exchange ends long after the answer.
                !question.isOver && AzureTranscript(bytes) != nil
            }
        } catch {
            throw ProviderError(error, from: server.name)
        }
        guard let answer = AzureTranscript(bytes) else {
            throw .failed(
                provider: server.name, reason: "its transcript is no JSON with a RecognitionStatus")
        }
        // One that stumbled is asked again, and hears the rest.
        if !question.isOver, !answer.isStumble { question.isAnsweredEarly() }
        return answer
    }
}

/// A question on its way up.
private final class Question: Sendable {
    let body = HTTPUpload()
    let mediaType: String
    private let format: AudioFormat
    private let hasEarlyAnswer = Mutex(false)

    init(_ format: AudioFormat) {
        self.format = format
        mediaType = "audio/wav; codecs=audio/pcm; samplerate=\(format.framesPerSecond)"
    }

    /// All of it was said.
    var isOver: Bool { body.length != nil }

    /// The service took a pause for its end. Should somebody go on speaking, `take` throws.
    func isAnsweredEarly() { hasEarlyAnswer.withLock { $0 = true } }

    /// Takes the question in as it is spoken, and returns when it is over.
    func take(
        _ first: AudioChunk, _ rest: AudioStream, for server: HTTPService
    ) async throws {
        let wav = WAVEncoder(format: format)
        let detector = SpeechDetector()
        var room = format.frames(in: AzureRecognition.longest)
        func add(_ chunk: AudioChunk) {
            guard !isOver else { return }
            let part = chunk.part(0..<room)
            body.append(wav.encode(part))
            room -= part.frames
            guard part.frames < chunk.frames else { return }
            // The longest turn has the pre-roll on top. Most of a question is worth an answer.
            body.finish()
            let limit = AzureRecognition.longest.components.seconds
            server.note("\(server.name) takes \(limit) s of a question; the rest is left out")
        }
        add(first)
        for try await chunk in rest {
            if !isOver, hasEarlyAnswer.withLock({ $0 }), format == .speech,
                detector.hear(chunk).contains(where: \.isFound)
            {
                throw ProviderError.failed(
                    provider: server.name, reason: "it answered before the question was over")
            }
            add(chunk)
        }
        // A cancelled reader sees the stream end like any other.
        try Task.checkCancellation()
        body.finish()
    }
}

/// What Azure makes of a question. Status 200 does not mean that there are words.
struct AzureTranscript: Decodable {
    private let status: String
    private let text: String?
    private let best: [Guess]?

    private struct Guess: Decodable {
        let text: String?

        private enum CodingKeys: String, CodingKey { case text = "Display" }
    }

    private enum CodingKeys: String, CodingKey {
        case status = "RecognitionStatus"
        case text = "DisplayText"
        case best = "NBest"
    }

    /// - Parameter body: in the format `detailed` or `simple`; nil for anything else.
    init?(_ body: [UInt8]) {
        guard let answer = try? JSONDecoder().decode(Self.self, from: Data(body)) else {
            return nil
        }
        self = answer
    }

    /// The service failed, and may not the next time.
    var isStumble: Bool { status == "Error" }

    /// Empty where nothing was made out.
    func words(from provider: String) throws(ProviderError) -> String {
        switch status {
        case "Success": return Transcript.words(best?.first?.text ?? text ?? "")
        case "NoMatch", "InitialSilenceTimeout", "BabbleTimeout": return ""
        case "Error":
            throw .down(provider: provider, reason: "its recognizer failed (Error)")
        default:
            throw .failed(
                provider: provider,
                reason: "it answers with the status \"\(status.prefix(40))\"")
        }
    }
}
