import FoundationEssentials
import Voice

/// `POST /v1/messages`, as Anthropic has it.
struct AnthropicDialect: ChatDialect {
    static let path = "/v1/messages"

    private let options: AnthropicMessages.Options
    private let tools: OfferedTools

    init(_ options: AnthropicMessages.Options, tools: [Tool]) throws {
        self.options = options
        self.tools = try OfferedTools(tools) { tool, schema in
            OfferedTool(name: tool.name, description: tool.purpose, input_schema: schema)
        }
    }

    func request(
        for conversation: ChatConversation, model: String, at server: HTTPService
    ) throws -> HTTPRequest {
        let instructions = conversation.instructions
        var content = Request(
            model: model, max_tokens: options.maxTokens,
            system: instructions?.isBlank == false ? instructions : nil,
            messages: conversation.messages.compactMap(Message.init))
        switch options.reasoningEffort {
        case nil: break
        case "none"?: content.thinking = ["type": "disabled"]
        case let effort?: content.output_config = ["effort": effort]
        }
        var request = server.post(Self.path, body: try tools.body(of: content))
        request.headers.append(HTTPService.anthropicVersion)
        return request
    }

    func parser() -> any ChatParser { AnthropicParser() }
}

private struct Request: Encodable {
    let model: String
    let max_tokens: Int
    let system: String?
    let messages: [Message]
    let stream = true
    var thinking: [String: String]?
    var output_config: [String: String]?
}

private struct OfferedTool: Encodable {
    let name, description: String
    let input_schema: JSONValue
}

private struct Message: Encodable {
    let role: String
    let content: [JSONValue]

    /// Nil for one without content, which is refused.
    init?(_ message: ChatMessage) {
        switch message {
        case .question(let text):
            role = "user"
            content = JSONValue.block(saying: text).map { [$0] } ?? []
        case .reply(let parts):
            role = "assistant"
            content = parts.compactMap(JSONValue.block(of:))
        case .results(let results):
            // All that belong to one reply stand in one message.
            role = "user"
            content = results.map { result in
                .object([
                    "type": .string("tool_result"), "tool_use_id": .string(result.call),
                    "content": .string(result.text),
                ])
            }
        }
        if content.isEmpty { return nil }
    }
}

extension JSONValue {
    /// Nil for a text without words, which is refused.
    fileprivate static func block(saying text: String) -> JSONValue? {
        text.isBlank ? nil : .object(["type": .string("text"), "text": .string(text)])
    }

    fileprivate static func block(of part: ChatContent) -> JSONValue? {
        switch part {
        case .text(let text): return block(saying: text)
        case .thought(let thought): return thought
        case .call(let call):
            let arguments = try? JSONDecoder().decode(
                JSONValue.self, from: Data(call.arguments.utf8))
            // The model knows what it asked for; that it was no object, the tool has said.
            var input = JSONValue.object([:])
            if case .object? = arguments { input = arguments! }
            return .object([
                "type": .string("tool_use"), "id": .string(call.id), "name": .string(call.name),
                "input": input,
            ])
        }
    }
}

extension String {
    fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
