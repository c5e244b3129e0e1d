import Synchronization

extension AsyncThrowingStream where Failure == any Error, Element: Sendable {
    /// `first`, which was waited for already; then what `next` gives. If `first` is nil, the stream
    /// is empty.
    static func starting(
        with first: Element?, then next: @escaping @Sendable () async throws -> Element?
    ) -> Self {
        guard let first else { return Self { $0.finish() } }
        let beginning = Beginning(first)
        return Self {
            if let first = beginning.take() { return first }
            return try await next()
        }
    }
}

private final class Beginning<Element: Sendable>: Sendable {
    private let state: Mutex<Element?>

    init(_ element: Element) { state = Mutex(element) }

    func take() -> Element? {
        state.withLock { element in
            defer { element = nil }
            return element
        }
    }
}
