/// What the virtual button does.
public enum ButtonAction: String, CaseIterable, Sendable {
    case press, release
    /// Both, at once.
    case tap
}
