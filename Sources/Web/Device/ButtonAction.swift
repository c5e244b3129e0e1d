/// What the virtual button does, and what two and three taps of it do, for whoever cannot tap that
/// fast, or whose button knows no taps.
public enum ButtonAction: String, CaseIterable, Sendable {
    case press, release
    /// Both, at once.
    case tap
    /// Says the last answer once more.
    case `repeat`
    /// Forgets the conversation, without asking back.
    case forget
}
