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
    private let tools: (any Tools)?
    private let dialect: Result<OpenAIDialect, any Error>

    /// - Parameter tools: nil if the model is offered none.
    public init(
        _ server: HTTPService, model: ModelChoice, options: Options = Options(),
        tools: (any Tools)?
    ) {
        self.server = server
        self.model = model
        self.tools = tools
        dialect = Result { try OpenAIDialect(options, tools: tools?.offered ?? []) }
    }

    public func prepare() { server.prepare(model, for: .chat) }

    public func examine() async throws(ProviderError) -> Examination {
        try await model.examine(for: .chat, at: server)
    }

    public func isReachable() async -> Bool { await server.isReachable() }

    public func reply(to prompt: Prompt) async throws(ProviderError) -> TextStream {
        let model = try await model.id(for: .chat, at: server)
        let dialect: OpenAIDialect
        do {
            dialect = try self.dialect.get()
        } catch {
            throw ProviderError(error, from: server.name)
        }
        return try await ChatReply(
            server, model: model, dialect: dialect, tools: tools, prompt: prompt
        ).stream()
    }
}
