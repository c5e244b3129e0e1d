import Synchronization
public import Voice

/// Speech to text by a Wyoming server, to which the sound is sent while it is being spoken.
public struct WyomingRecognition: SpeechRecognizer, ExaminedProvider {
    private let server: WyomingServer
    private let model: String?
    private let language: String?

    /// - Parameters:
    ///   - model: by the server's own name; nil leaves it to the server.
    ///   - language: BCP 47; nil leaves it to the server.
    public init(_ server: WyomingServer, model: String?, language: String?) {
        self.server = server
        self.model = model
        self.language = language
    }

    public func prepare() { server.prepare() }

    public func isReachable() async -> Bool { await server.isReachable() }

    public func examine() async throws(ProviderError) -> Examination {
        let info = try await server.describe()
        _ = try request(info)
        guard let model else { return Examination() }
        let isThere = WyomingInfo.has(model, in: info.recognizers)
        return Examination(
            choice: "model \(model)",
            warnings: isThere ? [] : ["it does not list the model \(model)"])
    }

    public func transcript(of speech: AudioStream) async throws(ProviderError) -> String {
        // Nobody waits for what is not known yet.
        let request = try request(server.knownInfo)
        let connection = try await server.connect()
        do {
            var chunks = speech.makeAsyncIterator()
            guard let first = try await chunks.next() else {
                try Task.checkCancellation()
                return ""
            }
            return try await ask(request, over: connection, first, speech)
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw ProviderError(error, from: server.name)
        }
    }

    /// - Throws: if the server is known to hear nothing, or not this language.
    private func request(_ info: WyomingInfo?) throws(ProviderError) -> WyomingEvent {
        if info?.recognizers.isEmpty == true {
            throw server.lacking(
                .unavailable(provider: server.name, reason: server.lacks("a recognizer")))
        }
        var data: [String: JSONValue] = [:]
        if let model { data["name"] = .string(model) }
        if let language {
            let known = info.map { $0.recognizersName(for: language, model: model) }
            guard let name = known ?? WyomingInfo.primary(of: language) else {
                throw server.lacking(.foreignLanguage(provider: server.name, language: language))
            }
            data["language"] = .string(name)
        }
        return WyomingEvent("transcribe", data)
    }

    /// Listens to the server while the rest is still being spoken: that it failed is worth knowing
    /// at once.
    private func ask(
        _ request: WyomingEvent, over connection: WyomingConnection, _ first: AudioChunk,
        _ rest: AudioStream
    ) async throws -> String {
        let hearing = WyomingHearing(timeout: server.timeout)
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await read(connection, hearing) }
            group.addTask {
                try await send(request, first, rest, over: connection, hearing)
                return nil
            }
            defer { group.cancelAll() }
            while let part = try await group.next() {
                if let words = part { return words }
            }
            throw CancellationError()
        }
    }

    private func send(
        _ request: WyomingEvent, _ first: AudioChunk, _ rest: AudioStream,
        over connection: WyomingConnection, _ hearing: WyomingHearing
    ) async throws {
        let format: [String: JSONValue] = [
            "rate": .number(Double(first.format.framesPerSecond)), "width": .number(2),
            "channels": .number(Double(first.format.channels)),
        ]
        connection.send(request)
        connection.send(WyomingEvent("audio-start", format))
        connection.send(Self.event(first, format))
        for try await chunk in rest where !chunk.isEmpty {
            connection.send(Self.event(chunk, format))
        }
        // A cancelled reader sees the stream end like any other.
        try Task.checkCancellation()
        // Before the server can have an answer.
        let limit = hearing.endSpeech()
        connection.send(WyomingEvent("audio-stop"))
        connection.expectAnswer(within: limit)
    }

    private static func event(_ chunk: AudioChunk, _ format: [String: JSONValue]) -> WyomingEvent {
        let bytes = chunk.samples.map(\.littleEndian).withUnsafeBytes(Array.init)
        return WyomingEvent("audio-chunk", format, payload: bytes)
    }

    private func read(
        _ connection: WyomingConnection, _ hearing: WyomingHearing
    ) async throws(ProviderError) -> String {
        while true {
            let event: WyomingEvent
            do {
                event = try await server.next(from: connection, within: hearing.patience)
            } catch {
                // What it said before it fell silent is an answer.
                guard let words = hearing.wordsAtEnd, Self.isEnd(error) else { throw error }
                return words
            }
            guard try take(event, hearing) else { continue }
            return hearing.words
        }
    }

    private func take(
        _ event: WyomingEvent, _ hearing: WyomingHearing
    ) throws(ProviderError) -> Bool {
        do {
            return try hearing.take(event)
        } catch {
            throw .failed(provider: server.name, reason: error.description)
        }
    }

    private static func isEnd(_ error: ProviderError) -> Bool {
        switch error {
        case .down, .timedOut: true
        default: false
        }
    }
}

