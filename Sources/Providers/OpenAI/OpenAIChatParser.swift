import FoundationEssentials

/// The event stream of `POST /chat/completions`.
struct OpenAIChatParser: ChatParser {
    func parts(of event: EventStreamParser.Event) -> [ChatPart]? {
        if event.data.hasPrefix("[DONE]") { return [.over] }
        guard let chunk = ChatChunk(event.data) else { return nil }
        if let error = chunk.error { return [.failure(error)] }
        // The chunk that only tells what it cost has no choices.
        guard let choice = chunk.choices?.first else { return [] }
        var parts = (choice.delta?.toolCalls ?? []).map { part in
            ChatPart.call(
                number: part.index ?? 0, id: part.id, name: part.function?.name,
                arguments: part.function?.arguments ?? "")
        }
        if let reason = choice.finishReason { parts.append(.finish(Self.finish(reason))) }
        if let piece = choice.delta?.content ?? choice.delta?.refusal { parts.append(.text(piece)) }
        return parts
    }

    private static func finish(_ reason: String) -> ChatFinish {
        switch reason {
        case "length": .length
        case "content_filter": .filtered
        default: .done
        }
    }
}

/// What the server writes: a piece of the reply, or why there is none.
private struct ChatChunk: Decodable {
    struct Choice: Decodable {
        let delta: Delta?
        let finishReason: String?

        private enum CodingKeys: String, CodingKey {
            case delta
            case finishReason = "finish_reason"
        }
    }

    struct Delta: Decodable {
        let content, refusal: String?
        let toolCalls: [ToolCallPart]?

        private enum CodingKeys: String, CodingKey {
            case content, refusal
            case toolCalls = "tool_calls"
        }
    }

    /// The first part of a call names it, the others only add to its arguments.
    struct ToolCallPart: Decodable {
        let index: Int?
        let id: String?
        let function: Function?

        struct Function: Decodable { let name, arguments: String? }
    }

    let choices: [Choice]?
    /// Set if the server gave up after it had begun with a status of success.
    let error: ServiceFailure.Body?

    /// Nil for what is no JSON object.
    init?(_ text: String) {
        guard let chunk = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else {
            return nil
        }
        self = chunk
    }

    private enum CodingKeys: String, CodingKey { case choices, error }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        choices = try fields.decodeIfPresent([Choice].self, forKey: .choices)
        if fields.contains(.error), try !fields.decodeNil(forKey: .error) {
            error = try fields.decode(ServiceFailure.Body.self, forKey: .error)
        } else {
            error = nil
        }
    }
}
