import Synchronization

/// Counts from any thread.
public final class Counter: Sendable {
    private let count = Mutex(0)

    public init() {}

    public var value: Int { count.withLock { $0 } }

    /// - Returns: what the count was before.
    @discardableResult
    public func increment() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}
