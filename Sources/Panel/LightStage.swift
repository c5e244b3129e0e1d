import Voice

/// Which light is to be seen: the one that was set last, or, where there is none, what lies below
/// it. Pure; the times come from whoever sets it.
struct LightStage: Equatable {
    private var shown = Light.off
    private var shownSince: Moment
    private var resting = Light.off
    private var restingSince: Moment

    init(at now: Moment) {
        shownSince = now
        restingSince = now
    }

    mutating func show(_ light: Light, at now: Moment) {
        // The blinks are seen to their end, after which there is nothing left to put off.
        if light == .off, shown == .failed { return }
        // A steady or waving light that is set again goes on as it was.
        if light == shown, light != .failed { return }
        (shown, shownSince) = (light, now)
    }

    mutating func rest(_ light: Light, at now: Moment) {
        if light == resting { return }
        (resting, restingSince) = (light, now)
    }

    func frame(at now: Moment, palette: Palette, brightness: Double) -> LightFrame {
        let (light, since) = visible(at: now)
        let look = LightPattern(light).look(after: now - since) ?? (level: 0, colour: nil)
        return LightFrame(
            level: look.level, colour: palette[look.colour ?? light], brightness: brightness)
    }

    /// When it looks different; nil: not before something else is set.
    func nextChange(after now: Moment) -> Moment? {
        let (light, since) = visible(at: now)
        return LightPattern(light).nextChange(after: now - since).map { since + $0 }
    }

    private func visible(at now: Moment) -> (light: Light, since: Moment) {
        if shown == .off || LightPattern(shown).look(after: now - shownSince) == nil {
            return (resting, restingSince)
        }
        return (shown, shownSince)
    }
}
