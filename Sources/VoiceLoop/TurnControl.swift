import Synchronization
import Voice

/// What the button tells a turn while its question is being recorded. The microphone's next frames
/// carry it out.
final class TurnControl: Sendable {
    /// The turn's rule as the button has it, in moments.
    enum Ending: Sendable {
        case button
        case silence
        /// Nothing, until a press since then turns out to be a tap or held.
        case undecided(since: Moment)
        case lastWord(released: Moment)
        case moment(Moment)
        /// The microphone's sound itself, which comes out of a file.
        case sound
    }

    private let state = Mutex((ending: Ending.button, isSettled: false, isDropped: false))

    func end(by ending: Ending) { state.withLock { $0.ending = ending } }

    /// It is no double tap any more: what was recorded may leave the device.
    func settle() { state.withLock { $0.isSettled = true } }

    /// It was never a turn, only a tap: nothing more is heard of it.
    func drop() { state.withLock { $0.isDropped = true } }

    var isDropped: Bool { state.withLock { $0.isDropped } }

    var current: (ending: Ending, isSettled: Bool) {
        state.withLock { ($0.ending, $0.isSettled) }
    }
}
