/// What clients may take of a server.
public struct ServerLimits: Sendable {
    /// Connections at once; each has a thread.
    public var connections = 64
    public var connectionsPerAddress = 16
    /// How long a connection may wait for a request, and a client may take nothing of an answer.
    public var idle: Duration = .seconds(30)
    /// How long a request may take from its first line to the end of its body, beside what `slowest`
    /// grants its body.
    public var arrival: Duration = .seconds(60)
    /// Bytes in a second: a client that takes an answer or sends a body faster may go on; one that
    /// drips has no more than `idle` or `arrival`.
    public var slowest = 1_024
    /// Bytes of a request's header, roughly; a longer one is refused with 431.
    public var header = 32_768

    public init() {}

    /// How long so many bytes may take.
    func time(for bytes: Int) -> Duration { .seconds(Double(bytes) / Double(max(slowest, 1))) }
}
