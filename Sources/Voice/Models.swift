/// A model that a provider can be asked by.
public struct OfferedModel: Equatable, Sendable {
    /// What a link's setting `model` takes.
    public let id: String
    /// Whether it is made for this, as far as its name tells.
    public let isFit: Bool
    /// The day when it will be gone, as `2027-01-06`, or any text if that is not known; nil for one
    /// that stays.
    public let shutdown: String?

    public init(id: String, isFit: Bool, shutdown: String? = nil) {
        self.id = id
        self.isFit = isFit
        self.shutdown = shutdown
    }
}

/// Knows the models of one provider.
public protocol ModelLibrary: Sendable {
    /// All that it lists; those that are made for what is wanted first, the best of them foremost.
    func models() async throws(ProviderError) -> [OfferedModel]
}
