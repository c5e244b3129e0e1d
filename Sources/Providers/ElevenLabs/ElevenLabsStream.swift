import FoundationEssentials
public import Voice
import WebSockets

/// Text to speech over `/v1/text-to-speech/{voice}/stream-input`, a WebSocket that takes a reply
/// while it is being written: it is said in one breath.
public struct ElevenLabsStream: StreamingSynthesizer, ExaminedProvider {
    private let server: HTTPService
    private let voice: ElevenLabsVoice
    private let sockets: ReadyWebSocket<Double>

    public init(_ server: HTTPService, voice: ElevenLabsVoice) {
        self.server = server
        self.voice = voice
        sockets = ReadyWebSocket(clock: server.clock, keepAlive: ElevenLabsText.nothing) {
            speed throws(ProviderError) in
            try await Self.open(server, voice, speed: speed)
        }
    }

    public func prepare() {
        // Whoever needs it learns why there is none.
        Task { [sockets, voice] in await sockets.prepare(voice.speed) }
    }

    public func isReachable() async -> Bool { await server.isReachable() }

    public func examine() async throws(ProviderError) -> Examination {
        try await voice.examine(at: server)
    }

    public func speech(for text: String) async throws(ProviderError) -> AudioStream {
        try await speech(
            of: TextStream { clauses in
                clauses.yield(text)
                clauses.finish()
            })
    }

    public func speech(of clauses: TextStream) async throws(ProviderError) -> AudioStream {
        let speed = voice.speed
        let (socket, wasReady) = try await sockets.take(speed)
        let reply = ElevenLabsReply(socket, from: server)
        if wasReady {
            // One that waited may have ended without anybody's noticing.
            await reply.ifItEnds { [server, voice] () throws(ProviderError) in
                try await Self.open(server, voice, speed: speed)
            }
        }
        await reply.say(clauses)
        do {
            let first = try await reply.next()
            let hasText = await reply.hasText
            guard first != nil || !hasText else {
                throw ProviderError.failed(
                    provider: server.name, reason: "there is no sound in the answer")
            }
            return AudioStream.starting(with: first) {
                do {
                    return try await reply.next()
                } catch {
                    throw (error as? ElevenLabsReply.ClausesFailed)?.error ?? error
                }
            }
        } catch {
            if Task.isCancelled { throw .cancelled }
            // Whoever writes the clauses failed before there was anything to say.
            if let failure = error as? ElevenLabsReply.ClausesFailed {
                return AudioStream { $0.finish(throwing: failure.error) }
            }
            throw ProviderError(error, from: server.name)
        }
    }

    private static func open(
        _ server: HTTPService, _ voice: ElevenLabsVoice, speed: Double
    ) async throws(ProviderError) -> WebSocket {
        let wish = try await voice.wish(at: server)
        var path =
            "/v1/text-to-speech/\(wish.voice.percentEncoded)/stream-input"
            + "?model_id=\(wish.model.percentEncoded)"
            + "&output_format=\(ElevenLabsVoice.formatName)"
        // Clauses are what is sent: nothing has to wait for more (`auto_mode`). A model may think
        // for a while between two of them.
        path += "&auto_mode=true&inactivity_timeout=60"
        if let language = wish.language { path += "&language_code=\(language)" }
        let socket = try await server.open(path)
        do {
            try socket.send(ElevenLabsText.beginning(speed: speed))
        } catch {
            throw server.error(of: error)
        }
        return socket
    }
}

/// What is sent: JSON in text frames.
struct ElevenLabsText: Encodable {
    var text: String
    var flush: Bool?
    var voice_settings: ElevenLabsSettings?

    /// The first message is exactly one space; what the voice is to be like stands in it or
    /// nowhere.
    static func beginning(speed: Double) -> WebSocketMessage {
        ElevenLabsText(text: " ", voice_settings: ElevenLabsSettings(speed: speed)).message
    }

    /// Keeps the connection open.
    static let nothing = ElevenLabsText(text: " ").message
    /// Nothing more comes: what is left is spoken, and the connection closed.
    static let end = ElevenLabsText(text: "").message

    /// - Parameter isFirst: it is spoken whatever the service would rather wait for. `auto_mode`
    ///   asks for that already, of models and servers that know it; this holds for the others.
    ///   What follows has the time that the first clause takes, and may be joined to it.
    static func clause(_ text: String, isFirst: Bool) -> WebSocketMessage {
        ElevenLabsText(text: text + " ", flush: isFirst ? true : nil).message
    }

    private var message: WebSocketMessage {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // Fails only for numbers that JSON does not have.
        let bytes = (try? encoder.encode(self)).map { [UInt8]($0) } ?? []
        return .text(String(decoding: bytes, as: UTF8.self))
    }
}

/// What comes.
struct ElevenLabsFrame: Decodable {
    /// Base64; a frame may have none.
    let audio: String?
    let isFinal: Bool
    /// What went wrong, if this is what it tells.
    let problem: ServiceFailure.Body?

    private enum Key: String, CodingKey { case audio, isFinal, is_final, message, error, code }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        func text(_ key: Key) -> String? { try? fields.decode(String.self, forKey: key) }
        func flag(_ key: Key) -> Bool { (try? fields.decode(Bool.self, forKey: key)) ?? false }
        audio = text(.audio)
        isFinal = flag(.isFinal) || flag(.is_final)
        let inner = try? fields.decode(ServiceFailure.Body.self, forKey: .error)
        guard let message = text(.message) ?? inner?.message else {
            problem = nil
            return
        }
        problem = ServiceFailure.Body(
            message: message,
            codes: [text(.error), text(.code)].compactMap { $0 } + (inner?.codes ?? []))
    }
}
