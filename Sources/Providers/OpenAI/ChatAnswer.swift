import Voice

/// What the server writes in answer to one request: pieces of text, or the tools that the model
/// wants. Pure: it is fed bytes.
struct ChatAnswer {
    /// In the order in which the model asks.
    var calls: [ChatMessage.ToolCall] { numbered.sorted { $0.key < $1.key }.map(\.value) }
    /// What it has written so far.
    private(set) var text = ""
    /// Why the model stopped writing, once it has.
    private(set) var finish: String?
    /// Nothing more will come, though the connection may go on.
    private(set) var isOver = false

    private let server: HTTPService
    private var parser = EventStreamParser()
    private var numbered: [Int: ChatMessage.ToolCall] = [:]

    private static let mostCalls = 16
    private static let mostArgumentBytes = 64 * 1024

    init(from server: HTTPService) { self.server = server }

    var isSilent: Bool { text.isEmpty && numbered.isEmpty }

    /// Takes what has arrived.
    ///
    /// - Returns: the pieces of text in it, and why there will be no more, if something failed
    ///   behind them.
    mutating func take(_ bytes: [UInt8]) -> (pieces: [String], failure: ProviderError?) {
        var pieces: [String] = []
        do {
            for event in try events(in: bytes) where !isOver {
                if event.data.hasPrefix("[DONE]") {
                    finish = finish ?? "stop"
                    isOver = true
                } else if let piece = try take(event.data) {
                    pieces.append(piece)
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
            return try parser.append(bytes)
        } catch {
            throw failure(error.description)
        }
    }

    private mutating func take(_ data: String) throws(ProviderError) -> String? {
        guard let chunk = ChatChunk(data) else {
            throw failure("its event stream holds something that is no JSON")
        }
        if let error = chunk.error { throw server.error(inStream: error) }
        // The chunk that only tells what it cost has no choices.
        guard let choice = chunk.choices?.first else { return nil }
        for part in choice.delta?.toolCalls ?? [] { try take(part) }
        finish = choice.finishReason ?? finish
        guard let piece = choice.delta?.content ?? choice.delta?.refusal, !piece.isEmpty else {
            return nil
        }
        text += piece
        return piece
    }

    private mutating func take(_ part: ChatChunk.ToolCallPart) throws(ProviderError) {
        let number = part.index ?? 0
        // Some servers leave the id out, but want to be told it.
        var call = numbered[number] ?? ChatMessage.ToolCall(id: "call_\(number)")
        call.id = part.id.flatMap { $0.isEmpty ? nil : $0 } ?? call.id
        call.function.name = part.function?.name ?? call.function.name
        call.function.arguments += part.function?.arguments ?? ""
        numbered[number] = call
        guard numbered.count <= Self.mostCalls,
            call.function.arguments.utf8.count <= Self.mostArgumentBytes
        else { throw failure("its calls of tools have no end") }
    }

    private func failure(_ reason: String) -> ProviderError {
        .failed(provider: server.name, reason: reason)
    }
}
