extension Operation {
    /// What may go wrong in any turn.
    mutating func mayFail() {
        answers[413] = ("The recording or the text is too long.", nil)
        answers[415] = ("The recording is in no format that is taken.", nil)
        answers[422] = ("A field is missing or wrong, or nobody speaks in the recording.", nil)
        answers[502] = ("Nobody who could answer did.", nil)
        answers[503] = ("Too many turns go on, or the device is ending; come back later.", nil)
    }
}
