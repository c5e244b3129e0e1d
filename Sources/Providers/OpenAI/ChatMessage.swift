import FoundationEssentials
import Voice

/// One message of a conversation as `POST /chat/completions` takes it.
struct ChatMessage: Encodable {
    var role: String
    var content: String
    var toolCalls: [ToolCall]?
    var toolCallID: String?

    struct ToolCall: Encodable {
        var id: String
        var type = "function"
        var function = Function()

        struct Function: Encodable {
            var name = ""
            var arguments = ""
        }
    }

    private enum CodingKeys: String, CodingKey {
        case role, content
        case toolCalls = "tool_calls"
        case toolCallID = "tool_call_id"
    }

    init(_ role: String, _ content: String) {
        self.role = role
        self.content = content
    }

    /// What the model said when it asked for tools, which it is shown again.
    init(saying text: String, calling calls: [ToolCall]) {
        self.init("assistant", text)
        toolCalls = calls
    }

    init(result: String, of call: String) {
        self.init("tool", result)
        toolCallID = call
    }

    /// Whatever was said so far, and the question.
    static func conversation(_ prompt: Prompt) -> [ChatMessage] {
        var messages: [ChatMessage] = []
        // Every server knows `system`; only OpenAI's newest models call it `developer`, and take
        // both.
        if let instructions = prompt.instructions {
            messages.append(ChatMessage("system", instructions))
        }
        for exchange in prompt.exchanges {
            messages.append(ChatMessage("user", exchange.question))
            messages.append(ChatMessage("assistant", exchange.reply))
        }
        messages.append(ChatMessage("user", prompt.question))
        return messages
    }
}

/// The body of `POST /chat/completions`.
struct ChatRequest: Encodable {
    private let model: String
    private let messages: [ChatMessage]
    private let options: OpenAIChat.Options
    private let tools: OfferedTools

    init(
        model: String, messages: [ChatMessage], options: OpenAIChat.Options, tools: OfferedTools
    ) {
        self.model = model
        self.messages = messages
        self.options = options
        self.tools = tools
    }

    /// As JSON.
    func body() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        var body = Array(try encoder.encode(self))
        guard !tools.json.isEmpty else { return body }
        // An object that is not empty, and one member more.
        body.removeLast()
        return body + Array(",\"tools\":".utf8) + tools.json + [UInt8(ascii: "}")]
    }

    private enum Key: String, CodingKey {
        case model, messages, stream
        case reasoningEffort = "reasoning_effort"
        case maxCompletionTokens = "max_completion_tokens"
        case maxTokens = "max_tokens"
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode(model, forKey: .model)
        try fields.encode(messages, forKey: .messages)
        try fields.encode(true, forKey: .stream)
        if let limit = options.maxTokens {
            let field = options.limitField == .maxTokens ? Key.maxTokens : .maxCompletionTokens
            try fields.encode(limit, forKey: field)
        }
        try fields.encodeIfPresent(options.reasoningEffort, forKey: .reasoningEffort)
    }
}

/// The device's tools as a request offers them. They are always the same and take longer to write
/// than the rest of a request, so they are written once.
struct OfferedTools: Sendable {
    /// A list, or nothing.
    let json: [UInt8]

    init(_ tools: [Tool]) throws {
        json = tools.isEmpty ? [] : Array(try JSONEncoder().encode(tools.map(OfferedTool.init)))
    }
}

private struct OfferedTool: Encodable {
    let type = "function"
    let function: Function

    struct Function: Encodable {
        let name, description: String
        let parameters: JSONValue
    }

    init(_ tool: Tool) throws {
        let schema = Data(tool.parameters.utf8)
        function = Function(
            name: tool.name, description: tool.purpose,
            parameters: try JSONDecoder().decode(JSONValue.self, from: schema))
    }
}

/// What the server writes: a piece of the reply, or why there is none.
struct ChatChunk: Decodable {
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
