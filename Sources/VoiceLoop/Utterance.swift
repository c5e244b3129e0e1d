/// Something the device says of its own accord, rather than as the answer to a question.
public enum Utterance: Equatable, Sendable {
    /// The last answer once more.
    case lastAnswer
    /// Whether to forget the conversation; one tap agrees.
    case forgetQuestion
    case forgotten
    /// Nobody agreed to forget.
    case kept
    /// Whether somebody may manage the device, in a sentence; holding the button agrees.
    case consentQuestion(String)
    case consentGiven
    /// Nobody agreed to that.
    case consentWithheld
    /// A sentence, in the owner's language.
    case announcement(String)
    /// A sentence said again and again, with a sound, until a press silences it.
    case alarm(String)
}

extension Utterance {
    var isAlarm: Bool { if case .alarm = self { true } else { false } }
    var isAnnouncement: Bool { if case .announcement = self { true } else { false } }
    var isConsentQuestion: Bool { if case .consentQuestion = self { true } else { false } }
}
