import FoundationEssentials
import Voice

/// The event stream of `POST /v1/messages`.
struct AnthropicParser: ChatParser {
    /// Calls whose arguments have not begun to come, with those that they began with.
    private var inputs: [Int: JSONValue] = [:]
    private var thoughts: [Int: (text: String, signature: String)] = [:]
    private var reason: ChatFinish?

    private static let longestThought = 1 << 20

    mutating func parts(of event: EventStreamParser.Event) -> [ChatPart]? {
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(event.data.utf8)) else {
            return nil
        }
        switch event {
        case .blockStart(let index, let block): return begin(index, block)
        case .delta(let index, let delta): return add(index, delta)
        case .blockStop(let index): return end(index)
        case .messageDelta(let reason):
            self.reason = reason.map(Self.finish) ?? self.reason
            return []
        // Before this, an end is none: the reason alone may come early.
        case .messageStop: return [.finish(reason ?? .done), .over]
        case .error(let told): return [.failure(told)]
        case .other: return []
        }
    }

    private mutating func begin(_ index: Int, _ block: Event.Block) -> [ChatPart] {
        switch block.type {
        case "text": return [.text(block.text ?? "")]
        case "tool_use":
            inputs[index] = block.input ?? .object([:])
            return [.call(number: index, id: block.id, name: block.name, arguments: "")]
        case "thinking":
            thoughts[index] = (block.thinking ?? "", block.signature ?? "")
            return []
        case "redacted_thinking":
            let data = JSONValue.string(block.data ?? "")
            return [.thought(.object(["type": .string("redacted_thinking"), "data": data]))]
        default: return []
        }
    }

    private mutating func add(_ index: Int, _ delta: Event.Delta) -> [ChatPart] {
        switch delta.type {
        case "text_delta": return [.text(delta.text ?? "")]
        case "input_json_delta":
            guard let piece = delta.partial_json, !piece.isEmpty else { return [] }
            inputs[index] = nil
            return [.call(number: index, id: nil, name: nil, arguments: piece)]
        case "thinking_delta":
            thoughts[index]?.text += delta.thinking ?? ""
        case "signature_delta":
            thoughts[index]?.signature += delta.signature ?? ""
        default: return []
        }
        if let thought = thoughts[index],
            thought.text.utf8.count + thought.signature.utf8.count > Self.longestThought
        {
            thoughts[index] = nil
        }
        return []
    }

    private mutating func end(_ index: Int) -> [ChatPart] {
        if let thought = thoughts.removeValue(forKey: index) {
            let block: [String: JSONValue] = [
                "type": .string("thinking"), "thinking": .string(thought.text),
                "signature": .string(thought.signature),
            ]
            return [.thought(.object(block))]
        }
        guard let input = inputs.removeValue(forKey: index) else { return [] }
        let arguments = (try? JSONEncoder().encode(input)) ?? Data("{}".utf8)
        return [
            .call(
                number: index, id: nil, name: nil,
                arguments: String(decoding: arguments, as: UTF8.self))
        ]
    }

    private static func finish(_ reason: String) -> ChatFinish {
        switch reason {
        case "max_tokens", "model_context_window_exceeded": .length
        case "refusal": .filtered
        // `end_turn`, `stop_sequence`, `tool_use`; `pause_turn` comes only with the server's own
        // tools, of which it is offered none.
        default: .done
        }
    }
}

/// An event as far as it matters here: new ones may come at any time, and new kinds of parts.
private enum Event: Decodable {
    case blockStart(Int, Block)
    case delta(Int, Delta)
    case blockStop(Int)
    case messageDelta(stopReason: String?)
    case messageStop
    case error(ServiceFailure.Body)
    case other

    struct Block: Decodable {
        let type: String
        let id, name, text, thinking, signature, data: String?
        let input: JSONValue?
    }

    struct Delta: Decodable {
        let type: String
        let text, partial_json, thinking, signature: String?
    }

    private struct End: Decodable { let stop_reason: String? }
    private struct Sort: Decodable { let type: String }

    private enum Key: String, CodingKey { case type, index, content_block, delta, error }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        func index() throws -> Int { try fields.decodeIfPresent(Int.self, forKey: .index) ?? 0 }
        switch try fields.decodeIfPresent(String.self, forKey: .type) {
        case "content_block_start":
            let sort = try fields.decode(Sort.self, forKey: .content_block).type
            let isKnown = ["text", "tool_use", "thinking", "redacted_thinking"].contains(sort)
            self =
                isKnown
                ? .blockStart(try index(), try fields.decode(Block.self, forKey: .content_block))
                : .other
        case "content_block_delta":
            let sort = try fields.decode(Sort.self, forKey: .delta).type
            let isKnown = [
                "text_delta", "input_json_delta", "thinking_delta", "signature_delta",
            ].contains(sort)
            self =
                isKnown
                ? .delta(try index(), try fields.decode(Delta.self, forKey: .delta)) : .other
        case "content_block_stop": self = .blockStop(try index())
        case "message_delta":
            let end = try fields.decodeIfPresent(End.self, forKey: .delta)
            self = .messageDelta(stopReason: end?.stop_reason)
        case "message_stop": self = .messageStop
        case "error": self = .error(try fields.decode(ServiceFailure.Body.self, forKey: .error))
        default: self = .other
        }
    }
}
