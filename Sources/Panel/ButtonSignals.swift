import Voice

/// What there is to tell about a button.
enum ButtonSignal: Equatable {
    case event(ButtonEvent)
    case startUp(StartUpHold)
}

/// Tells the presses of a person from a line that is active when it is opened.
struct ButtonSignals {
    private enum Hold {
        case none
        /// Pressed while the line was followed.
        case pressed
        /// Down when the line was first opened.
        case startUp(since: Moment)
        /// Down when the line came back: from when, nobody knows.
        case unknown
    }

    private var wasOpened = false
    private var hold = Hold.none

    /// The line was opened, again or for the first time.
    mutating func opened(isActive: Bool, at now: Moment) -> [ButtonSignal] {
        defer { wasOpened = true }
        guard isActive else { return [] }
        hold = wasOpened ? .unknown : .startUp(since: now)
        return wasOpened ? [] : [.startUp(.began(at: now))]
    }

    mutating func passing(_ event: ButtonEvent) -> ButtonSignal? {
        switch (event, hold) {
        case (.pressed, _):
            hold = .pressed
            return .event(event)
        case (.released(let moment), .startUp(let since)):
            hold = .none
            return .startUp(.ended(at: moment, after: moment - since))
        case (.released, .unknown), (.released, .none):
            hold = .none
            return nil
        case (.released, .pressed):
            hold = .none
            return .event(event)
        }
    }

    /// The line is gone. Whoever holds the button will never be seen to let go.
    mutating func lost(at now: Moment) -> ButtonSignal? {
        defer { hold = .none }
        if case .pressed = hold { return .event(.released(at: now)) }
        return nil
    }
}
