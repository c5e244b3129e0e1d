import Voice

/// Somebody wants to manage the device, and only who stands before it may agree: by holding the
/// button for longer than any question is begun with.
extension Phase {
    /// Records as any press does: until it was held long enough, nobody knows that it is no turn.
    func pressToConsent(
        _ turn: Turn, at moment: Moment, after old: Turn
    ) -> (Phase, [Effect]) {
        (
            .listening(turn, .down(since: moment, after: .consent), speech: false),
            [
                .abandon(old), .record(turn, pressed: moment), .timeConsent(since: moment),
                .show(.listening),
            ]
        )
    }

    /// Whoever asks over the network must not be who agrees: such a press is as any other.
    func pressInstead(
        _ turn: Turn, at moment: Moment, of old: Turn, _ gestures: Gestures
    ) -> (Phase, [Effect]) {
        let (phase, effects) =
            gestures.toggles
            ? Phase.idle.toggle(turn, at: moment)
            : Self.begin(turn, pressed: moment, after: .turn)
        return (phase, [.consent(false), .abandon(old)] + effects)
    }

    /// Since when the button is down that may agree.
    var consentingSince: Moment? {
        switch self {
        case .listening(_, .down(let since, after: .consent), _): since
        case .consenting(_, let since): since
        case .idle, .listening, .thinking, .speaking, .counting, .confirming, .ringing: nil
        }
    }

    func endConsent(
        _ since: Moment, at moment: Moment, _ gestures: Gestures
    ) -> (Phase, [Effect]) {
        if moment - since >= gestures.consent { return agree() }
        guard case .listening(let turn, _, let speech) = self else {
            return (.idle, [.consent(false), .show(.off)])
        }
        if gestures.toggles {
            return (
                .listening(turn, .toggled, speech: speech), [.consent(false), .hold(turn)]
            )
        }
        let (phase, effects) = release(at: moment, gestures)
        return (phase, moment - since < gestures.hold ? effects : [.consent(false)] + effects)
    }

    func agree() -> (Phase, [Effect]) {
        guard let turn else { return (self, []) }
        return (
            .speaking(turn),
            [.drop(turn), .consent(true), .say(turn, .consentGiven), .show(.speaking)]
        )
    }
}
