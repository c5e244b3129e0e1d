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
}
