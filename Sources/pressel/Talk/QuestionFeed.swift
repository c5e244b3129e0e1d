import Synchronization
import Voice

/// The recording of somebody who is not in the room, in the microphone's place: it is heard as it
/// comes, from its beginning, and ends.
final class QuestionFeed: Microphone {
    private typealias Stream = AsyncThrowingStream<CapturedChunk, any Error>

    private struct State {
        var listener: Stream.Continuation?
        /// What came before anybody listened.
        var early: [AudioChunk] = []
        var began: Moment?
        var frames = 0
        var isComplete = false
    }

    private let state = Mutex(State())
    private let mostFrames: Int

    /// As from a microphone, whose sound is looked at in such pieces.
    private static let piece = AudioFormat.speech.frames(in: .milliseconds(20))

    /// - Parameter limit: what is longer is cut.
    init(atMost limit: Duration) { mostFrames = AudioFormat.speech.frames(in: limit) }

    /// - Parameter chunk: in the format of speech.
    func append(_ chunk: AudioChunk) {
        state.withLock { state in
            guard !state.isComplete else { return }
            guard state.listener != nil else { return state.early.append(chunk) }
            hand(chunk, &state)
        }
    }

    /// There is no more of it.
    func finish() {
        let listener = state.withLock { state in
            state.isComplete = true
            return state.listener
        }
        listener?.finish()
    }

    func listen(from moment: Moment) -> AsyncThrowingStream<CapturedChunk, any Error> {
        Stream { listener in
            let isComplete = state.withLock { state in
                state.listener = listener
                state.began = moment
                for chunk in state.early { hand(chunk, &state) }
                state.early = []
                return state.isComplete
            }
            if isComplete { listener.finish() }
        }
    }

    func catchUp() {}

    private func hand(_ chunk: AudioChunk, _ state: inout State) {
        let chunk = chunk.part(0..<max(0, mostFrames - state.frames))
        for start in stride(from: 0, to: chunk.frames, by: Self.piece) {
            let part = chunk.part(start..<start + Self.piece)
            let began = state.began! + AudioFormat.speech.duration(ofFrames: state.frames)
            state.frames += part.frames
            state.listener?.yield(CapturedChunk(part, began: began))
        }
    }
}
