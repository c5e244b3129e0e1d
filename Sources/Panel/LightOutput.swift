import Voice

/// What a light looks like at one moment.
struct LightFrame: Equatable, Sendable {
    /// Of the pattern, 0…1.
    let level: Double
    let colour: Colour
    /// Of the owner's setting, 0…1.
    let brightness: Double

    static let dark = LightFrame(
        level: 0, colour: Colour(red: 0, green: 0, blue: 0), brightness: 0)

    /// Whether a lamp that can only be on or off is on.
    ///
    /// - Parameter threshold: the level from which on it is.
    func isOn(from threshold: Double) -> Bool { brightness > 0 && level >= threshold }
}

/// A lamp, open. Stays on the thread that opened it; letting go of it closes it as it is.
protocol LightOutput: AnyObject {
    /// - Throws: `PanelError` when the lamp is gone.
    func show(_ frame: LightFrame) throws(PanelError)
}
