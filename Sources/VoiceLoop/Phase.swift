public import Voice

/// Where the conversation stands. A case carries what is true only then, so there is no turn to
/// forget to clear and no flag to disagree with another.
public enum Phase: Equatable, Sendable {
    case idle
    /// The microphone records for the turn.
    case listening(Turn, Press)
    /// Speech is over, or its last word is just being waited for.
    case thinking(Turn)
    case speaking(Turn)

    /// What the finger does while the microphone records. A press acts at once and is classified
    /// afterwards.
    public enum Press: Equatable, Sendable {
        /// Down since then, and neither a tap nor held yet. `interrupting`: it cut another turn
        /// short, so that a mere tap means "just stop".
        case down(since: Moment, interrupting: Bool)
        /// Push-to-talk: letting go ends the question.
        case held
        /// It was a tap: the end of speech ends the question.
        case handsFree
        /// Down again during a hands-free question: a tap ends it, holding goes on as push-to-talk.
        case downAgain(since: Moment)
    }

    public enum Event: Equatable, Sendable {
        /// With the turn that begins if this press begins one.
        case pressed(Turn, at: Moment)
        case released(at: Moment)
        /// The button has been down since `since`, for as long as makes it held.
        case heldSince(Moment)
        /// The question is complete, or there was none.
        case captureEnded(Turn, speech: Bool)
        case replyBegan(Turn)
        /// The last of it was heard, or there was nothing to hear.
        case ended(Turn)
        case failed(Turn)
    }

    public enum Effect: Equatable, Sendable {
        /// Record for the turn, from the press and the pre-roll before it.
        case record(Turn, pressed: Moment)
        /// The press began then; say so with `heldSince` when it has become held.
        case timeHold(since: Moment)
        /// It is a question from here on, no tap: what was held back may go to the providers.
        case hold(Turn)
        /// Nothing ends the question until it is known what this press is; what is said
        /// meanwhile belongs to it if it is held.
        case waitAndSee(Turn, since: Moment)
        /// The end of speech ends the question.
        case endBySilence(Turn, tapped: Moment)
        /// The button was let go: the question ends with the last word.
        case endAfterLastWord(Turn, released: Moment)
        /// The question ends there, in mid-word if need be.
        case endAt(Turn, Moment)
        /// Silence at once; hang up on every provider.
        case abandon(Turn)
        case show(Light)
    }

    /// What `event` leads to. Pure: no clock, no device, always the same answer.
    ///
    /// - Parameter hold: a press this long or longer is no tap.
    public func after(_ event: Event, hold: Duration) -> (phase: Phase, effects: [Effect]) {
        // Late news of a turn that is over.
        if let told = event.turn, told != turn { return (self, []) }
        switch (self, event) {
        case (.idle, .pressed(let turn, let moment)):
            return begin(turn, pressed: moment, abandoning: nil)
        case (.thinking(let old), .pressed(let turn, let moment)),
            (.speaking(let old), .pressed(let turn, let moment)):
            return begin(turn, pressed: moment, abandoning: old)

        case (.listening(let turn, let press), .released(let moment)):
            return release(turn, press, at: moment, hold: hold)
        case (.listening(let turn, .handsFree), .pressed(_, let moment)):
            return (
                .listening(turn, .downAgain(since: moment)),
                [.waitAndSee(turn, since: moment), .timeHold(since: moment)]
            )
        case (.listening(let turn, let press), .heldSince(let moment))
        where press.downSince == moment:
            return (.listening(turn, .held), [.hold(turn)])

        case (.listening(let turn, _), .captureEnded(_, speech: true)):
            // Speech is over, or the longest turn is reached; what the finger does no longer counts.
            return (.thinking(turn), [.show(.thinking)])
        case (.listening, .captureEnded(_, speech: false)),
            (.thinking, .captureEnded(_, speech: false)):
            return (.idle, [.show(.off)])

        case (.thinking(let turn), .replyBegan):
            return (.speaking(turn), [.show(.speaking)])
        case (.listening(let turn, _), .failed), (.thinking(let turn), .failed),
            (.speaking(let turn), .failed):
            // What went wrong is being said; `ended` follows.
            return (.speaking(turn), [.show(.failed)])
        case (.listening, .ended), (.thinking, .ended), (.speaking, .ended):
            return (.idle, [.show(.off)])

        // Late or repeated. Listed by phase, without `default`, so that a new phase does not
        // compile until someone has thought about it.
        case (.idle, _), (.listening, _), (.thinking, _), (.speaking, _):
            return (self, [])
        }
    }

    private func begin(_ turn: Turn, pressed: Moment, abandoning old: Turn?) -> (Phase, [Effect]) {
        var effects = old.map { [Effect.abandon($0)] } ?? []
        effects += [.record(turn, pressed: pressed), .timeHold(since: pressed), .show(.listening)]
        return (.listening(turn, .down(since: pressed, interrupting: old != nil)), effects)
    }

    private func release(_ turn: Turn, _ press: Press, at moment: Moment, hold: Duration) -> (
        Phase, [Effect]
    ) {
        switch press {
        case .down(let since, interrupting: true) where moment - since < hold:
            (.idle, [.abandon(turn), .show(.off)])
        case .down(let since, interrupting: false) where moment - since < hold:
            (.listening(turn, .handsFree), [.endBySilence(turn, tapped: moment)])
        case .downAgain(let since) where moment - since < hold:
            (.thinking(turn), [.endAt(turn, since), .show(.thinking)])
        case .down, .downAgain, .held:
            (.thinking(turn), [.endAfterLastWord(turn, released: moment), .show(.thinking)])
        case .handsFree:
            (self, [])
        }
    }
}

extension Phase {
    var turn: Turn? {
        switch self {
        case .idle: nil
        case .listening(let turn, _), .thinking(let turn), .speaking(let turn): turn
        }
    }
}

extension Phase.Press {
    /// Since when the button is down, if it may still become a tap.
    var downSince: Moment? {
        switch self {
        case .down(let since, _), .downAgain(let since): since
        case .held, .handsFree: nil
        }
    }
}

extension Phase.Event {
    /// The turn it tells news of; a press tells of none, though it may begin one.
    var turn: Turn? {
        switch self {
        case .pressed, .released, .heldSince: nil
        case .captureEnded(let turn, _), .replyBegan(let turn), .ended(let turn), .failed(let turn):
            turn
        }
    }
}
