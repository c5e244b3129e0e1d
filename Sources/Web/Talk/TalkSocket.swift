import FoundationEssentials
import Linux
import Synchronization
import Voice
import WebSockets

extension TalkAPI {
    func addSocket(to api: inout API) {
        api.add(
            operation(
                "GET", "/ws/voice",
                "A WebSocket for turns in a conversation of its own, by sound as it is recorded.",
                describe: { operation in
                    operation.answers[101] = ("The connection is a WebSocket from now on.", nil)
                    operation.answers[426] = ("The request asks for no WebSocket.", nil)
                }
            ) { [device] request, caller in
                try WholeBody(of: request, atMost: 0) { _ in
                    try Response.webSocket(for: request, limits: .talk) { socket in
                        await TalkSocket(socket, device, caller).talk()
                    }
                }
            })
    }
}

extension WebSocketLimits {
    /// Sound is sent as it is heard, a few seconds ahead.
    fileprivate static var talk: WebSocketLimits {
        var limits = WebSocketLimits()
        limits.outgoing = 1 << 20
        return limits
    }
}

/// One WebSocket of somebody who talks: turns, one after the other, that remember each other.
private actor TalkSocket {
    private let socket: WebSocket
    private let device: any TalkingDevice
    private let caller: Caller
    /// Nobody else's.
    private let conversation = "socket-\(UInt64.random(in: .min ... .max))"
    private var state = State.idle
    /// The first turn was counted when the connection was let in.
    private var hasBegun = false

    private enum State {
        case idle
        /// Its question comes.
        case hearing(Talked)
        case answering(Talked)
        /// What still comes of a question that failed is passed over.
        case deaf
    }

    /// A turn, and who tells what comes of it.
    private struct Talked {
        let turn: any TalkTurn
        let telling: Task<Void, Never>
        let silence: Silence
    }

    /// Nothing more is told of a turn. Cancelling whoever tells would hang up.
    private final class Silence: Sendable {
        private let state = Mutex(false)
        var isKept: Bool { state.withLock { $0 } }
        func keep() { state.withLock { $0 = true } }
    }

    /// So much sound may be on its way: a second and a half.
    private static let ahead = 64 * 1024

    init(_ socket: WebSocket, _ device: any TalkingDevice, _ caller: Caller) {
        self.socket = socket
        self.device = device
        self.caller = caller
    }

    func talk() async {
        while let message = try? await socket.next() {
            do {
                switch message {
                case .text(let text): try await take(text)
                case .binary(let bytes): try await take(bytes)
                }
            } catch let error as HTTPError {
                tell(error)
            } catch {
                tell(HTTPError.internalError)
            }
        }
        await cancel()
    }

    // MARK: - What comes

    private func take(_ text: String) async throws {
        guard let tree = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)),
            case .object(let keys) = tree, case .string(let type)? = keys["type"]
        else { throw HTTPError.badRequest("a text is a JSON object with a type") }
        switch type {
        case "start": try await start(keys)
        case "end": try await hearAll()
        case "cancel": await cancel()
        default:
            throw HTTPError.invalid("type", "is \"start\", \"end\" or \"cancel\"")
        }
    }

    private func start(_ keys: [String: JSONValue]) async throws {
        // As when the button is pressed while the device speaks.
        await cancel()
        state = .deaf
        try caller.renew(hasBegun)
        hasBegun = true
        var order = TalkOrder(try Self.question(keys), of: caller)
        order.sound = .samples
        order.conversation = .named(conversation)
        let turn = try await device.begin(order, isWhole: true)
        let silence = Silence()
        let telling = Task { [socket] in
            await Self.tell(of: turn, over: socket, unless: silence)
        }
        state = .hearing(Talked(turn: turn, telling: telling, silence: silence))
    }

    private static let rates = 8_000.0...48_000.0

    private static func question(
        _ keys: [String: JSONValue]
    ) throws(HTTPError) -> TalkOrder.Question {
        switch keys["format"] {
        case nil, .string("pcm16"):
            switch keys["rate"] {
            case nil: return .samples(rate: 16_000)
            case .number(let rate) where rates.contains(rate) && rate == rate.rounded():
                return .samples(rate: Int(rate))
            default: throw .invalid("rate", "is a whole number from 8000 to 48000")
            }
        case .string("file"): return .file
        default: throw .invalid("format", "is \"pcm16\" or \"file\"")
        }
    }

    private func take(_ bytes: [UInt8]) async throws {
        switch state {
        case .hearing(let talked):
            do {
                try talked.turn.hear(bytes)
            } catch {
                await fail(talked)
                throw error
            }
        case .idle: throw HTTPError(409, "not_started", "say start before you send sound")
        case .answering, .deaf: break
        }
    }

    private func hearAll() async throws {
        switch state {
        case .hearing(let talked):
            state = .answering(talked)
            do {
                // A file is read now, which takes a while.
                try await onThread("recording") {
                    Result { try talked.turn.heardAll() }
                }.get()
            } catch {
                await fail(talked)
                throw error
            }
        case .deaf: state = .idle
        case .idle, .answering: throw HTTPError(409, "not_started", "there is nothing to end")
        }
    }

    /// Returns when its end was told.
    private func cancel() async {
        switch state {
        case .hearing(let talked), .answering(let talked):
            talked.turn.cancel()
            await talked.telling.value
        case .idle, .deaf: break
        }
        state = .idle
    }

    /// Its question is of no use, and the sender is told why; nothing else is told of it.
    private func fail(_ talked: Talked) async {
        talked.silence.keep()
        talked.turn.cancel()
        await talked.telling.value
        state = .deaf
    }

    // MARK: - What goes

    private static func tell(
        of turn: any TalkTurn, over socket: WebSocket, unless silence: Silence
    ) async {
        do {
            while let event = await turn.next() {
                switch event {
                case .transcript(let text):
                    try socket.send(Message("transcript", text: text).text)
                case .reply(let text):
                    try socket.send(Message("reply.delta", text: text).text)
                case .soundBegins(let format):
                    try socket.send(
                        Message(
                            "audio.start", format: "pcm16", rate: format.framesPerSecond,
                            channels: format.channels
                        ).text)
                case .sound(let bytes):
                    try await socket.drain(to: ahead)
                    try socket.send(.binary(bytes))
                }
            }
            await turn.ends()
            guard !silence.isKept else { return }
            let facts = turn.facts
            if let failure = facts.failure, facts.outcome != .stopped {
                try socket.send(Message(failure, turn: turn.id).text)
            } else {
                let providers = Dictionary(
                    facts.providers.map { ($0.stage, $0.name) }, uniquingKeysWith: { $1 })
                try socket.send(
                    Message(
                        "done", turn: turn.id, outcome: facts.outcome?.rawValue,
                        providers: providers
                    ).text)
            }
        } catch {
            // Nobody is there any more.
            turn.cancel()
            await turn.ends()
        }
    }

    private func tell(_ error: HTTPError) {
        // Who is not there any more is noticed by the next message that does not come.
        try? socket.send(Message(error, turn: nil).text)
    }
}

