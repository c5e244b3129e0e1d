public import Voice

/// Where the conversation stands. A case carries what is true only then, so there is no turn to
/// forget to clear and no flag to disagree with another.
public enum Phase: Equatable, Sendable {
    case idle
    /// The microphone records for the turn; `speech` was found in it since the press.
    case listening(Turn, Press, speech: Bool)
    /// Speech is over, or its last word is just being waited for.
    case thinking(Turn)
    /// An answer, or something the device says by itself.
    case speaking(Turn)
    /// So many taps were made, the last let go then; another press may follow. What the last one
    /// recorded is gone; what the taps lead to will use its turn.
    case counting(Turn, taps: Int, since: Moment)
    /// Whether to forget the conversation is being asked, or waited for.
    case confirming(Turn)
    /// Whether somebody may manage the device is being asked, or waited for. The button is down
    /// since then, if it is, and holding it longer says yes.
    case consenting(Turn, down: Moment?)
    /// A timer rings.
    case ringing(Turn)

    /// The name of the case.
    public var name: String {
        switch self {
        case .idle: "idle"
        case .listening: "listening"
        case .thinking: "thinking"
        case .speaking: "speaking"
        case .counting: "counting"
        case .confirming: "confirming"
        case .consenting: "consenting"
        case .ringing: "ringing"
        }
    }

    /// What the finger does while the microphone records. A press acts at once and is classified
    /// afterwards.
    public enum Press: Equatable, Sendable {
        /// Down since then, and neither a tap nor held yet.
        case down(since: Moment, after: Before)
        /// Push-to-talk: letting go ends the question.
        case held
        /// It was a tap, let go then: the end of speech ends the question.
        case handsFree(since: Moment)
        /// Nobody pressed: it was invited, and the end of speech ends the question.
        case invited
        /// Down again during a hands-free question: a tap ends it, holding goes on as push-to-talk.
        case downAgain(since: Moment)
        /// The button toggles: the next press ends the question.
        case toggled
    }

    /// What was there when a press began, on which hangs what it is if it is a tap.
    public enum Before: Equatable, Sendable {
        /// Nothing: the tap begins a hands-free question.
        case idle
        /// A turn, or an invitation, which the press cut short: the tap means "just stop".
        case turn
        /// So many taps: it is the next.
        case taps(Int)
        /// The device's question whether to forget: the tap says yes.
        case question
        /// The device's question whether somebody may manage it: held long enough, the press says
        /// yes and is no turn, and as anything else it says no.
        case consent
    }

    public enum Event: Equatable, Sendable {
        /// With the turn that begins if this press begins one. A remote one is of nobody who stands
        /// before the device.
        case pressed(Turn, at: Moment, isRemote: Bool = false)
        case released(at: Moment)
        /// The button has been down since `since`, for as long as makes it held.
        case heldSince(Moment)
        /// No press has followed the tap let go then for as long as makes it the last.
        case tapsOver(since: Moment)
        /// Somebody speaks, after the press.
        case speechFound(Turn)
        /// The question is complete, or there was none.
        case captureEnded(Turn, speech: Bool)
        case replyBegan(Turn)
        /// The last of it was heard, or there was nothing to hear.
        case ended(Turn)
        case failed(Turn)
        /// The device's question has been waiting for a tap for long enough.
        case unanswered(Turn)
        /// The device has something to say by itself, and waits until it may.
        case wanted(Turn, Utterance)
        /// The last answer was heard, and the owner wants to be listened to after each.
        case invited(Turn, at: Moment)
    }

