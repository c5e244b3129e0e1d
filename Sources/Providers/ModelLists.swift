public import Voice

/// The models of OpenAI and of servers that are compatible with it.
public struct OpenAIModels: ModelLibrary {
    private let server: HTTPService
    private let purpose: ModelChoice.Purpose

    public init(_ server: HTTPService, for purpose: ModelChoice.Purpose) {
        self.server = server
        self.purpose = purpose
    }

    public func models() async throws(ProviderError) -> [OfferedModel] {
        ListedModel.offered(try await server.models(), for: purpose)
    }
}

/// The models of Anthropic.
public struct AnthropicModels: ModelLibrary {
    private let server: HTTPService

    public init(_ server: HTTPService) { self.server = server }

    public func models() async throws(ProviderError) -> [OfferedModel] {
        ListedModel.offered(try await server.anthropicModels(), for: .chat)
    }
}

/// The models of ElevenLabs that speak.
public struct ElevenLabsModels: ModelLibrary {
    private let server: HTTPService

    public init(_ server: HTTPService) { self.server = server }

    public func models() async throws(ProviderError) -> [OfferedModel] {
        try await server.elevenLabsModels().filter { $0.speaks != false }
            .map { OfferedModel(id: $0.id, isFit: true) }
    }
}

extension ListedModel {
    static func offered(
        _ models: [ListedModel], for purpose: ModelChoice.Purpose
    ) -> [OfferedModel] {
        let fit = models.filter { $0.suits(purpose) }.sorted { $0.rank(purpose) > $1.rank(purpose) }
        let others = models.filter { !$0.suits(purpose) }.sorted { $0.id < $1.id }
        return fit.map { OfferedModel(id: $0.id, isFit: true, shutdown: $0.shutdown) }
            + others.map { OfferedModel(id: $0.id, isFit: false, shutdown: $0.shutdown) }
    }
}
