public import Voice

/// Text to speech by the Realtime API, which takes the place of `POST /audio/speech` in OpenAI's
/// cloud: each clause is a response of its own, outside of any conversation, over one connection
/// that is open before it is needed.
public struct OpenAIRealtimeSpeech: SpeechSynthesizer, ExaminedProvider {
    public struct Options: Equatable, Sendable {
        /// Every model of the API has this one.
        public var voice = "marin"
        /// 0.25...1.5; 1 is the voice's own.
        public var speed = 1.0
        /// How it is to be said.
        public var instructions: String?

        public init() {}
    }

    private let server: HTTPService
    private let model: ModelChoice
    private let sessions: RealtimeSessions

    /// - Parameter pace: what it is when a connection is opened counts for all that is said over it.
    public init(
        _ server: HTTPService, model: ModelChoice, options: Options = Options(),
        pace: SpeakingPace = SpeakingPace()
    ) {
        self.server = server
        self.model = model
        sessions = RealtimeSessions { () throws(ProviderError) in
            let id = try await model.id(for: .realtimeVoice, at: server)
            let socket = try await server.open("/realtime?model=\(id.percentEncoded)")
            let session = RealtimeSession(socket, of: server)
            try session.send(Self.update(options, pace.factor))
            return session
        }
    }

    private static func update(_ options: Options, _ factor: Double) -> JSONValue {
        let speed = min(1.5, max(0.25, options.speed * factor))
        let output: [String: JSONValue] = [
            "format": RealtimeMessage.pcm, "voice": .string(options.voice),
            "speed": .number(speed),
        ]
        return .object([
            "type": .string("session.update"), "event_id": .string(RealtimeSession.setUpID),
            "session": .object([
                "type": .string("realtime"), "output_modalities": .array([.string("audio")]),
                "instructions": .string(instructions(options)),
                "audio": .object([
                    "input": .object(["turn_detection": .null]), "output": .object(output),
                ]),
            ]),
        ])
    }

    /// It is a model for conversation, and must be kept from having one.
    private static func instructions(_ options: Options) -> String {
        "Read aloud what the user writes, word for word, in its own language. Never answer it, "
            + "never add or leave out a word." + (options.instructions.map { " \($0)" } ?? "")
    }

    public func prepare() { Task { await sessions.prepare() } }
    public func isReachable() async -> Bool { await server.isReachable() }
    public func examine() async throws(ProviderError) -> Examination {
        try await model.examine(for: .realtimeVoice, at: server)
    }

    public func speech(for text: String) async throws(ProviderError) -> AudioStream {
        let session = try await sessions.current()
        let clause = try session.say(text)
        let first = try await within(server.patience, of: server.name) {
            () async throws(ProviderError) in try await clause.next()
        }
        guard let first else {
            if Task.isCancelled { throw .cancelled }
            throw .failed(provider: server.name, reason: "there is no sound in the answer")
        }
        return AudioStream.starting(with: first) { try await clause.next() }
    }
}

/// The connection that clauses are spoken over: one, opened before it is needed, and replaced when
/// it has ended or is old.
private actor RealtimeSessions {
    private let open: @Sendable () async throws(ProviderError) -> RealtimeSession
    private var opening: Task<RealtimeSession, any Error>?
    private var uses = 0

    /// The API ends a session after 60 minutes without a word.
    private static let longestAge = Duration.seconds(50 * 60)
    /// A connection that nobody uses costs both sides something.
    private static let longestRest = Duration.seconds(300)

    init(open: @escaping @Sendable () async throws(ProviderError) -> RealtimeSession) {
        self.open = open
    }

    func prepare() async { _ = try? await current() }

    func current() async throws(ProviderError) -> RealtimeSession {
        uses += 1
        closeAfterRest(uses)
        if let opening {
            let session = try? await value(of: opening)
            if let session, session.isUsable(until: Self.longestAge) { return session }
            if Task.isCancelled { throw .cancelled }
            // Somebody else may have replaced it meanwhile.
            if self.opening == opening { self.opening = nil }
        }
        let opening = self.opening ?? Task { [open] in try await open() }
        self.opening = opening
        do {
            return try await value(of: opening)
        } catch {
            if Task.isCancelled { throw .cancelled }
            if self.opening == opening { self.opening = nil }
            throw error as? ProviderError ?? .cancelled
        }
    }

    private func closeAfterRest(_ use: Int) {
        Task { [weak self] in
            try? await Task.sleep(for: Self.longestRest)
            await self?.close(after: use)
        }
    }

    private func close(after use: Int) { if uses == use { opening = nil } }
}
