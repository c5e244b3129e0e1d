import Voice

/// What a turn begins with.
enum Question: Sendable {
    /// Speech, recorded from `start` on, of a press at `pressed`.
    case spoken(from: Moment, pressed: Moment)
    /// Speech in a file that only a recognizer reads.
    case file(VoiceSample)
    /// Text, which needs no recognizer.
    case written(String)
    /// Nobody asked: the device says a sentence, in its own voice or in that of its answers.
    case unasked(String, ownVoice: Bool)
    /// Nobody asked: a sentence with a sound before it, again and again.
    case alarm(String)
}
