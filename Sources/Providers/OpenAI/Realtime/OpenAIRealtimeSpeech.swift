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
    private let options: Options
    private let pace: SpeakingPace
    private let sessions: RealtimeSessions

    public init(
        _ server: HTTPService, model: ModelChoice, options: Options = Options(),
        pace: SpeakingPace = SpeakingPace()
    ) {
        self.server = server
        self.model = model
        self.options = options
        self.pace = pace
        sessions = RealtimeSessions { speed throws(ProviderError) in
            let id = try await model.id(for: .realtimeVoice, at: server)
            let socket = try await server.open("/realtime?model=\(id.percentEncoded)")
            let session = RealtimeSession(socket, of: server)
            try session.send(Self.update(options, speed))
            return session
        }
    }

    private var speed: Double { min(1.5, max(0.25, options.speed * pace.factor)) }

    private static func update(_ options: Options, _ speed: Double) -> JSONValue {
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

    public func prepare() { Task { _ = try? await sessions.current(speed) } }
    public func isReachable() async -> Bool { await server.isReachable() }
    public func examine() async throws(ProviderError) -> Examination {
        try await model.examine(for: .realtimeVoice, at: server)
    }

    public func speech(for text: String) async throws(ProviderError) -> AudioStream {
        let session = try await sessions.current(speed)
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
/// it has ended or is old, or a person wants another speed, which it is told at its opening.
private actor RealtimeSessions {
    typealias Open = @Sendable (_ speed: Double) async throws(ProviderError) -> RealtimeSession

    private let open: Open
    private var opening: Task<RealtimeSession, any Error>?
    private var speed = 0.0
    private var uses = 0

    /// The API ends a session after 60 minutes without a word.
    private static let longestAge = Duration.seconds(50 * 60)
    /// A connection that nobody uses costs both sides something.
    private static let longestRest = Duration.seconds(300)

    init(open: @escaping Open) { self.open = open }

    func current(_ speed: Double) async throws(ProviderError) -> RealtimeSession {
        uses += 1
        closeAfterRest(uses)
        if self.speed != speed { opening = nil }
        self.speed = speed
        if let opening {
            let session = try? await value(of: opening)
            if let session, session.isUsable(until: Self.longestAge) { return session }
            if Task.isCancelled { throw .cancelled }
            // Somebody else may have replaced it meanwhile.
            if self.opening == opening { self.opening = nil }
        }
        let opening = self.opening ?? Task { [open] in try await open(speed) }
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

/// Waits for `work` at most so long, by the time in the room.
private func within<Result: Sendable>(
    _ limit: Duration, of provider: String,
    _ work: @escaping @Sendable () async throws(ProviderError) -> Result
) async throws(ProviderError) -> Result {
    do {
        return try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw ProviderError.timedOut(provider: provider, after: limit)
            }
            defer { group.cancelAll() }
            let result = try await group.next()!
            // A stream that is cancelled ends as if it were over.
            try Task.checkCancellation()
            return result
        }
    } catch {
        if Task.isCancelled { throw .cancelled }
        throw error as? ProviderError ?? .cancelled
    }
}
