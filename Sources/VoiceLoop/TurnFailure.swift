import Voice

/// Why a turn failed, by what a person would be told about it.
enum TurnFailure: Error, CustomStringConvertible {
    case microphone(any Error)
    case recognizer(any Error)
    case noWords
    case languageModel(any Error)
    case synthesizer(any Error)
    /// Somebody who had begun to answer did not go on.
    case brokenOff(any Error)

    var description: String {
        switch self {
        case .microphone(let error), .recognizer(let error), .languageModel(let error),
            .synthesizer(let error), .brokenOff(let error):
            "\(error)"
        case .noWords: "speech was heard, but no words were made out"
        }
    }

    /// What is said aloud.
    func sentence(in sentences: Sentences) -> String {
        switch self {
        case .microphone(is MicrophoneMuted): sentences.microphoneMuted
        case .microphone: sentences.microphoneMissing
        case .recognizer(let error as ProviderError):
            sentences.sentence(for: error, else: sentences.noRecognizer)
        case .recognizer: sentences.noRecognizer
        case .noWords: sentences.notUnderstood
        case .languageModel(let error as ProviderError), .synthesizer(let error as ProviderError):
            sentences.sentence(for: error)
        case .languageModel, .synthesizer: sentences.noAnswer
        case .brokenOff: sentences.brokenOff
        }
    }
}

extension Sentences {
    /// What a person is told when a provider fails.
    ///
    /// - Parameter other: what is said where there is nothing more to say than that it failed.
    func sentence(for error: ProviderError, else other: String? = nil) -> String {
        switch error {
        case .keyMissing: notSetUp
        case .keyRefused: keyRefused
        case .creditUsedUp: creditUsedUp
        case .unreachable: noNetwork
        case .busy, .down, .timedOut: providerDown
        case .foreignLanguage: onlyEnglishOffline
        case .clockNotSet: clockNotSet
        case .unavailable, .refused, .failed, .cancelled: other ?? noAnswer
        }
    }
}

extension Sentences {
    /// What a person is told once when somebody else answers than should; nil for what is no news.
    func outage(_ reason: ProviderError) -> String? {
        switch reason {
        case .keyMissing: notSetUp
        case .keyRefused: keyRefused
        case .creditUsedUp: creditUsedUp
        case .unreachable: noNetwork
        case .clockNotSet: clockNotSet
        case .busy, .down, .timedOut, .failed, .refused, .unavailable: providerDown
        case .foreignLanguage, .cancelled: nil
        }
    }
}

/// The microphone's sound ended without an error, which it only does at the end of the program.
struct MicrophoneClosed: Error, CustomStringConvertible {
    let description = "the microphone was closed"
}

/// The microphone gives neither sound nor an error.
struct MicrophoneStuck: Error, CustomStringConvertible {
    let description = "the microphone has given no sound for five seconds"
}

extension AsyncThrowingStream where Failure == any Error {
    /// The same stream; its error says which stage it came from.
    func reporting(_ failure: @escaping @Sendable (any Error) -> TurnFailure) -> Reporting<Element>
    {
        Reporting(stream: self, failure: failure)
    }
}

struct Reporting<Element>: AsyncSequence {
    let stream: AsyncThrowingStream<Element, any Error>
    let failure: @Sendable (any Error) -> TurnFailure

    struct Iterator: AsyncIteratorProtocol {
        var source: AsyncThrowingStream<Element, any Error>.Iterator
        let failure: @Sendable (any Error) -> TurnFailure

        mutating func next() async throws -> Element? {
            do {
                return try await source.next()
            } catch let end as CancellationError {
                throw end
            } catch {
                throw failure(error)
            }
        }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(source: stream.makeAsyncIterator(), failure: failure)
    }
}
