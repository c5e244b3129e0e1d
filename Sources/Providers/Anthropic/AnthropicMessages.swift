public import Voice

/// A language model by `POST /v1/messages` (version 2026-10-21), read as it writes.
public struct AnthropicMessages: LanguageModel, ExaminedProvider {
    public struct Options: Equatable, Sendable {
        /// Of one answer, what the model thinks counted. The server must be told one; a spoken
        /// reply needs a tenth of this, and the rest is for models that think first.
        public var maxTokens = 4096
        /// How much a model thinks before it writes. Nil sends nothing: what a model does by itself
        /// it takes from everybody. `"none"` switches thinking off (`thinking` of type
        /// `disabled`), which some models refuse; anything else, as in `"low"`, is sent as the
        /// `effort` of `output_config`, which others refuse.
        public var reasoningEffort: String?

        public init() {}
    }

    private let server: HTTPService
    private let model: ModelChoice
    private let tools: (any Tools)?
    private let dialect: Result<AnthropicDialect, any Error>

    /// - Parameters:
    ///   - server: by `HTTPService.anthropic`.
    ///   - tools: nil if the model is offered none.
    public init(
        _ server: HTTPService, model: ModelChoice, options: Options = Options(),
        tools: (any Tools)?
    ) {
        self.server = server
        self.model = model
        self.tools = tools
        dialect = Result { try AnthropicDialect(options, tools: tools?.offered ?? []) }
    }

    public func prepare() {
        server.warm(AnthropicDialect.path)
        // Whoever needs it learns why it is not known.
        Task { _ = try? await id() }
    }

    public func isReachable() async -> Bool { await server.isReachable() }

    public func examine() async throws(ProviderError) -> Examination {
        try model.examine(among: try await server.anthropicModels(), for: .chat, at: server)
    }

    public func reply(to prompt: Prompt) async throws(ProviderError) -> TextStream {
        let model = try await id()
        let dialect: AnthropicDialect
        do {
            dialect = try self.dialect.get()
        } catch {
            throw ProviderError(error, from: server.name)
        }
        return try await ChatReply(
            server, model: model, dialect: dialect, tools: tools, prompt: prompt
        ).stream()
    }

    private func id() async throws(ProviderError) -> String {
        if let known = model.known { return known }
        return try model.choose(
            from: try await server.anthropicModels(), for: .chat, at: server)
    }
}
