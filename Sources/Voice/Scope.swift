/// What a caller of the API may do; each includes the one before.
public enum Scope: String, CaseIterable, Comparable, Sendable {
    /// Have turns.
    case talk
    /// See what the device is, and what was said to it.
    case read
    /// Change it.
    case admin

    public static func < (one: Scope, other: Scope) -> Bool {
        allCases.firstIndex(of: one)! < allCases.firstIndex(of: other)!
    }
}
