import Voice

/// What the server writes in answer to one request: pieces of text, or the tools that the model
/// wants. Pure: it is fed bytes.
struct ChatAnswer {
    /// What has come so far, in its order.
    private(set) var content: [ChatContent] = []
    /// Why the model stopped writing, once it has.
    private(set) var finish: ChatFinish?
    /// Nothing more will come, though the connection may go on.
    private(set) var isOver = false

    private let server: HTTPService
    private var stream = EventStreamParser()
    private var parser: any ChatParser
    /// Where in `content` the call of a number stands.
    private var places: [Int: Int] = [:]

    private static let mostCalls = 16
    private static let mostArgumentBytes = 64 * 1024

    init(from server: HTTPService, by parser: any ChatParser) {
        self.server = server
        self.parser = parser
    }

    var calls: [ToolCall] { content.calls }
    var isSilent: Bool { content.isSilent }

    /// Takes what has arrived.
    ///
    /// - Returns: the pieces of text in it, and why there will be no more, if something failed
    ///   behind them.
    mutating func take(_ bytes: [UInt8]) -> (pieces: [String], failure: ProviderError?) {
        var pieces: [String] = []
        do {
            for event in try events(in: bytes) where !isOver {
                for part in try parts(of: event) {
                    if let piece = try take(part) { pieces.append(piece) }
                }
            }
            return (pieces, nil)
        } catch {
            return (pieces, error)
        }
    }

    private mutating func events(in bytes: [UInt8]) throws(ProviderError) -> [EventStreamParser
        .Event]
    {
        do {
            return try stream.append(bytes)
        } catch {
            throw failure(error.description)
        }
    }

    private mutating func parts(
        of event: EventStreamParser.Event
    ) throws(ProviderError) -> [ChatPart] {
        guard let parts = parser.parts(of: event) else {
            throw failure("its event stream holds something that is no JSON")
        }
        return parts
    }

    private mutating func take(_ part: ChatPart) throws(ProviderError) -> String? {
        switch part {
        case .text(let piece):
            guard !piece.isEmpty else { return nil }
            add(piece)
            return piece
        case .call(let number, let id, let name, let arguments):
            try add(arguments, toCall: number, id, name)
        case .thought(let thought): content.append(.thought(thought))
        case .finish(let reason): finish = reason
        case .over:
            finish = finish ?? .done
            isOver = true
        case .failure(let told): throw server.error(inStream: told)
        }
        return nil
    }

    private mutating func add(_ piece: String) {
        guard case .text(var text)? = content.last else { return content.append(.text(piece)) }
        // Held by nobody else, it grows where it is.
        content.removeLast()
        text += piece
        content.append(.text(text))
    }

    private mutating func add(
        _ arguments: String, toCall number: Int, _ id: String?, _ name: String?
    ) throws(ProviderError) {
        let place = places[number] ?? content.count
        // Some servers leave the id out, but want to be told it.
        var call = places[number].flatMap { content[$0].call } ?? ToolCall(id: "call_\(number)")
        call.id = id.flatMap { $0.isEmpty ? nil : $0 } ?? call.id
        call.name = name ?? call.name
        call.arguments += arguments
        if place == content.count {
            places[number] = place
            content.append(.call(call))
        } else {
            content[place] = .call(call)
        }
        guard places.count <= Self.mostCalls,
            call.arguments.utf8.count <= Self.mostArgumentBytes
        else { throw failure("its calls of tools have no end") }
    }

    private func failure(_ reason: String) -> ProviderError {
        .failed(provider: server.name, reason: reason)
    }
}