    public enum Effect: Equatable, Sendable {
        /// Record for the turn, from the press and the pre-roll before it.
        case record(Turn, pressed: Moment)
        /// The press began then; say so with `heldSince` when it has become held.
        case timeHold(since: Moment)
        /// The same, when it was held for as long as agreeing takes.
        case timeConsent(since: Moment)
        /// A tap was let go then; say so with `tapsOver` when no other has followed.
        case timeTaps(since: Moment)
        /// It is a question from here on, no tap: what was held back may go to the providers.
        case settle(Turn)
        /// The button is held: nothing but its release ends the question, which is settled.
        case hold(Turn)
        /// Nothing ends the question until it is known what this press is; what is said
        /// meanwhile belongs to it if it is held.
        case waitAndSee(Turn, since: Moment)
        /// The end of speech ends the question.
        case endBySilence(Turn)
        /// The button was let go: the question ends with the last word.
        case endAfterLastWord(Turn, released: Moment)
        /// The question ends there, in mid-word if need be.
        case endAt(Turn, Moment)
        /// Silence at once; hang up on every provider.
        case abandon(Turn)
        /// The same, and no trace of it: it was never a turn, only a tap.
        case drop(Turn)
        case say(Turn, Utterance)
        /// The question was asked; say `unanswered` when the time for an answer is over.
        case timeAnswer(Turn)
        case forget
        /// Whether somebody may manage the device was answered.
        case consent(Bool)
        case show(Light)
    }

    /// How presses are told apart; the same for all of them.
    public struct Gestures: Equatable, Sendable {
        /// A press this long or longer is no tap.
        public var hold = Duration.milliseconds(400)
        /// A press this soon after a tap was let go is the next tap.
        public var betweenTaps = Duration.milliseconds(300)
        /// A press this long agrees, where somebody wants to manage the device.
        public var consent = Duration.seconds(3)
        /// For hands that cannot hold: a press starts, a press ends, and there are no taps.
        public var toggles = false

        public init() {}
    }

    /// What `event` leads to. Pure: no clock, no device, always the same answer.
    public func after(
        _ event: Event, _ gestures: Gestures
    ) -> (phase: Phase, effects: [Effect]) {
        // Late news of a turn that is over.
        if let told = event.turn, told != turn { return (self, []) }
        switch event {
        case .pressed(let turn, let moment, let isRemote):
            if case .consenting(let old, _) = self {
                return isRemote
                    ? pressInstead(turn, at: moment, of: old, gestures)
                    : pressToConsent(turn, at: moment, after: old)
            }
            return gestures.toggles
                ? toggle(turn, at: moment) : press(turn, at: moment, gestures)
        case .released(let moment):
            if let since = consentingSince { return endConsent(since, at: moment, gestures) }
            return gestures.toggles ? (self, []) : release(at: moment, gestures)
        case .heldSince, .tapsOver, .unanswered: return timeIsUp(event)
        case .speechFound, .captureEnded, .replyBegan, .ended, .failed: return news(event)
        case .wanted(let turn, let utterance):
            guard case .idle = self else { return (self, []) }
            return Self.say(turn, utterance)
        case .invited(let turn, let moment):
            guard case .idle = self else { return (self, []) }
            return (
                .listening(turn, .invited, speech: false),
                [
                    .record(turn, pressed: moment), .endBySilence(turn), .settle(turn),
                    .show(.listening),
                ]
            )
        }
    }

    // MARK: - The button

    private func press(
        _ turn: Turn, at moment: Moment, _ gestures: Gestures
    ) -> (Phase, [Effect]) {
        switch self {
        case .idle: Self.begin(turn, pressed: moment, after: .idle)
        case .thinking(let old), .speaking(let old):
            Self.begin(turn, pressed: moment, after: .turn, abandoning: old)
        case .confirming(let old):
            Self.begin(turn, pressed: moment, after: .question, abandoning: old)
        case .counting(_, let taps, let since):
            // A press is classified by its own time, however late the timer.
            Self.begin(
                turn, pressed: moment,
                after: moment - since <= gestures.betweenTaps ? .taps(taps) : .idle)
        case .ringing(let old): (.idle, [.abandon(old), .show(.off)])
        // Is dealt with before.
        case .consenting: (self, [])
        case .listening(let turn, .handsFree(let since), let speech):
            Self.pressAgain(
                turn, at: moment, speech: speech,
                after: moment - since <= gestures.betweenTaps ? .taps(1) : nil)
        case .listening(let turn, .invited, let speech):
            Self.pressAgain(turn, at: moment, speech: speech, after: .turn)
        // A second press without a release between them is an edge that was lost.
        case .listening: (self, [])
        }
    }

