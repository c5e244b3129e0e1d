import FoundationEssentials
import Synchronization
import Voice
import WebSockets

/// One connection to the Realtime API over which clauses are spoken, several at a time. Letting go
/// of it hangs up.
final class RealtimeSession: Sendable {
    private let socket: WebSocket
    private let server: HTTPService
    private let opened = Moment.now
    private let clauses: SpokenClauses
    private let reading: Task<Void, Never>

    /// Marks the event that sets the session up, in case that is what the server complains about.
    static let setUpID = "set-up"

    init(_ socket: WebSocket, of server: HTTPService) {
        self.socket = socket
        self.server = server
        let clauses = SpokenClauses(of: server)
        self.clauses = clauses
        reading = Task {
            do {
                while true {
                    let message = try await socket.next()
                    guard case .text(let text) = message, let event = RealtimeEvent(text) else {
                        socket.hangUp()
                        return clauses.end(
                            .failed(provider: server.name, reason: "it sent what is no event"))
                    }
                    // Somebody stopped listening before it began.
                    if let id = clauses.take(event) {
                        try socket.send(.text(Self.cancellation(of: id)))
                    }
                }
            } catch {
                clauses.end((error as? WebSocketEnd).map { server.error(of: $0) } ?? .cancelled)
            }
        }
    }

    deinit {
        reading.cancel()
        socket.hangUp()
    }

    func isUsable(until age: Duration) -> Bool {
        socket.isOpen && clauses.isOpen && Moment.now - opened < age
    }

    func send(_ message: JSONValue) throws(ProviderError) {
        do {
            try socket.send(.text(RealtimeMessage.json(message)))
        } catch {
            throw server.error(of: error)
        }
    }

    /// Has a text spoken.
    func say(_ text: String) throws(ProviderError) -> SpokenClause {
        let clause = clauses.add(text, by: self)
        let name: JSONValue = .string("clause-\(clause.number)")
        try send(
            .object([
                "type": .string("response.create"), "event_id": name,
                "response": .object([
                    "conversation": .string("none"),
                    "output_modalities": .array([.string("audio")]),
                    "metadata": .object(["clause": name]),
                    "input": .array([
                        .object([
                            "type": .string("message"), "role": .string("user"),
                            "content": .array([
                                .object(["type": .string("input_text"), "text": .string(text)])
                            ]),
                        ])
                    ]),
                ]),
            ]))
        return clause
    }

    /// Nobody wants to hear it any more.
    func cancel(_ clause: Int) {
        guard let id = clauses.remove(clause) else { return }
        // A server that has finished meanwhile complains, which nobody hears.
        try? socket.send(.text(Self.cancellation(of: id)))
    }

    private static func cancellation(of id: String) -> String {
        RealtimeMessage.json(
            .object(["type": .string("response.cancel"), "response_id": .string(id)]))
    }
}

/// The clauses that are being spoken over one connection.
final class SpokenClauses: Sendable {
    private let server: HTTPService
    private let state = Mutex(State())

    private struct State {
        var count = 0
        var open: [Int: (text: String, sound: AudioStream.Continuation, bytes: Int)] = [:]
        /// Clauses by the server's names for them.
        var ids: [String: Int] = [:]
        /// Clauses that nobody listens to any more, of which the server has not said its name yet.
        var abandoned: Set<Int> = []
        /// The odd byte of a sample whose other is still to come.
        var odd: [Int: UInt8] = [:]
        var end: ProviderError?
    }

    /// Of one clause: a minute and a half. Whoever speaks longer does not read what it was given.
    private static let mostBytes = 90 * 48_000

    init(of server: HTTPService) { self.server = server }

    var isOpen: Bool { state.withLock { $0.end == nil } }

    func add(_ text: String, by session: RealtimeSession) -> SpokenClause {
        let (stream, sound) = AudioStream.makeStream()
        let (number, end) = state.withLock { state in
            state.count += 1
            state.open[state.count] = (text, sound, 0)
            return (state.count, state.end)
        }
        if let end { sound.finish(throwing: end) }
        return SpokenClause(number, stream, of: session)
    }

    /// - Returns: the server's name for the clause, if it is still being spoken.
    func remove(_ clause: Int) -> String? {
        state.withLock { state in
            guard state.open.removeValue(forKey: clause) != nil else { return nil }
            state.odd[clause] = nil
            let id = state.ids.first { $0.value == clause }?.key
            if let id { state.ids[id] = nil } else { state.abandoned.insert(clause) }
            return id
        }
    }

    func end(_ error: ProviderError) {
        let sounds = state.withLock { state in
            state.end = state.end ?? error
            defer { state.open = [:] }
            return state.open.values.map(\.sound)
        }
        for sound in sounds { sound.finish(throwing: error) }
    }

