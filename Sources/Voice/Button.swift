/// What a button does. Which gesture it makes is for the loop to say.
public enum ButtonEvent: Equatable, Sendable {
    case pressed(at: Moment)
    case released(at: Moment)
}
