import Synchronization

/// What only one may do at once.
public final class OneAtATime: Sendable {
    private let isTaken = Mutex(false)

    public init() {}

    /// The right to do it, as long as it is held.
    public final class Place: Sendable {
        private let whole: OneAtATime
        fileprivate init(of whole: OneAtATime) { self.whole = whole }
        deinit { whole.isTaken.withLock { $0 = false } }
    }

    /// - Returns: nil while somebody else has it.
    public func take() -> Place? {
        let isMine = isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
        return isMine ? Place(of: self) : nil
    }
}
