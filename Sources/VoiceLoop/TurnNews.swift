public import Voice

/// What happens in a conversation, told while it happens.
public enum TurnNews: Equatable, Sendable {
    /// As `Conversation.state`.
    case state(String)
    /// What was asked.
    case transcript(Turn, String)
    /// The next piece of the reply.
    case reply(Turn, String)
}
