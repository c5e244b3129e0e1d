import Synchronization

/// Hands values from one task to another, a bounded number ahead: a slow reader holds the writer
/// back. One writer, one reader; whoever of them is cancelled stops waiting.
final class Handoff<Element: Sendable>: Sendable {
    private let capacity: Int
    private let state = Mutex(State())

    fileprivate struct State {
        var elements: [Element] = []
        var reader: CheckedContinuation<Result<Element?, any Error>, Never>?
        var writer: CheckedContinuation<Bool, Never>?
        var end: Result<Void, any Error>?
        var isAbandoned = false
    }

    /// - Parameter capacity: how many values may lie here while the writer goes on.
    init(holding capacity: Int) { self.capacity = capacity }

    /// Hands over a value, and returns when there is room for another.
    ///
    /// - Throws: `CancellationError` when nobody will read any more.
    func send(_ element: Element) async throws {
        let isWanted = await withTaskCancellationHandler {
            await withCheckedContinuation { (writer: CheckedContinuation<Bool, Never>) in
                let (reader, answer) = state.withLock { $0.take(element, writer, capacity) }
                reader?.resume(returning: .success(element))
                if let answer { writer.resume(returning: answer) }
            }
        } onCancel: {
            abandon()
        }
        if !isWanted { throw CancellationError() }
    }

    /// Nothing more will be sent.
    func finish(throwing error: (any Error)? = nil) {
        let end: Result<Void, any Error> = error.map { .failure($0) } ?? .success(())
        let reader = state.withLock { state in
            if state.end == nil { state.end = end }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: end.map { nil })
    }

    /// The next value, nil at the end.
    func next() async throws -> Element? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let (answer, writer) = state.withLock { $0.give(reader, capacity) }
                writer?.resume(returning: true)
                if let answer { reader.resume(returning: answer) }
            }
        } onCancel: {
            abandon()
        }
        return try result.get()
    }

    /// Nobody writes or reads any more.
    private func abandon() {
        let (reader, writer) = state.withLock { state in
            state.isAbandoned = true
            state.elements = []
            defer {
                state.reader = nil
                state.writer = nil
            }
            return (state.reader, state.writer)
        }
        reader?.resume(returning: .failure(CancellationError()))
        writer?.resume(returning: false)
    }
}

extension Handoff.State {
    /// - Returns: who waits for the value, and what the writer is told now, if anything.
    fileprivate mutating func take(
        _ element: Element, _ writer: CheckedContinuation<Bool, Never>, _ capacity: Int
    ) -> (CheckedContinuation<Result<Element?, any Error>, Never>?, Bool?) {
        if isAbandoned { return (nil, false) }
        if let reader {
            self.reader = nil
            return (reader, true)
        }
        elements.append(element)
        if elements.count <= capacity { return (nil, true) }
        self.writer = writer
        return (nil, nil)
    }

    /// - Returns: what the reader is told now, if anything, and the writer for whom there is room.
    fileprivate mutating func give(
        _ reader: CheckedContinuation<Result<Element?, any Error>, Never>, _ capacity: Int
    ) -> (Result<Element?, any Error>?, CheckedContinuation<Bool, Never>?) {
        if isAbandoned { return (.failure(CancellationError()), nil) }
        guard !elements.isEmpty else {
            if let end { return (end.map { nil }, nil) }
            self.reader = reader
            return (nil, nil)
        }
        let element = elements.removeFirst()
        guard elements.count <= capacity, let writer else { return (.success(element), nil) }
        self.writer = nil
        return (.success(element), writer)
    }
}
