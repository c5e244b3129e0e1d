import Voice

/// How one family of servers wants to be asked, and how it answers: what `ChatReply` does is the
/// same for all of them.
protocol ChatDialect: Sendable {
    /// Asks for the next reply, as an event stream.
    func request(
        for conversation: ChatConversation, model: String, at server: HTTPService
    ) throws -> HTTPRequest

    /// Reads one answer.
    func parser() -> any ChatParser
}

/// Understands the events of one answer. Pure.
protocol ChatParser {
    /// - Returns: what the event tells, in order; nil for what cannot be understood at all.
    mutating func parts(of event: EventStreamParser.Event) -> [ChatPart]?
}

/// What an event tells of an answer.
enum ChatPart {
    case text(String)
    /// A part of a call: whatever is nil was told before, and arguments are added to those before.
    case call(number: Int, id: String?, name: String?, arguments: String)
    case thought(JSONValue)
    /// The model stopped writing.
    case finish(ChatFinish)
    /// Nothing more will come, though the connection may go on.
    case over
    /// The server gave up after it had begun with a status of success.
    case failure(ServiceFailure.Body)
}

/// Why a model stopped writing.
enum ChatFinish: Equatable {
    /// It has said everything, or waits for its tools.
    case done
    /// At the limit of tokens.
    case length
    /// It may not say it.
    case filtered
}
