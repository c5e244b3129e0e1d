import Codec
public import Voice

/// Text to speech by the loudspeaker of Google Translate's page, asked as gTTS 2.5.4 does. It needs
/// no key, and nobody promises that it will be there tomorrow. It has two speeds, and an accent by
/// the country of its host.
///
/// Google shuts out who asks too much: there is one request at a time.
public struct GoogleTranslateSpeech: MP3Synthesizer, ExaminedProvider {
    private let place: Result<HTTPService, ProviderError>
    private let language: String
    private let speed: Double
    private let pace: SpeakingPace
    private let turnstile = Turnstile()

    private static let name = "google-translate"
    /// At and below it a voice is slow rather than usual.
    private static let slow = 0.8

    /// - Parameters:
    ///   - language: BCP 47.
    ///   - domain: the top-level domain of the host, as in `com`, `co.uk`, `com.br`.
    ///   - baseURL: used instead of that host.
    ///   - speed: a factor on the voice's usual one; 0.8 and less is its slow one.
    ///   - pace: whoever asks for a slower pace gets the slow one.
    public init(
        language: String, domain: String? = nil, baseURL: String? = nil, speed: Double = 1,
        pace: SpeakingPace = SpeakingPace(), client: HTTPClient,
        timeout: Duration = HTTPService.defaultTimeout, clock: any MomentClock, log: Log
    ) {
        self.language = language
        self.speed = speed
        self.pace = pace
        do {
            place = .success(
                HTTPService(
                    name: Self.name, baseURL: try Self.url(domain: domain, baseURL: baseURL),
                    credential: nil, client: client, timeout: timeout, clock: clock, log: log,
                    meaning: Self.meaning))
        } catch {
            place = .failure(error)
        }
    }

    static func url(domain: String?, baseURL: String?) throws(ProviderError) -> String {
        if let baseURL { return baseURL }
        let domain = domain ?? "com"
        let labels = domain.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        let isDomain =
            1...2 ~= labels.count
            && labels.allSatisfy {
                2...3 ~= $0.count && $0.allSatisfy { $0.isASCII && $0.isLetter }
            }
        guard isDomain else {
            throw .unavailable(
                provider: name,
                reason: "its region \"\(domain)\" is no top-level domain; use one as \"com\" or"
                    + " \"co.uk\"")
        }
        return "https://translate.google.\(domain.lowercased())"
    }

    private static let meaning: HTTPService.FailureMeaning = { failure, provider in
        switch failure.status {
        // To a page that asks for proof of being human.
        case 300..<400 where failure.location?.contains("/sorry") ?? false:
            .busy(provider: provider, retryAfter: failure.retryAfter)
        // There is no key: it does not want such requests any more.
        case 401, 403: .refused(provider: provider, reason: failure.message)
        case 404:
            .refused(
                provider: provider,
                reason: "\(failure.message); is there a Google in the link's region?")
        default: nil
        }
    }

    public func prepare() {
        guard case .success(let server) = place else { return }
        server.warm(TranslateRequest.path)
    }

    public func isReachable() async -> Bool {
        guard case .success(let server) = place else { return false }
        return await server.isReachable()
    }

    /// There is no list that could be asked for, and no key.
    public func examine() async throws(ProviderError) -> Examination {
        let (server, _) = try serverAndVoice()
        try await server.reach()
        return Examination()
    }

    public func speech(for text: String) async throws(ProviderError) -> AudioStream {
        let (parts, name) = try parts(of: text)
        let sound = SpokenParts(parts, from: name)
        do {
            let first = try await sound.next()
            return AudioStream.starting(with: first) { try await sound.next() }
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw ProviderError(error, from: name)
        }
    }

    public func mp3(for text: String) async throws(ProviderError) -> MP3Stream {
        let (parts, name) = try parts(of: text)
        do {
            let first = try await parts.next()
            return MP3Stream.starting(with: first) { try await parts.next() }
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw ProviderError(error, from: name)
        }
    }

    private func serverAndVoice() throws(ProviderError) -> (server: HTTPService, voice: String) {
        let server = try place.get()
        guard let voice = TranslateLanguage.name(for: language) else {
            throw .foreignLanguage(provider: server.name, language: language)
        }
        return (server, voice)
    }

