import Codec
public import Voice
import WebSockets

/// Speech to text by a transcription session of the Realtime API: the sound is sent while it is
/// spoken and worked on at once, so that when the button is let go only its end is left.
public struct OpenAIRealtimeTranscription: SpeechRecognizer, ExaminedProvider {
    private let server: HTTPService
    private let model: ModelChoice
    private let language: String?
    private let sessions: ReadyWebSocket<String?>

    /// The API refuses less with an error of its own.
    private static let shortest = Duration.milliseconds(100)

    /// - Parameter language: BCP 47; its first part is sent. Nil leaves it to the server.
    public init(_ server: HTTPService, model: ModelChoice, language: String?) {
        self.server = server
        self.model = model
        self.language = language
        sessions = ReadyWebSocket(clock: server.clock) { language throws(ProviderError) in
            let id = try await model.id(for: .liveTranscription, at: server)
            let socket = try await server.open("/realtime?intent=transcription")
            let update = Self.update(id, language)
            do throws(WebSocketEnd) {
                try socket.send(.text(update))
            } catch {
                throw server.error(of: error)
            }
            return socket
        }
    }

    private static func update(_ model: String, _ language: String?) -> String {
        var transcription: [String: JSONValue] = ["model": .string(model)]
        if let primary = language?.split(separator: "-").first {
            transcription["language"] = .string(primary.lowercased())
        }
        let input: [String: JSONValue] = [
            "format": RealtimeMessage.pcm, "transcription": .object(transcription),
            // The button says when somebody has spoken.
            "turn_detection": .null,
        ]
        return RealtimeMessage.json(
            .object([
                "type": .string("session.update"),
                "session": .object([
                    "type": .string("transcription"),
                    "audio": .object(["input": .object(input)]),
                ]),
            ]))
    }

    public func prepare() { Task { [sessions, language] in await sessions.prepare(language) } }
    public func isReachable() async -> Bool { await server.isReachable() }
    public func examine() async throws(ProviderError) -> Examination {
        try await model.examine(for: .liveTranscription, at: server)
    }

    public func transcript(of speech: AudioStream) async throws(ProviderError) -> String {
        do {
            // Nothing is asked before there is something to hear.
            var chunks = speech.makeAsyncIterator()
            guard let first = try await chunks.next() else {
                try Task.checkCancellation()
                return ""
            }
            return try await ask(try await sessions.take(language).socket, first, speech)
        } catch let error as ProviderError {
            throw Task.isCancelled ? .cancelled : error
        } catch {
            throw .cancelled
        }
    }

    /// Sends and listens at the same time: an error before the end of speech is worth knowing, since
    /// another recognizer can hear the rest.
    private func ask(
        _ socket: WebSocket, _ first: AudioChunk, _ rest: AudioStream
    ) async throws -> String {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await heard(over: socket) }
            group.addTask { [server] in
                let isEnough = try await Self.send(first, rest, over: socket, of: server)
                guard isEnough else { return "" }
                // From here on somebody waits.
                try await Task.sleep(for: server.patience)
                throw ProviderError.timedOut(provider: server.name, after: server.patience)
            }
            defer { group.cancelAll() }
            while let part = try await group.next() {
                if let words = part {
                    socket.close()
                    return words
                }
            }
            throw CancellationError()
        }
    }

    /// - Returns: whether it is long enough to be asked about.
    private static func send(
        _ first: AudioChunk, _ rest: AudioStream, over socket: WebSocket, of server: HTTPService
    ) async throws -> Bool {
        let converter = Converter(from: first.format, to: RealtimeMessage.format)
        var length = Duration.zero
        func send(_ samples: [Int16]) throws {
            guard !samples.isEmpty else { return }
            do {
                try socket.send(.text(RealtimeMessage.append(samples)))
            } catch {
                throw server.error(of: error)
            }
        }
        try send(converter.convert(first))
        length += first.duration
        for try await chunk in rest {
            try send(converter.convert(chunk))
            length += chunk.duration
        }
        // A cancelled reader sees the stream end like any other.
        try Task.checkCancellation()
        try send(converter.flush())
        guard length >= shortest else { return false }
        do { try socket.send(.text(RealtimeMessage.commit)) } catch {
            throw server.error(of: error)
        }
        return true
    }

    private func heard(over socket: WebSocket) async throws(ProviderError) -> String {
        while true {
            let message: WebSocketMessage
            do { message = try await socket.next() } catch { throw server.error(of: error) }
            guard case .text(let text) = message, let event = RealtimeEvent(text) else {
                throw .failed(provider: server.name, reason: "it sent what is no event")
            }
            switch event.type {
            case "conversation.item.input_audio_transcription.completed":
                guard let words = event.transcript else {
                    throw .failed(provider: server.name, reason: "its transcript has no text")
                }
                return Transcript.words(words)
            case "conversation.item.input_audio_transcription.failed", "error":
                throw server.error(event.error)
            default: break
            }
        }
    }
}

/// A resampler that a task may keep. For one task.
private final class Converter {
    private let resampler: Resampler?

    init(from input: AudioFormat, to output: AudioFormat) {
        resampler = input == output ? nil : Resampler(from: input, to: output)
    }

    func convert(_ chunk: AudioChunk) -> [Int16] {
        resampler == nil ? chunk.samples : resampler!.convert(chunk).samples
    }

    func flush() -> [Int16] { resampler == nil ? [] : resampler!.flush().samples }
}
