public import Voice

/// The colour of each light.
public struct Palette: Equatable, Sendable {
    private var colours: [Light: Colour]

    /// Told apart by their patterns as well, for whoever cannot tell colours apart.
    private static let standard: [Light: Colour] = [
        .listening: Colour(red: 0, green: 0, blue: 255),
        .thinking: Colour(red: 255, green: 0, blue: 255),
        .speaking: Colour(red: 0, green: 255, blue: 0),
        .failed: Colour(red: 255, green: 0, blue: 0),
        .offline: Colour(red: 255, green: 128, blue: 0),
        .setUpNeeded: Colour(red: 255, green: 255, blue: 255),
        .muted: Colour(red: 255, green: 0, blue: 0),
    ]

    /// - Parameter owners: colours in the place of the usual ones.
    public init(_ owners: [Light: Colour] = [:]) {
        colours = Self.standard.merging(owners) { _, owners in owners }
    }

    subscript(light: Light) -> Colour { colours[light] ?? Colour(red: 0, green: 0, blue: 0) }
}
