import Voice

/// What has been said to a language model and by it, before a dialect writes it down.
struct ChatConversation {
    /// How the model is to behave; nil leaves it to the model.
    let instructions: String?
    var messages: [ChatMessage]

    /// Whatever was said so far, and the question.
    init(_ prompt: Prompt) {
        instructions = prompt.instructions
        messages = []
        for exchange in prompt.exchanges {
            messages.append(.question(exchange.question))
            messages.append(.reply([.text(exchange.reply)]))
        }
        messages.append(.question(prompt.question))
    }
}

enum ChatMessage {
    case question(String)
    /// In the order in which the model wrote it.
    case reply([ChatContent])
    /// What the tools did that the model asked for in one reply.
    case results([ToolResult])
}

/// A part of what a model writes.
enum ChatContent {
    case text(String)
    case call(ToolCall)
    /// What the model thought, as the server wrote it: nobody else understands it, but the server
    /// wants it back, unchanged, before it goes on after a call.
    case thought(JSONValue)

    var call: ToolCall? {
        if case .call(let call) = self { call } else { nil }
    }
}

extension [ChatContent] {
    var text: String {
        var text = ""
        for case .text(let piece) in self { text += piece }
        return text
    }

    var calls: [ToolCall] { compactMap(\.call) }

    /// Thoughts are told to nobody.
    var isSilent: Bool { text.isEmpty && calls.isEmpty }
}

/// A tool that the model wants.
struct ToolCall {
    /// By which the result is told to belong to it.
    var id: String
    var name = ""
    /// As the model wrote them, hopefully a JSON object.
    var arguments = ""
}

/// What came of a call.
struct ToolResult {
    /// The call's id.
    let call: String
    let text: String
}
