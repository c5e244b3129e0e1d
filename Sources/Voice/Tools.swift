/// Something that the device does for a language model that asks for it.
public struct Tool: Equatable, Sendable {
    public let name: String
    /// What it does and when to ask for it, in a sentence for the model.
    public let purpose: String
    /// A JSON Schema object, as JSON text.
    public let parameters: String

    public init(name: String, purpose: String, parameters: String) {
        self.name = name
        self.purpose = purpose
        self.parameters = parameters
    }
}

/// What the device does for a language model.
public protocol Tools: Sendable {
    var offered: [Tool] { get }

    /// Does what is asked for.
    ///
    /// - Parameters:
    ///   - arguments: a JSON object, as the model wrote it.
    ///   - exchanges: the conversation in which it is asked.
    /// - Returns: what the model is told: what was done, or why it was not, in a sentence.
    func call(_ name: String, arguments: String, after exchanges: [Exchange]) async -> String
}
