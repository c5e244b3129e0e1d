public import Voice

/// Why a turn failed, by what whoever asked can do about it.
public enum TurnProblem: Equatable, Sendable {
    /// There was speech, and no words were made out.
    case noWords
    /// No link of a chain answered; why the first of them did not.
    case noAnswer(stage: String, ProviderError)
    /// Whoever had begun to answer did not go on.
    case brokenOff
    /// Something else; the report's failure says what.
    case other
}

extension TurnProblem {
    init(_ error: any Error) {
        self =
            switch error as? TurnFailure {
            case .noWords: .noWords
            case .recognizer(let error as ProviderError):
                .noAnswer(stage: "speechToText", error)
            case .languageModel(let error as ProviderError):
                .noAnswer(stage: "languageModel", error)
            case .synthesizer(let error as ProviderError):
                .noAnswer(stage: "textToSpeech", error)
            case .brokenOff: .brokenOff
            case .microphone, .recognizer, .languageModel, .synthesizer, nil: .other
            }
    }
}
