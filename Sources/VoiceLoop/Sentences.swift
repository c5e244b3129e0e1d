import Voice

/// What the device says of itself when something goes wrong. Each says what is the matter, and
/// what to do where the person can do something.
enum Sentences {
    static let microphoneMissing =
        "I cannot hear anything, because my microphone is missing or in use. Please check that it is"
        + " plugged in."
    static let microphoneMuted =
        "I cannot hear you, because my microphone is muted in the settings."
    static let notUnderstood = "I am sorry, I did not understand that."
    static let noRecognizer =
        "I cannot understand speech, because the speech recognizer is not working."
    static let noAnswer = "I am sorry, I could not find an answer, because something failed."
    static let forgetQuestion = "Shall I forget our conversation? Tap once to agree."
    static let forgotten = "I have forgotten our conversation."
    static let kept = "I keep our conversation."
    static let nothingToRepeat = "I have not said anything yet."
}
