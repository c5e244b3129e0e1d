import Voice

/// A request for `/v1/chat/completions`, checked as strictly as OpenAI's description allows.
struct ChatRequest {
    let model: String
    let isStream: Bool
    let includesUsage: Bool
    let includesObfuscation: Bool
    let longestReply: Int?
    /// The names of the functions that may be called.
    let tools: [String]
    let toolsAreForbidden: Bool
    let lastRole: String
    /// What the user said last.
    let question: String

    private static let known: Set<String> = [
        "audio", "frequency_penalty", "logit_bias", "logprobs", "max_completion_tokens",
        "messages", "metadata", "modalities", "model", "moderation", "n", "parallel_tool_calls",
        "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_options",
        "reasoning_effort", "response_format", "safety_identifier", "service_tier", "stop",
        "store", "stream", "stream_options", "temperature", "tool_choice", "tools",
        "top_logprobs", "top_p", "verbosity", "web_search_options",
    ]
    /// Deprecated, and what takes its place.
    private static let deprecated = [
        "max_tokens": "max_completion_tokens", "functions": "tools",
        "function_call": "tool_choice", "user": "safety_identifier", "seed": "nothing",
        "prompt_cache_retention": "prompt_cache_options",
    ]

    init(_ body: [UInt8]) throws(VendorError) {
        let object = try StrictObject(body)
        for (old, new) in Self.deprecated.sorted(by: { $0.key < $1.key }) where object.has(old) {
            throw .unsupported(old, "is deprecated; use \(new) instead.")
        }
        try object.allow(only: Self.known)
        model = try object.needed("model", try object.string("model"))
        try Model.check(model, at: .chat)

        isStream = try object.bool("stream") ?? false
        let options = try object.object("stream_options")
        guard options == nil || isStream else {
            throw .unsupported("stream_options", "is only allowed when 'stream' is enabled.")
        }
        try options?.allow(only: ["include_usage", "include_obfuscation"])
        includesUsage = try options?.bool("include_usage") ?? false
        includesObfuscation = try options?.bool("include_obfuscation") ?? true

        longestReply = try object.integer("max_completion_tokens", in: 1...1_000_000)
        _ = try object.number("temperature", in: 0...2)
        _ = try object.number("top_p", in: 0...1)
        _ = try object.number("frequency_penalty", in: -2...2)
        _ = try object.number("presence_penalty", in: -2...2)
        _ = try object.integer("n", in: 1...1)
        _ = try object.bool("store")
        _ = try object.bool("parallel_tool_calls")
        _ = try object.string("safety_identifier", atMost: 128)
        _ = try object.string("prompt_cache_key")
        _ = try object.string(
            "reasoning_effort",
            among: ["none", "minimal", "low", "medium", "high", "xhigh", "max"])
        _ = try object.string("verbosity", among: ["low", "medium", "high"])
        _ = try object.string(
            "service_tier", among: ["auto", "default", "flex", "scale", "priority"])
        if case .array(let stops)? = object["stop"], stops.count > 4 {
            throw .wrong("stop", "at most 4 strings")
        }
        tools = try Self.tools(object)
        let choice = object["tool_choice"]
        guard choice == nil || !tools.isEmpty else {
            throw .wrong("tool_choice", "'tools' beside it")
        }
        toolsAreForbidden = choice == .string("none")
        (lastRole, question) = try Self.messages(object)
    }

    private static func tools(_ object: StrictObject) throws(VendorError) -> [String] {
        guard let list = try object.list("tools", atLeast: 1) else { return [] }
        var names: [String] = []
        for (index, value) in list.enumerated() {
            let tool = try StrictObject(value, at: "tools[\(index)]")
            try tool.allow(only: ["type", "function"])
            let type = try tool.string("type", among: ["function"])
            _ = try tool.needed("type", type)
            let function = try tool.needed("function", try tool.object("function"))
            try function.allow(only: ["name", "description", "parameters", "strict"])
            let name = try function.needed("name", try function.string("name", atMost: 64))
            guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
                throw .wrong(function.name("name"), "letters, digits, underscores and dashes")
            }
            let parameters = try function.object("parameters")
            if let parameters, parameters["type"] != .string("object") {
                throw .wrong(function.name("parameters"), "a schema of type object")
            }
            names.append(name)
        }
        return names
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// - Returns: the role of the last message, and the user's last words.
    private static func messages(
        _ object: StrictObject
    ) throws(VendorError) -> (lastRole: String, question: String) {
        let list = try object.needed("messages", try object.list("messages", atLeast: 1))
        var role = ""
        var question = ""
        // Calls that still want a result.
        var open: Set<String> = []
        for (index, value) in list.enumerated() {
            let message = try StrictObject(value, at: "messages[\(index)]")
            let roles = ["developer", "system", "user", "assistant", "tool"]
            role = try message.needed("role", try message.string("role", among: roles))
            guard open.isEmpty || role == "tool" else {
                throw VendorError(
                    400,
                    "An assistant message with 'tool_calls' must be followed by tool messages "
                        + "responding to each 'tool_call_id'.", param: "messages.[\(index)].role")
            }
            switch role {
            case "assistant":
                try message.allow(
                    only: ["role", "content", "name", "refusal", "audio", "tool_calls"])
                open = try calls(message)
                if open.isEmpty || message.has("content") {
                    _ = try text(message, types: ["text", "refusal"])
                }
            case "tool":
                try message.allow(only: ["role", "content", "tool_call_id"])
                _ = try text(message, types: ["text"])
                let id = try message.needed("tool_call_id", try message.string("tool_call_id"))
                guard open.remove(id) != nil else {
                    throw VendorError(
                        400,
                        "Messages with role 'tool' must be a response to a preceding message "
                            + "with 'tool_calls'.", param: "messages.[\(index)].role")
                }
            case "user":
                try message.allow(only: ["role", "content", "name"])
                question = try text(
                    message, types: ["text", "image_url", "input_audio", "file"])
            default:
                try message.allow(only: ["role", "content", "name"])
                _ = try text(message, types: ["text"])
            }
        }
        guard open.isEmpty else {
            throw VendorError(
                400, "An assistant message with 'tool_calls' must be followed by tool messages.",
                param: "messages")
        }
        return (role, question)
    }

    private static func calls(_ message: StrictObject) throws(VendorError) -> Set<String> {
        var ids: Set<String> = []
        for (index, value) in (try message.list("tool_calls", atLeast: 1) ?? []).enumerated() {
            let call = try StrictObject(value, at: message.name("tool_calls[\(index)]"))
            try call.allow(only: ["id", "type", "function"])
            let id = try call.needed("id", try call.string("id"))
            _ = try call.needed("type", try call.string("type", among: ["function"]))
            let function = try call.needed("function", try call.object("function"))
            try function.allow(only: ["name", "arguments"])
            _ = try function.needed("name", try function.string("name"))
            _ = try function.needed("arguments", try function.string("arguments"))
            ids.insert(id)
        }
        return ids
    }

    /// The content of a message, in either of its forms.
    private static func text(
        _ message: StrictObject, types: [String]
    ) throws(VendorError) -> String {
        guard case .array(let parts)? = message["content"] else {
            return try message.needed("content", try message.string("content"))
        }
        var text = ""
        for (index, value) in parts.enumerated() {
            let part = try StrictObject(value, at: message.name("content[\(index)]"))
            let type = try part.needed("type", try part.string("type", among: types))
            try part.allow(only: ["type", type])
            if type == "text" { text += try part.needed("text", try part.string("text")) }
        }
        return text
    }
}