    private func parts(of text: String) throws(ProviderError) -> (FetchedParts, name: String) {
        let (server, voice) = try serverAndVoice()
        let isSlow = speed * pace.factor <= Self.slow || pace.factor < 1
        let requests = TranslateParts.parts(of: text).map {
            TranslateRequest($0, language: voice, isSlow: isSlow)
        }
        let parts = FetchedParts(requests) { [turnstile] request in
            try await turnstile.pass { try await Self.sound(of: request, in: voice, from: server) }
        }
        return (parts, server.name)
    }

    /// A hundred characters slowly spoken have a tenth of this.
    private static let mostBytes = 2 << 20

    /// One part as MP3.
    private static func sound(
        of request: TranslateRequest, in language: String, from server: HTTPService
    ) async throws -> [UInt8] {
        let response = try await server.send(
            HTTPRequest(
                method: .post(request.body), url: server.url(TranslateRequest.path),
                headers: TranslateRequest.headers))
        let bytes: [UInt8]
        do {
            bytes = try await response.body.read(atMost: mostBytes, within: server.patience)
        } catch {
            throw ProviderError(error, from: server.name)
        }
        do throws(TranslateAnswer.Failure) {
            return try TranslateAnswer.sound(in: bytes)
        } catch {
            switch error {
            case .empty:
                throw ProviderError.refused(
                    provider: server.name,
                    reason: "it has no sound for this text in \"\(language)\"")
            case .unknown:
                throw ProviderError.failed(
                    provider: server.name, reason: "its answer is none that is known")
            }
        }
    }
}

/// The parts of a text as MP3, one behind the other: while one is heard the next is fetched, and
/// none beyond it. For one reader; letting go of it hangs up.
private actor FetchedParts {
    private let fetch: @Sendable (TranslateRequest) async throws -> [UInt8]
    private var requests: ArraySlice<TranslateRequest>
    private var fetching: Task<[UInt8], any Error>?

    init(
        _ requests: [TranslateRequest],
        fetch: @escaping @Sendable (TranslateRequest) async throws -> [UInt8]
    ) {
        self.requests = requests[...]
        self.fetch = fetch
    }

    deinit { fetching?.cancel() }

    /// Whether all of them were given.
    var isOver: Bool { fetching == nil && requests.isEmpty }

    /// Nil at the end, at once where there is nothing to say.
    func next() async throws -> [UInt8]? {
        begin()
        guard let part = fetching else { return nil }
        let bytes = try await withTaskCancellationHandler {
            try await part.value
        } onCancel: {
            part.cancel()
        }
        fetching = nil
        begin()
        return bytes
    }

    /// Asks for the next part, unless it was asked for or there is none.
    private func begin() {
        guard fetching == nil, let request = requests.popFirst() else { return }
        fetching = Task { [fetch] in try await fetch(request) }
    }
}

/// The sound of such parts. For one reader.
private actor SpokenParts {
    private let parts: FetchedParts
    private let provider: String
    /// Parts are MP3 frames, which follow each other as in one file.
    private let decoder = StreamedSound(mediaType: MP3Encoder.mediaType, format: usualFormat)
    private var edges = QuietEdges(format: usualFormat)
    private var bytes: ArraySlice<UInt8> = []
    private var isLast = false
    private var chunks: ArraySlice<AudioChunk> = []

    private static let usualFormat = AudioFormat(framesPerSecond: 24_000, channels: 1)
    /// A quarter of a second or so: what is decoded ahead takes memory.
    private static let piece = 2048

    init(_ parts: FetchedParts, from provider: String) {
        self.parts = parts
        self.provider = provider
    }

    /// Nil at the end, at once where there is nothing to say.
    func next() async throws -> AudioChunk? {
        while true {
            if let chunk = chunks.popFirst() { return chunk }
            if bytes.isEmpty {
                guard let part = try await parts.next() else { return nil }
                bytes = part[...]
                isLast = await parts.isOver
            }
            try decode()
        }
    }

    private func decode() throws(ProviderError) {
        let piece = Array(bytes.prefix(Self.piece))
        bytes = bytes.dropFirst(Self.piece)
        do {
            chunks = try decoder.decode(piece)[...]
            if bytes.isEmpty, isLast { chunks += try decoder.finish() }
            chunks = trimmed(chunks)
        } catch {
            throw .failed(provider: provider, reason: error.description)
        }
    }

    /// Without what its encoder put before and behind it; the next clause follows at once.
    private func trimmed(_ chunks: ArraySlice<AudioChunk>) -> ArraySlice<AudioChunk> {
        chunks.compactMap { chunk in
            guard chunk.format == Self.usualFormat else { return chunk }
            let rest = edges.take(chunk)
            return rest.isEmpty ? nil : rest
        }[...]
    }
}
