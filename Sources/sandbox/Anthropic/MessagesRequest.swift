import Voice

/// A request for `/v1/messages`, checked as strictly as Anthropic's description allows.
struct MessagesRequest {
    let model: String
    let isStream: Bool
    let longestReply: Int
    /// The names of the tools that may be called.
    let tools: [String]
    let toolsAreForbidden: Bool
    /// Whether the last thing that was told is what a tool did.
    let endsWithResult: Bool
    /// What the user said last.
    let question: String

    var mayCallTools: Bool { !toolsAreForbidden && !endsWithResult }

    private static let known: Set<String> = [
        "cache_control", "container", "diagnostics", "inference_geo", "max_tokens", "messages",
        "metadata",
        "model", "output_config", "service_tier", "speed", "stop_sequences", "stream", "system",
        "thinking", "tool_choice", "tools",
    ]
    private static let sampling: Set<String> = ["temperature", "top_p", "top_k"]

    /// - Parameter version: of the header `anthropic-version`.
    init(_ body: [UInt8], version: String) throws(VendorError) {
        do {
            self = try Self(try StrictObject(body), isOld: version != Anthropic.newest)
        } catch {
            throw Self.inAnthropicsWords(error)
        }
        try AnthropicModel.check(model)
    }

    private init(_ object: StrictObject, isOld: Bool) throws(VendorError) {
        try object.allow(only: isOld ? Self.known.union(Self.sampling) : Self.known)
        model = try object.needed("model", try object.string("model"))
        longestReply = try object.needed(
            "max_tokens", try object.integer("max_tokens", in: 1...128_000))
        isStream = try object.bool("stream") ?? false
        _ = try object.number("temperature", in: 0...1)
        _ = try object.number("top_p", in: 0...1)
        _ = try object.integer("top_k", in: 0...1_000_000)
        _ = try object.string("service_tier", among: ["auto", "standard_only"])
        _ = try object.string("speed", among: ["standard", "fast"])
        _ = try object.list("stop_sequences")
        try object.object("metadata")?.allow(only: ["user_id"])
        let output = try object.object("output_config")
        try output?.allow(only: ["effort", "format"])
        _ = try output?.string("effort", among: ["low", "medium", "high", "xhigh", "max"])
        try Self.checkThinking(object, within: longestReply)
        if object.has("system") { _ = try Self.text(object, "system") }
        tools = try Self.tools(object)
        toolsAreForbidden = try Self.choice(object, hasTools: !tools.isEmpty) == "none"
        let messages = try Messages(object)
        question = messages.question
        endsWithResult = messages.endsWithResult
    }

    private static func choice(
        _ object: StrictObject, hasTools: Bool
    ) throws(VendorError) -> String? {
        guard let choice = try object.object("tool_choice") else { return nil }
        guard hasTools else {
            throw VendorError(400, "tool_choice: may only be specified with tools")
        }
        return try choice.needed(
            "type", try choice.string("type", among: ["auto", "any", "tool", "none"]))
    }

    /// The checks that all vendors have in common say it as OpenAI does.
    private static func inAnthropicsWords(_ error: VendorError) -> VendorError {
        guard let param = error.param else { return error }
        switch error.code {
        case "missing_required_parameter": return VendorError(400, "\(param): Field required")
        case "unknown_parameter":
            return VendorError(400, "\(param): Extra inputs are not permitted")
        default:
            let expected = error.message.split(separator: "expected ").last ?? "something else"
            return VendorError(400, "\(param): Input should be \(expected)")
        }
    }

    private static func checkThinking(
        _ object: StrictObject, within limit: Int
    ) throws(VendorError) {
        guard let thinking = try object.object("thinking") else { return }
        let types = ["disabled", "adaptive", "between_tools", "enabled"]
        let type = try thinking.needed("type", try thinking.string("type", among: types))
        guard type == "enabled" else { return try thinking.allow(only: ["type", "display"]) }
        try thinking.allow(only: ["type", "budget_tokens", "display"])
        let budget = try thinking.needed(
            "budget_tokens", try thinking.integer("budget_tokens", in: 1024...128_000))
        guard budget < limit else {
            throw VendorError(400, "max_tokens: must be greater than thinking.budget_tokens")
        }
    }