/// What a recognizer has said so far, and whether it has heard everything.
final class WyomingHearing: Sendable {
    struct Failure: Error, CustomStringConvertible { let description: String }

    private let timeout: Duration
    private let state = Mutex(State())

    private struct State {
        /// Whole transcripts: a server that decides itself when a sentence is over sends several.
        var sentences: [String] = []
        /// Pieces of the one that is being written.
        var pieces = ""
        var isWritten = false
        var spokenAt: Moment?
        var length = 0

        /// Whether it may have nothing more to say.
        var mayBeOver: Bool { !sentences.isEmpty || isWritten }
    }

    /// In ten minutes nobody says a quarter of it.
    private static let mostBytes = 1 << 16
    /// How long somebody who may have nothing more to say is waited for.
    static let grace = Duration.milliseconds(500)

    init(timeout: Duration) { self.timeout = timeout }

    /// Everything was spoken, and is about to be sent.
    ///
    /// - Returns: how long an answer may take from here.
    func endSpeech() -> Duration {
        state.withLock { state in
            state.spokenAt = .now
            return state.mayBeOver ? Self.grace : timeout
        }
    }

    /// How long to wait for the next event; nil while somebody speaks.
    var patience: Duration? {
        state.withLock { state in
            guard let spokenAt = state.spokenAt else { return nil }
            if state.mayBeOver { return Self.grace }
            // Signs of life are no answer.
            return max(.zero, min(timeout, spokenAt + timeout * 2 - .now))
        }
    }

    /// - Returns: whether that was the answer.
    func take(_ event: WyomingEvent) throws(Failure) -> Bool {
        let isWords = event.type == "transcript" || event.type == "transcript-chunk"
        guard !isWords || event.text("text") != nil else {
            throw Failure(description: "its transcript has no text")
        }
        let (isAnswer, isTooLong) = state.withLock { state -> (Bool, Bool) in
            var isAnswer = false
            switch event.type {
            case "transcript":
                state.sentences.append(event.text("text") ?? "")
                state.pieces = ""
                state.isWritten = false
                isAnswer = state.spokenAt != nil
            case "transcript-start":
                state.pieces = ""
                state.isWritten = false
            case "transcript-chunk": state.pieces += event.text("text") ?? ""
            case "transcript-stop": state.isWritten = true
            default: break
            }
            state.length += isWords ? event.text("text")?.utf8.count ?? 0 : 0
            return (isAnswer, state.length > Self.mostBytes)
        }
        if isTooLong { throw Failure(description: "its transcript has no end") }
        return isAnswer
    }

    var words: String {
        state.withLock { Transcript.words(($0.sentences + [$0.pieces]).joined(separator: " ")) }
    }

    /// The words, if whoever said them may have said all of them; else nil.
    var wordsAtEnd: String? {
        state.withLock { $0.spokenAt != nil && $0.mayBeOver } ? words : nil
    }
}
