/// What the light shows. How it shows it is the panel's affair.
public enum Light: String, Sendable {
    case off, listening, thinking, speaking, failed
}
