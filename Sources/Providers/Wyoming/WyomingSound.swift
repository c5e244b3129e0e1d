import Codec
import Synchronization
import Voice

/// The sound that comes over one connection. For one reader; letting go of it hangs up.
actor WyomingSound {
    private let connection: WyomingConnection
    private let server: WyomingServer
    /// Where the text is still being written; then the sound comes in several parts.
    private let dictation: WyomingDictation?
    private var samples: SampleBytes?
    private var isOver = false

    init(
        over connection: WyomingConnection, from server: WyomingServer,
        _ dictation: WyomingDictation? = nil
    ) {
        self.connection = connection
        self.server = server
        self.dictation = dictation
    }

    deinit {
        dictation?.cancel()
        connection.hangUp()
    }

    /// Nil at the end.
    func next() async throws(ProviderError) -> AudioChunk? {
        while !isOver {
            // As long as somebody writes, there may be nothing to say.
            let limit = dictation?.isOver == false ? nil : server.timeout
            let event = try await server.next(from: connection, within: limit)
            switch event.type {
            case "audio-start": samples = SampleBytes(try event.format(from: server.name))
            case "audio-chunk":
                if samples == nil { samples = SampleBytes(try event.format(from: server.name)) }
                if let chunk = samples?.take(event.payload[...]), !chunk.isEmpty { return chunk }
            case "audio-stop":
                samples = nil
                isOver = dictation == nil
            case "synthesize-stopped": isOver = true
            default: break
            }
        }
        connection.hangUp()
        if let failure = dictation?.failure { throw ProviderError(failure, from: server.name) }
        return nil
    }
}

extension WyomingEvent {
    /// What the sound that it announces, or carries, is made of.
    ///
    /// - Throws: if that cannot be played here.
    func format(from provider: String) throws(ProviderError) -> AudioFormat {
        var problem = "it does not say what its sound is made of"
        if let rate = whole("rate"), let width = whole("width"), let channels = whole("channels") {
            if width == 2, 8_000...48_000 ~= rate, 1...2 ~= channels {
                return AudioFormat(framesPerSecond: rate, channels: channels)
            }
            problem =
                width == 2
                ? "its sound has \(channels) channels and \(rate) Hz, which is not played"
                : "its samples have \(width) bytes; only those of 2 can be played"
        }
        throw .failed(provider: provider, reason: problem)
    }
}

/// Sends a text while it is being written. Letting go of it does not end it; `cancel` does.
final class WyomingDictation: Sendable {
    private let state: Mutex<State>

    private struct State {
        var task: Task<Void, Never>?
        var isOver = false
        var failure: (any Error)?
    }

    /// - Parameters:
    ///   - request: goes first.
    ///   - patience: how long the sound may take to go on once everything was sent.
    init(
        _ clauses: TextStream, over connection: WyomingConnection, after request: WyomingEvent,
        patience: Duration
    ) {
        state = Mutex(State())
        connection.send(request)
        let task = Task { [self] in
            var failure: (any Error)?
            do {
                for try await clause in clauses {
                    // A sentence's end is known by the space behind it.
                    let text = clause.last?.isWhitespace == false ? clause + " " : clause
                    connection.send(WyomingEvent("synthesize-chunk", ["text": .string(text)]))
                }
            } catch {
                failure = error
            }
            guard !Task.isCancelled else { return }
            state.withLock { [failure] state in
                state.failure = failure
                state.isOver = true
            }
            connection.send(WyomingEvent("synthesize-stop"))
            connection.expectAnswer(within: patience)
        }
        state.withLock { $0.task = task }
    }

    func cancel() { state.withLock { $0.task }?.cancel() }

    /// Whether everything was sent.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Why there was no more to send; nil if that was all.
    var failure: (any Error)? { state.withLock { $0.failure } }
}
