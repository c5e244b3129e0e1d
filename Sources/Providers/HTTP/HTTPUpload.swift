import Synchronization

/// The body of a request while it is being made. What was added stays, so that a connection that
/// broke costs nothing but time: the next begins at the first byte.
final class HTTPUpload: Sendable {
    private let state = Mutex(State())

    private struct State {
        var bytes: [UInt8] = []
        var isComplete = false
        var readers: [Int: @Sendable () -> Void] = [:]
        var nextReader = 0
    }

    func append(_ bytes: [UInt8]) {
        tell { state in
            if !state.isComplete { state.bytes += bytes }
        }
    }

    /// Nothing will be added any more.
    func finish() { tell { $0.isComplete = true } }

    /// Wakes the readers outside of the lock: they look here again at once.
    private func tell(_ change: (inout State) -> Void) {
        let readers = state.withLock { state in
            change(&state)
            return Array(state.readers.values)
        }
        for wake in readers { wake() }
    }

    func hasMore(than count: Int) -> Bool { state.withLock { $0.bytes.count > count } }

    /// How many bytes there are, once all are there.
    var length: Int? { state.withLock { $0.isComplete ? $0.bytes.count : nil } }

    /// - Returns: what was copied; nil if nothing is there yet, 0 at the end.
    func copy(from offset: Int, to buffer: UnsafeMutableRawBufferPointer) -> Int? {
        state.withLock { state in
            let count = min(buffer.count, state.bytes.count - offset)
            guard count > 0 else { return state.isComplete ? 0 : nil }
            state.bytes.withUnsafeBytes { bytes in
                buffer.copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
            }
            return count
        }
    }

    /// - Parameter wake: called whenever there is more to read, from any thread.
    /// - Returns: the number to take it back by.
    func addReader(_ wake: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.nextReader += 1
            state.readers[state.nextReader] = wake
            return state.nextReader
        }
    }

    func removeReader(_ number: Int) {
        state.withLock { _ = $0.readers.removeValue(forKey: number) }
    }
}