    /// - Parameter before: what it is if it is a tap, as long as nobody has spoken; nil for the end
    ///   of the question.
    private static func pressAgain(
        _ turn: Turn, at moment: Moment, speech: Bool, after before: Before?
    ) -> (Phase, [Effect]) {
        let press: Press =
            if !speech, let before {
                .down(since: moment, after: before)
            } else {
                .downAgain(since: moment)
            }
        return (
            .listening(turn, press, speech: speech),
            [.waitAndSee(turn, since: moment), .timeHold(since: moment)]
        )
    }

    func release(at moment: Moment, _ gestures: Gestures) -> (Phase, [Effect]) {
        // Whatever else is going on, what the finger does no longer counts.
        guard case .listening(let turn, let press, let speech) = self else { return (self, []) }
        switch press {
        case .down(let since, let before) where moment - since < gestures.hold:
            return tap(turn, before, at: moment, speech: speech)
        case .downAgain(let since) where moment - since < gestures.hold:
            return (.thinking(turn), [.endAt(turn, since), .show(.thinking)])
        case .down, .downAgain, .held:
            return (
                .thinking(turn), [.endAfterLastWord(turn, released: moment), .show(.thinking)]
            )
        case .handsFree, .invited, .toggled: return (self, [])
        }
    }

    private func tap(
        _ turn: Turn, _ before: Before, at moment: Moment, speech: Bool
    ) -> (Phase, [Effect]) {
        switch before {
        case .idle:
            return (
                .listening(turn, .handsFree(since: moment), speech: speech),
                [.endBySilence(turn), .timeTaps(since: moment)]
            )
        case .turn: return Self.count(turn, taps: 1, since: moment)
        case .taps(1): return Self.count(turn, taps: 2, since: moment)
        case .taps:
            return (
                .confirming(turn),
                [.drop(turn), .say(turn, .forgetQuestion), .show(.speaking)]
            )
        case .question:
            return (
                .speaking(turn),
                [.drop(turn), .forget, .say(turn, .forgotten), .show(.speaking)]
            )
        case .consent: return (.idle, [.drop(turn), .consent(false), .show(.off)])
        }
    }

    /// Press starts, press ends.
    func toggle(_ turn: Turn, at moment: Moment) -> (Phase, [Effect]) {
        switch self {
        case .idle, .counting:
            return (
                .listening(turn, .toggled, speech: false),
                [.record(turn, pressed: moment), .hold(turn), .show(.listening)]
            )
        case .listening(let turn, _, _):
            return (
                .thinking(turn), [.endAfterLastWord(turn, released: moment), .show(.thinking)]
            )
        case .thinking(let old), .speaking(let old), .ringing(let old):
            return (.idle, [.abandon(old), .show(.off)])
        case .confirming(let old):
            return (
                .speaking(old),
                [.drop(old), .forget, .say(old, .forgotten), .show(.speaking)]
            )
        // Is dealt with before.
        case .consenting: return (self, [])
        }
    }

    static func begin(
        _ turn: Turn, pressed: Moment, after before: Before, abandoning old: Turn? = nil
    ) -> (Phase, [Effect]) {
        let effects = old.map { [Effect.abandon($0)] } ?? []
        return (
            .listening(turn, .down(since: pressed, after: before), speech: false),
            effects + [
                .record(turn, pressed: pressed), .timeHold(since: pressed), .show(.listening),
            ]
        )
    }

    private static func count(_ turn: Turn, taps: Int, since: Moment) -> (Phase, [Effect]) {
        (
            .counting(turn, taps: taps, since: since),
            [.drop(turn), .timeTaps(since: since), .show(.off)]
        )
    }

    // MARK: - Time