    /// - Returns: the server's name of what it is to stop, if it is.
    func take(_ event: RealtimeEvent) -> String? {
        switch event.type {
        case "response.created":
            guard let id = event.response?.id else { return nil }
            return begin(id, named: event.response?.metadata?["clause"])
        case "response.done":
            guard let response = event.response, let id = response.id else { return nil }
            finish(id, response)
        case "error":
            let error = server.error(event.error)
            switch event.error?.eventID {
            case RealtimeSession.setUpID?: end(error)
            case let name?: if let clause = name.clauseNumber { fail(clause, error) }
            case nil:
                // Most are about something that nobody waits for; an account's are not.
                switch error {
                case .keyRefused, .creditUsedUp, .busy: end(error)
                default: server.note("\(error)")
                }
            }
        default:
            if event.isSound { takeSound(event) }
            if event.isWording { compare(event) }
        }
        return nil
    }

    /// - Returns: the name again if nobody listens to it any more.
    private func begin(_ id: String, named name: String?) -> String? {
        state.withLock { state in
            // A server that knows no metadata speaks in the order in which it is asked.
            let known = Set(state.ids.values)
            let asked = state.abandoned.union(state.open.keys)
            let clause = name?.clauseNumber ?? asked.filter { !known.contains($0) }.min()
            guard let clause else { return nil }
            if state.abandoned.remove(clause) != nil { return id }
            if state.open[clause] != nil { state.ids[id] = clause }
            return nil
        }
    }

    private func takeSound(_ event: RealtimeEvent) {
        guard let id = event.responseID, let coded = event.delta,
            let bytes = Data(base64Encoded: coded)
        else { return }
        let (sound, chunk, isTooLong) = state.withLock {
            state -> (AudioStream.Continuation?, AudioChunk?, Int?) in
            guard let clause = state.ids[id], var open = state.open[clause] else {
                return (nil, nil, nil)
            }
            open.bytes += bytes.count
            state.open[clause] = open
            guard open.bytes <= Self.mostBytes else { return (open.sound, nil, clause) }
            let (samples, odd) = Self.samples(of: bytes, behind: state.odd[clause])
            state.odd[clause] = odd
            return (open.sound, AudioChunk(samples, format: RealtimeMessage.format), nil)
        }
        if let isTooLong {
            fail(isTooLong, .failed(provider: server.name, reason: "it speaks without an end"))
        } else if let chunk, !chunk.isEmpty {
            sound?.yield(chunk)
        }
    }

    private static func samples(
        of bytes: Data, behind odd: UInt8?
    ) -> (samples: [Int16], odd: UInt8?) {
        let all = (odd.map { [$0] } ?? []) + Array(bytes)
        let samples = stride(from: 0, to: all.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(all[$0]) | UInt16(all[$0 + 1]) << 8)
        }
        return (samples, all.count.isMultiple(of: 2) ? nil : all.last)
    }

    private func finish(_ id: String, _ response: RealtimeEvent.Response) {
        let sound = state.withLock { state -> AudioStream.Continuation? in
            guard let clause = state.ids.removeValue(forKey: id) else { return nil }
            state.odd[clause] = nil
            return state.open.removeValue(forKey: clause)?.sound
        }
        switch response.status {
        case "completed", nil: sound?.finish()
        case "failed": sound?.finish(throwing: server.error(response.details?.error))
        case let status?:
            let reason = response.details?.reason ?? response.details?.error?.message ?? status
            sound?.finish(
                throwing: ProviderError.failed(
                    provider: server.name, reason: "it stopped speaking: \(reason)"))
        }
    }

    private func fail(_ clause: Int, _ error: ProviderError) {
        let sound = state.withLock { $0.open.removeValue(forKey: clause)?.sound }
        sound?.finish(throwing: error)
    }

    /// A model may put things in its own words, which its owner should know.
    private func compare(_ event: RealtimeEvent) {
        guard let id = event.responseID, let said = event.transcript else { return }
        let text = state.withLock { state in
            state.ids[id].flatMap { state.open[$0]?.text }
        }
        guard let text, text.wordsAlone != said.wordsAlone else { return }
        server.note("\(server.name) did not read word for word what it was given")
    }
}

/// The sound of one clause. For one reader; letting go of it stops the server.
final class SpokenClause: Sendable {
    let number: Int
    private let reader: Reader
    private let session: RealtimeSession

    init(_ number: Int, _ sound: AudioStream, of session: RealtimeSession) {
        self.number = number
        reader = Reader(sound)
        self.session = session
    }

    deinit { session.cancel(number) }

    /// The next of its sound, nil at the end.
    func next() async throws(ProviderError) -> AudioChunk? {
        do {
            return try await reader.next()
        } catch {
            throw error as? ProviderError ?? .cancelled
        }
    }

    private actor Reader {
        private let sound: AudioStream

        init(_ sound: AudioStream) { self.sound = sound }

        func next() async throws -> AudioChunk? {
            var source = sound.makeAsyncIterator()
            return try await source.next()
        }
    }
}

extension String {
    fileprivate var clauseNumber: Int? {
        hasPrefix("clause-") ? Int(dropFirst("clause-".count)) : nil
    }

    fileprivate var wordsAlone: [String] {
        lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
}
