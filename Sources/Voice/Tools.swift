/// What a language model may do, beside answering.
public struct Tool: Equatable, Sendable {
    /// Letters, digits and underscores.
    public let name: String
    /// What it does and when to use it: a sentence or two, for the model.
    public let purpose: String
    /// A JSON Schema of the arguments' object, as JSON text.
    public let parameters: String

    public init(name: String, purpose: String, parameters: String) {
        self.name = name
        self.purpose = purpose
        self.parameters = parameters
    }
}

/// Does what a language model asks for.
public protocol Tools: Sendable {
    var offered: [Tool] { get }

    /// Uses the tool of that name; returns when that is done.
    ///
    /// - Parameters:
    ///   - arguments: as the model wrote them, hopefully a JSON object.
    ///   - prompt: what the model was asked.
    /// - Returns: a plain sentence for the model: what was done, or why it was not. What the model
    ///   got wrong, an unknown name included, is told in the same way.
    func call(_ name: String, arguments: String, for prompt: Prompt) async -> String
}