    private func timeIsUp(_ event: Event) -> (Phase, [Effect]) {
        if case .heldSince(let moment) = event, moment == consentingSince { return agree() }
        return switch (self, event) {
        case (.listening(let turn, let press, let speech), .heldSince(let moment))
        where press.downSince == moment:
            (.listening(turn, .held, speech: speech), [.hold(turn)])
        case (.listening(let turn, .handsFree(let since), _), .tapsOver(let moment))
        where since == moment:
            (self, [.settle(turn)])
        case (.counting(let turn, let taps, let since), .tapsOver(let moment))
        where since == moment:
            taps > 1 ? Self.say(turn, .lastAnswer) : (.idle, [])
        case (.confirming(let turn), .unanswered): Self.say(turn, .kept)
        case (.consenting(let turn, down: nil), .unanswered):
            (
                .speaking(turn),
                [.consent(false), .say(turn, .consentWithheld), .show(.speaking)]
            )
        // A press came first. Listed by phase, without `default`, so that a new phase does not
        // compile until someone has thought about it.
        case (.idle, _), (.listening, _), (.thinking, _), (.speaking, _), (.counting, _),
            (.confirming, _), (.consenting, _), (.ringing, _):
            (self, [])
        }
    }

    private static func say(_ turn: Turn, _ utterance: Utterance) -> (Phase, [Effect]) {
        let phase: Phase =
            switch utterance {
            case .alarm: .ringing(turn)
            case .forgetQuestion: .confirming(turn)
            case .consentQuestion: .consenting(turn, down: nil)
            case .lastAnswer, .forgotten, .kept, .consentGiven, .consentWithheld, .announcement:
                .speaking(turn)
            }
        return (phase, [.say(turn, utterance), .show(.speaking)])
    }

    // MARK: - The turn

    /// What the turn in hand tells of itself.
    private func news(_ event: Event) -> (Phase, [Effect]) {
        switch (self, event) {
        case (.listening(let turn, .down(let since, after: .consent), _), .failed):
            // No microphone is needed to agree.
            (.consenting(turn, down: since), [.drop(turn)])
        case (.listening(let turn, let press, _), .speechFound):
            (.listening(turn, press, speech: true), [])
        case (.listening(let turn, _, _), .captureEnded(_, speech: true)):
            // Speech is over, or the longest turn is reached; what the finger does no longer counts.
            (.thinking(turn), [.show(.thinking)])
        case (.listening, .captureEnded(_, speech: false)),
            (.thinking, .captureEnded(_, speech: false)):
            (.idle, [.show(.off)])

        case (.thinking(let turn), .replyBegan):
            (.speaking(turn), [.show(.speaking)])
        case (.listening(let turn, _, _), .failed), (.thinking(let turn), .failed),
            (.speaking(let turn), .failed), (.confirming(let turn), .failed),
            (.ringing(let turn), .failed):
            // What went wrong is being said; `ended` follows.
            (.speaking(turn), [.show(.failed)])
        case (.confirming(let turn), .ended):
            // Now the person may answer.
            (self, [.timeAnswer(turn)])
        case (.consenting(let turn, down: nil), .ended): (self, [.timeAnswer(turn)])
        case (.listening, .ended), (.thinking, .ended), (.speaking, .ended), (.ringing, .ended):
            (.idle, [.show(.off)])
        // Late or repeated; or the device has asked and could not be heard, which its page says too.
        case (.idle, _), (.listening, _), (.thinking, _), (.speaking, _), (.counting, _),
            (.confirming, _), (.consenting, _), (.ringing, _):
            (self, [])
        }
    }
}

extension Phase {
    var turn: Turn? {
        switch self {
        case .idle: nil
        case .listening(let turn, _, _), .thinking(let turn), .speaking(let turn),
            .counting(let turn, _, _), .confirming(let turn), .consenting(let turn, _),
            .ringing(let turn):
            turn
        }
    }
}

extension Phase.Press {
    /// Since when the button is down, if it may still become a tap.
    var downSince: Moment? {
        switch self {
        case .down(let since, _), .downAgain(let since): since
        case .held, .handsFree, .invited, .toggled: nil
        }
    }
}

extension Phase.Event {
    /// The turn it tells news of; a press tells of none, though it may begin one.
    var turn: Turn? {
        switch self {
        case .pressed, .released, .heldSince, .tapsOver, .wanted, .invited: nil
        case .speechFound(let turn), .captureEnded(let turn, _), .replyBegan(let turn),
            .ended(let turn), .failed(let turn), .unanswered(let turn):
            turn
        }
    }
}
