/// One question and its answer. A plain identity: what happens in it is kept by whoever needs it.
public struct Turn: Hashable, Sendable, CustomStringConvertible {
    /// Counted from 1 since the program started.
    public let number: Int
    /// Nobody pressed a button for it: it came over the network, where turns are counted by
    /// themselves.
    public let isRemote: Bool

    public init(number: Int, isRemote: Bool = false) {
        self.number = number
        self.isRemote = isRemote
    }

    public var description: String { isRemote ? "remote turn \(number)" : "turn \(number)" }
}

/// How a turn ended.
public enum Outcome: String, Sendable {
    /// The reply was heard to its end.
    case answered
    /// No speech was found; nothing was asked of anybody.
    case nothingHeard
    /// A press, or the end of the program, ended it.
    case stopped
    /// It failed, and a sentence said why.
    case failed
}

/// What was asked and what was answered, as remembered by a conversation.
public struct Exchange: Equatable, Sendable {
    public let question: String
    public let reply: String

    public init(question: String, reply: String) {
        self.question = question
        self.reply = reply
    }
}
