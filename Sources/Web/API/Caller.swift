public import Voice

/// Who asks, after they showed who they are.
public struct Caller: Sendable {
    /// Unique among all callers, the same from request to request: a conversation hangs on it.
    public let id: String
    /// What the history calls them: the name of their key, or `page`.
    public let name: String
    public let scope: Scope
    /// Their own, instead of the device's; nil for the device's.
    public var voice: String?
    public var systemPrompt: String?
    /// For what goes on behind one request: whether they may still be here, and one more use of
    /// theirs if it `counts`.
    ///
    /// Throws what `Gate.admit` would.
    public var renew: @Sendable (_ counts: Bool) throws -> Void = { _ in }

    public init(id: String, name: String, scope: Scope) {
        self.id = id
        self.name = name
        self.scope = scope
    }
}

/// Who decides who may.
public protocol Gate: Sendable {
    /// Counts the request against the caller's limits, and lets it in.
    ///
    /// - Returns: who asks; nil if nobody in particular does, where `scope` is nil.
    /// - Parameter scope: what the request takes; nil if it is open to all.
    /// - Throws: an `HTTPError`: 401 without or with a wrong proof, 403 with one that is not for
    ///   this, 421 or 403 for a wrong `Host` or `Origin`, 429 beyond the limits.
    func admit(_ request: Request, to scope: Scope?) throws -> Caller?
}
