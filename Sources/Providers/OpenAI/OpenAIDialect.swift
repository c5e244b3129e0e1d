import FoundationEssentials
import Voice

/// `POST /chat/completions`, as OpenAI has it and many others.
struct OpenAIDialect: ChatDialect {
    private let options: OpenAIChat.Options
    private let tools: OfferedTools

    init(_ options: OpenAIChat.Options, tools: [Tool]) throws {
        self.options = options
        self.tools = try OfferedTools(tools, as: OfferedTool.init)
    }

    func request(
        for conversation: ChatConversation, model: String, at server: HTTPService
    ) throws -> HTTPRequest {
        let content = Request(
            model: model, messages: Message.all(of: conversation), options: options)
        return server.post("/chat/completions", body: try tools.body(of: content))
    }

    func parser() -> any ChatParser { OpenAIChatParser() }
}

/// One message of a conversation.
private struct Message: Encodable {
    var role: String
    var content: String
    var toolCalls: [Call]?
    var toolCallID: String?

    struct Call: Encodable {
        let id: String
        let type = "function"
        let function: Function

        struct Function: Encodable { let name, arguments: String }

        init(_ call: ToolCall) {
            id = call.id
            function = Function(name: call.name, arguments: call.arguments)
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

    static func all(of conversation: ChatConversation) -> [Message] {
        var messages: [Message] = []
        // Every server knows `system`; only OpenAI's newest models call it `developer`, and take
        // both.
        if let instructions = conversation.instructions {
            messages.append(Message("system", instructions))
        }
        for message in conversation.messages {
            switch message {
            case .question(let text): messages.append(Message("user", text))
            case .reply(let content):
                var reply = Message("assistant", content.text)
                let calls = content.calls.map(Call.init)
                reply.toolCalls = calls.isEmpty ? nil : calls
                messages.append(reply)
            case .results(let results):
                for result in results {
                    var message = Message("tool", result.text)
                    message.toolCallID = result.call
                    messages.append(message)
                }
            }
        }
        return messages
    }
}

private struct Request: Encodable {
    let model: String
    let messages: [Message]
    let options: OpenAIChat.Options

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

private struct OfferedTool: Encodable {
    let type = "function"
    let function: Function

    struct Function: Encodable {
        let name, description: String
        let parameters: JSONValue
    }

    init(_ tool: Tool, _ parameters: JSONValue) {
        function = Function(
            name: tool.name, description: tool.purpose, parameters: parameters)
    }
}