/// A text that the server sends.
private struct Message: Encodable {
    private let type: String
    private var words: String?
    private var format: String?
    private var rate: Int?
    private var channels: Int?
    private var turn: String?
    private var outcome: String?
    private var providers: [String: String]?
    private var error: Cause?

    private struct Cause: Encodable {
        let code: String
        let message: String
        let field: String?
    }

    private enum CodingKeys: String, CodingKey {
        case type, format, rate, channels, turn, outcome, providers, error
        case words = "text"
    }

    init(_ type: String, text: String) {
        self.type = type
        words = text
    }

    init(_ type: String, format: String, rate: Int, channels: Int) {
        self.type = type
        self.format = format
        self.rate = rate
        self.channels = channels
    }

    init(_ type: String, turn: String, outcome: String?, providers: [String: String]) {
        self.type = type
        self.turn = turn
        self.outcome = outcome
        self.providers = providers
    }

    init(_ error: HTTPError, turn: String?) {
        type = "error"
        self.turn = turn
        self.error = Cause(code: error.code, message: error.message, field: error.field)
    }

    var text: WebSocketMessage {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Nothing in it is what JSON does not have.
        let bytes = (try? encoder.encode(self)).map { [UInt8]($0) } ?? []
        return .text(String(decoding: bytes, as: UTF8.self))
    }
}
