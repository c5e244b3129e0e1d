import Voice

/// What a turn begins with.
enum Question: Sendable {
    /// Speech, recorded from `start` on, of a press at `pressed`.
    case spoken(from: Moment, pressed: Moment)
    /// Text, which needs no recognizer.
    case written(String)
}
