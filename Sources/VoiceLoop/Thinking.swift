import Synchronization

/// The time between the end of a question and the first sound of its answer.
final class Thinking: Sendable {
    private let isOver = Mutex(false)

    var isGoingOn: Bool { isOver.withLock { !$0 } }

    /// - Returns: whether it went on until now.
    @discardableResult
    func end() -> Bool {
        isOver.withLock { isOver in
            defer { isOver = true }
            return !isOver
        }
    }
}
