import Codec
import FoundationEssentials
import Linux
import Voice
import WebSockets

/// One reply over one WebSocket: clauses go up, sound comes down. For one reader; letting go of it
/// hangs up.
actor ElevenLabsReply {
    /// What the stream of the clauses threw.
    struct ClausesFailed: Error {
        let error: any Error
    }

    typealias Open = @Sendable () async throws(ProviderError) -> WebSocket

    private let server: HTTPService
    private var socket: WebSocket
    private var another: Open?

    // What goes up.
    private var feeder: Task<Void, Never>?
    /// Until there is sound: what another socket would have to be told.
    private var said: [String] = []
    private var began: Moment?
    /// Whether it was given anything to say.
    var hasText: Bool { began != nil }
    private var ended: Moment?
    private var failure: ClausesFailed?

    // What comes down.
    private let decoder = StreamedSound(mediaType: "audio/pcm", format: ElevenLabsVoice.format)
    private var chunks: [AudioChunk] = []
    private var hasSound = false
    private var isOver = false
    private var waiting: Moment?
    private var watchdog: Task<Void, Never>?
    private var ranOut: Duration?

    init(_ socket: WebSocket, from server: HTTPService) {
        self.socket = socket
        self.server = server
    }

    deinit {
        feeder?.cancel()
        watchdog?.cancel()
        socket.hangUp()
    }

    /// Where another socket comes from, should this one end before there is any sound.
    func ifItEnds(_ open: @escaping Open) { another = open }

    // MARK: - Clauses

    func say(_ clauses: TextStream) {
        feeder = Task { [weak self] in
            do {
                for try await clause in clauses { await self?.say(clause) }
                // A cancelled reader sees the stream end like any other.
                if !Task.isCancelled { await self?.finish(nil) }
            } catch {
                await self?.finish(ClausesFailed(error: error))
            }
        }
    }

    private func say(_ clause: String) {
        let text = clause.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        // An empty one would be the end.
        guard !text.isEmpty else { return }
        // Should it fail, the reader learns why.
        try? socket.send(ElevenLabsText.clause(text, isFirst: began == nil))
        began = began ?? .now
        if !hasSound { said.append(text) }
        watch()
    }

    private func finish(_ failure: ClausesFailed?) {
        self.failure = failure
        ended = .now
        if began == nil {
            // There was nothing to say.
            isOver = true
            socket.hangUp()
        } else {
            try? socket.send(ElevenLabsText.end)
            watch()
        }
    }

    // MARK: - Sound

    /// - Throws: `ProviderError`, and `ClausesFailed` behind what was said before.
    func next() async throws -> AudioChunk? {
        while chunks.isEmpty {
            if isOver {
                if let failure { throw failure }
                return nil
            }
            switch await message() {
            case .success(let message): try take(message)
            case .failure(let end): try await went(end)
            }
        }
        hasSound = true
        said = []
        return chunks.removeFirst()
    }

    private func message() async -> Result<WebSocketMessage, WebSocketEnd> {
        waiting = .now
        watch()
        defer {
            waiting = nil
            watch()
        }
        do {
            return .success(try await socket.next())
        } catch {
            return .failure(error)
        }
    }

    private func take(_ message: WebSocketMessage) throws(ProviderError) {
        guard case .text(let text) = message,
            let frame = try? JSONDecoder().decode(ElevenLabsFrame.self, from: Data(text.utf8))
        else {
            throw .failed(provider: server.name, reason: "what it sends is no JSON")
        }
        if let problem = frame.problem { throw server.error(inStream: problem) }
        if let audio = frame.audio, !audio.isEmpty {
            guard let bytes = Data(base64Encoded: audio) else {
                throw .failed(provider: server.name, reason: "its sound is no base64")
            }
            try decode { () throws(StreamedSound.Failure) in try decoder.decode([UInt8](bytes)) }
        }
        // Before everything was said it can only be about a part.
        if frame.isFinal, ended != nil { try complete() }
    }

    private func complete() throws(ProviderError) {
        isOver = true
        socket.hangUp()
        try decode { () throws(StreamedSound.Failure) in try decoder.finish() }
    }

    private func decode(
        _ work: () throws(StreamedSound.Failure) -> [AudioChunk]
    ) throws(ProviderError) {
        do {
            chunks += try work().filter { !$0.isEmpty }
        } catch {
            throw .failed(provider: server.name, reason: error.description)
        }
    }

    /// The socket ended: as it should, or for another to take its place, or too early.
    private func went(_ end: WebSocketEnd) async throws(ProviderError) {
        if isOver { return }
        if Task.isCancelled { throw .cancelled }
        if let ranOut { throw .timedOut(provider: server.name, after: ranOut) }
        if end.isNormal, ended != nil { return try complete() }
        guard let open = another, !hasSound else { throw server.error(of: end) }
        another = nil
        socket = try await open()
        for (index, text) in said.enumerated() {
            try? socket.send(ElevenLabsText.clause(text, isFirst: index == 0))
        }
        if began != nil { began = .now }
        if ended != nil { try? socket.send(ElevenLabsText.end) }
    }

    // MARK: - Patience

    /// For the first sound after the first clause, and for every piece after the last; in between
    /// it is up to whoever writes the clauses. Who does not listen has to wait for nothing.
    private var deadline: (moment: Moment, limit: Duration)? {
        guard let waiting, let began else { return nil }
        if !hasSound { return (began + server.limits.firstByte, server.limits.firstByte) }
        return ended.map { (max($0, waiting) + server.limits.stall, server.limits.stall) }
    }

    private func watch() {
        watchdog?.cancel()
        watchdog = deadline.map { deadline in
            Task { [weak self] in
                try? await MonotonicClock().sleep(until: deadline.moment, tolerance: nil)
                if !Task.isCancelled { await self?.runOut(deadline.limit) }
            }
        }
    }

    private func runOut(_ limit: Duration) {
        guard let deadline, deadline.moment <= .now else { return }
        ranOut = limit
        socket.hangUp()
    }
}
