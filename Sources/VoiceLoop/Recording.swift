import Synchronization
import Voice

/// The question of one turn as it is being recorded. Every recognizer that is asked hears it from
/// its beginning, however late it is asked; but nobody hears anything before `release`.
///
/// Bounded by the longest turn.
final class Recording: Sendable {
    private let state = Mutex(State())

    fileprivate struct State {
        var chunks: [AudioChunk] = []
        var isReleased = false
        var end: Result<Void, any Error>?
        var readers: [AudioStream.Continuation] = []
    }

    func append(_ chunk: AudioChunk) {
        guard !chunk.isEmpty else { return }
        state.withLock { state in
            guard state.end == nil else { return }
            state.chunks.append(chunk)
            guard state.isReleased else { return }
            for reader in state.readers { reader.yield(chunk) }
        }
    }

    /// Lets what has been recorded so far go to the readers at once, and the rest as it comes.
    func release() {
        state.withLock { state in
            guard !state.isReleased else { return }
            state.isReleased = true
            for reader in state.readers { state.serve(reader) }
        }
    }

    /// The question is complete, or, with an error, will never be.
    func finish(throwing error: (any Error)? = nil) {
        state.withLock { state in
            guard state.end == nil else { return }
            state.end = error.map { .failure($0) } ?? .success(())
            for reader in state.readers { reader.finish(throwing: error) }
            state.readers = []
        }
    }

    /// The whole question, from its first frame.
    func sound() -> AudioStream {
        AudioStream { reader in
            state.withLock { state in
                if state.isReleased { state.serve(reader) }
                switch state.end {
                case nil: state.readers.append(reader)
                case .success: reader.finish()
                case .failure(let error): reader.finish(throwing: error)
                }
            }
        }
    }

    /// All of it so far, for whoever keeps it.
    var whole: AudioChunk {
        AudioChunk(state.withLock { $0.chunks.flatMap(\.samples) }, format: .speech)
    }
}

extension Recording.State {
    fileprivate func serve(_ reader: AudioStream.Continuation) {
        for chunk in chunks { reader.yield(chunk) }
    }
}