    private static func tools(_ object: StrictObject) throws(VendorError) -> [String] {
        var names: [String] = []
        for (index, value) in (try object.list("tools") ?? []).enumerated() {
            let tool = try StrictObject(value, at: "tools.\(index)")
            try tool.allow(
                only: [
                    "type", "name", "description", "input_schema", "cache_control", "strict",
                    "input_examples", "eager_input_streaming", "defer_loading",
                    "allowed_callers",
                ])
            _ = try tool.string("type", among: ["custom"])
            let name = try tool.needed("name", try tool.string("name", atMost: 128))
            guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
                throw VendorError(
                    400,
                    "\(tool.name("name")): String should match pattern "
                        + "'^[a-zA-Z0-9_-]{1,128}$'")
            }
            guard !names.contains(name) else {
                throw VendorError(400, "tools: Tool names must be unique.")
            }
            _ = try tool.string("description")
            let schema = try tool.needed("input_schema", try tool.object("input_schema"))
            guard schema["type"] == .string("object") else {
                throw VendorError(400, "\(schema.name("type")): Input should be 'object'")
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

    /// A text, in either of its forms.
    private static func text(
        _ object: StrictObject, _ key: String
    ) throws(VendorError) -> String {
        guard case .array(let blocks)? = object[key] else {
            return try object.needed(key, try object.string(key))
        }
        var text = ""
        for (index, value) in blocks.enumerated() {
            let block = try StrictObject(value, at: "\(object.name(key)).\(index)")
            try block.allow(only: ["type", "text", "cache_control", "citations"])
            _ = try block.needed("type", try block.string("type", among: ["text"]))
            text += try block.needed("text", try block.string("text"))
        }
        return text
    }

    /// The conversation.
    private struct Messages {
        var question = ""
        var endsWithResult = false
        /// Calls that still want a result.
        private var open: Set<String> = []

        init(_ object: StrictObject) throws(VendorError) {
            let list = try object.needed("messages", try object.list("messages"))
            guard !list.isEmpty else {
                throw VendorError(400, "messages: at least one message is required")
            }
            for (index, value) in list.enumerated() {
                let message = try StrictObject(value, at: "messages.\(index)")
                try message.allow(only: ["role", "content"])
                let role = try message.needed(
                    "role", try message.string("role", among: ["user", "assistant"]))
                guard index > 0 || role == "user" else {
                    throw VendorError(400, "messages: first message must use the \"user\" role")
                }
                try take(message, by: role)
            }
            guard open.isEmpty else { throw Self.unanswered("messages") }
        }

        private mutating func take(
            _ message: StrictObject, by role: String
        ) throws(VendorError) {
            let path = message.name("content")
            endsWithResult = false
            guard case .array(let blocks)? = message["content"] else {
                let text = try message.needed("content", try message.string("content"))
                try Self.check(text, at: path)
                if role == "user" { question = text }
                guard open.isEmpty else { throw Self.unanswered(path) }
                return
            }
            guard !blocks.isEmpty else {
                throw VendorError(400, "\(path): messages must have non-empty content")
            }
            var asked: Set<String> = []
            var said = ""
            for (index, value) in blocks.enumerated() {
                let block = try StrictObject(value, at: "\(path).\(index)")
                let types =
                    role == "user"
                    ? ["text", "image", "document", "tool_result"]
                    : ["text", "thinking", "redacted_thinking", "tool_use"]
                switch try block.needed("type", try block.string("type", among: types)) {
                case "text":
                    try block.allow(only: ["type", "text", "cache_control", "citations"])
                    let text = try block.needed("text", try block.string("text"))
                    try Self.check(text, at: path)
                    said += text
                case "tool_result": try takeResult(block)
                case "tool_use": asked.insert(try Self.call(block))
                case "thinking":
                    try block.allow(only: ["type", "thinking", "signature"])
                    _ = try block.needed("thinking", try block.string("thinking"))
                    _ = try block.needed("signature", try block.string("signature"))
                case "redacted_thinking":
                    try block.allow(only: ["type", "data"])
                    _ = try block.needed("data", try block.string("data"))
                default: break
                }
            }
            if role == "user", !said.isEmpty { question = said }
            // All in the very next message.
            guard open.isEmpty else { throw Self.unanswered(path) }
            open = asked
        }

        private static func check(_ text: String, at path: String) throws(VendorError) {
            guard !text.allSatisfy(\.isWhitespace) else {
                throw VendorError(400, "\(path): text content blocks must be non-empty")
            }
        }

        private mutating func takeResult(_ block: StrictObject) throws(VendorError) {
            try block.allow(
                only: ["type", "tool_use_id", "content", "is_error", "cache_control"])
            _ = try block.bool("is_error")
            if block.has("content") { _ = try MessagesRequest.text(block, "content") }
            let id = try block.needed("tool_use_id", try block.string("tool_use_id"))
            guard open.remove(id) != nil else {
                throw VendorError(
                    400,
                    "\(block.name("tool_use_id")): unexpected `tool_use_id` found in "
                        + "`tool_result` blocks: \(id). Each `tool_result` block must have a "
                        + "corresponding `tool_use` block in the previous message.")
            }
            endsWithResult = true
        }

        private static func call(_ block: StrictObject) throws(VendorError) -> String {
            try block.allow(only: ["type", "id", "name", "input", "cache_control", "caller"])
            _ = try block.needed("name", try block.string("name"))
            _ = try block.needed("input", try block.object("input"))
            return try block.needed("id", try block.string("id"))
        }

        private static func unanswered(_ path: String) -> VendorError {
            VendorError(
                400,
                "\(path): `tool_use` ids were found without `tool_result` blocks "
                    + "immediately after.")
        }
    }
}
