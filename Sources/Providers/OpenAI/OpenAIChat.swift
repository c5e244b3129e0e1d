public import Voice

/// A language model by `POST /chat/completions`, read as it writes.
public struct OpenAIChat: LanguageModel, ExaminedProvider {
    /// What differs from server to server, and from model to model.
    public struct Options: Equatable, Sendable {
        /// The name by which the server knows the limit: compatible servers know the older one.
        public enum LimitField: String, CaseIterable, Sendable {
            case maxCompletionTokens = "max_completion_tokens"
            case maxTokens = "max_tokens"
        }

        /// Of one answer, the hidden ones counted; nil leaves it to the server.
        public var maxTokens: Int?
        public var limitField = LimitField.maxCompletionTokens
        /// For models that think before they write; nil sends none.
        public var reasoningEffort: String?

        public init() {}
    }

    private let server: HTTPService
    private let model: ModelChoice
    private let options: Options
    private let tools: (any Tools)?
    private let offered: Result<OfferedTools, any Error>

    /// - Parameter tools: nil if the model is offered none.
    public init(
        _ server: HTTPService, model: ModelChoice, options: Options = Options(),
        tools: (any Tools)?
    ) {
        self.server = server
        self.model = model
        self.options = options
        self.tools = tools
        offered = Result { try OfferedTools(tools?.offered ?? []) }
    }

    public func prepare() { server.prepare(model, for: .chat) }

    public func examine() async throws(ProviderError) -> Examination {
        try await model.examine(for: .chat, at: server)
    }

    public func isReachable() async -> Bool { await server.isReachable() }

    public func reply(to prompt: Prompt) async throws(ProviderError) -> TextStream {
        let model = try await model.id(for: .chat, at: server)
        do {
            let reply = ChatReply(
                server, model: model, options: options, tools: tools, offered: try offered.get(),
                prompt: prompt)
            let first = try await reply.next()
            return TextStream.starting(with: first) { try await reply.next() }
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw ProviderError(error, from: server.name)
        }
    }
}
