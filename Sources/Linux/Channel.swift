import Glibc
import Synchronization

/// Hands values from a thread that blocks to a task that awaits, a bounded number ahead: a slow
/// reader holds the writer back. One writer, one reader.
public final class Channel<Element: Sendable>: Sendable {
    private let capacity: Int
    private let room = Wake()
    private let state = Mutex(State())

    /// What became of a value that was to be sent.
    private enum Step {
        case handed(CheckedContinuation<Element?, any Error>), kept, full, gone
    }

    private struct State {
        var elements: [Element] = []
        var reader: CheckedContinuation<Element?, any Error>?
        var end: Result<Void, any Error>?
        var isAbandoned = false
    }

    /// - Parameter capacity: how many values may wait.
    public init(holding capacity: Int) { self.capacity = capacity }

    /// Blocks while the channel is full.
    ///
    /// - Returns: false if nobody will read any more.
    public func send(_ element: Element) -> Bool {
        while true {
            let step: Step = state.withLock { state in
                if state.isAbandoned { return .gone }
                if let reader = state.reader {
                    state.reader = nil
                    return .handed(reader)
                }
                guard state.elements.count < capacity else { return .full }
                state.elements.append(element)
                return .kept
            }
            switch step {
            case .handed(let reader):
                reader.resume(returning: element)
                return true
            case .kept: return true
            case .gone: return false
            case .full:
                var polled = pollfd(fd: room.descriptor, events: Int16(POLLIN), revents: 0)
                poll(&polled, 1, -1)
                room.clear()
            }
        }
    }

    /// Nothing more will be sent.
    public func finish(throwing error: (any Error)? = nil) {
        let end: Result<Void, any Error> = error.map { .failure($0) } ?? .success(())
        let reader = state.withLock { state in
            state.end = state.end ?? end
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(with: end.map { nil })
    }

    /// Nothing more will be read: a writer that waits is told so.
    public func abandon() {
        state.withLock { state in
            state.isAbandoned = true
            state.elements = []
        }
        room.signal()
    }

    /// The next value, nil at the end. Cancelling the reader abandons the channel.
    public func next() async throws -> Element? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Element?, any Error>? = state.withLock { state in
                    if state.isAbandoned { return .failure(CancellationError()) }
                    if !state.elements.isEmpty { return .success(state.elements.removeFirst()) }
                    if let end = state.end { return end.map { nil } }
                    state.reader = continuation
                    return nil
                }
                guard let answer else { return }
                room.signal()
                continuation.resume(with: answer)
            }
        } onCancel: {
            abandon()
            finish(throwing: CancellationError())
        }
    }

    /// What is sent from now on, for one reader; dropping the stream abandons the channel.
    ///
    /// - Parameter first: what was taken already, to be given again before everything else.
    public func stream(startingWith first: Element? = nil) -> AsyncThrowingStream<
        Element, any Error
    > {
        if let first { state.withLock { $0.elements.insert(first, at: 0) } }
        let reader = Reader(self)
        return AsyncThrowingStream { try await reader.channel.next() }
    }

    /// Lives as long as the stream does.
    private final class Reader: Sendable {
        let channel: Channel

        init(_ channel: Channel) { self.channel = channel }

        deinit { channel.abandon() }
    }
}
