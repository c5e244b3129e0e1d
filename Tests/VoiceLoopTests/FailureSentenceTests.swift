import Testing
import Voice

@testable import VoiceLoop

/// What a person is told when a provider fails. Which answer of which provider is which of these
/// failures, the providers' own tests say, row by row.
struct FailureSentenceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let error: ProviderError
        let sentence: @Sendable (Sentences) -> String
        /// Told when somebody else answers; nil if that is no news.
        let outage: (@Sendable (Sentences) -> String)?
        var testDescription: String { "\(error)" }
    }

    private static let name = "p"

    static let rows = [
        Row(
            error: .keyMissing(provider: name), sentence: { $0.notSetUp },
            outage: { $0.notSetUp }),
        Row(
            error: .keyRefused(provider: name, reason: "r"), sentence: { $0.keyRefused },
            outage: { $0.keyRefused }),
        Row(
            error: .creditUsedUp(provider: name, reason: "r"), sentence: { $0.creditUsedUp },
            outage: { $0.creditUsedUp }),
        Row(
            error: .unreachable(provider: name, reason: "r"), sentence: { $0.noNetwork },
            outage: { $0.noNetwork }),
        Row(
            error: .busy(provider: name, retryAfter: nil), sentence: { $0.providerDown },
            outage: { $0.providerDown }),
        Row(
            error: .down(provider: name, reason: "r"), sentence: { $0.providerDown },
            outage: { $0.providerDown }),
        Row(
            error: .timedOut(provider: name, after: .seconds(1)), sentence: { $0.providerDown },
            outage: { $0.providerDown }),
        Row(
            error: .refused(provider: name, reason: "r"), sentence: { $0.noAnswer },
            outage: { $0.providerDown }),
        Row(
            error: .failed(provider: name, reason: "r"), sentence: { $0.noAnswer },
            outage: { $0.providerDown }),
        Row(
            error: .unavailable(provider: name, reason: "r"), sentence: { $0.noAnswer },
            outage: { $0.providerDown }),
        Row(
            error: .clockNotSet(provider: name), sentence: { $0.clockNotSet },
            outage: { $0.clockNotSet }),
        Row(
            error: .foreignLanguage(provider: name, language: "xx"),
            sentence: { $0.onlyEnglishOffline }, outage: nil),
    ]

    static let languages: [SpokenLanguage] = [.english, .german, .french, .spanish]

    @Test("Every failure has its sentence in every language", arguments: rows, languages)
    func sentence(row: Row, language: SpokenLanguage) {
        let sentences = Sentences(language)
        for failure in [TurnFailure.languageModel(row.error), .synthesizer(row.error)] {
            #expect(failure.sentence(in: sentences) == row.sentence(sentences))
        }
        #expect(sentences.outage(row.error) == row.outage?(sentences))
        #expect(TurnFailure.brokenOff(row.error).sentence(in: sentences) == sentences.brokenOff)
    }

    @Test("No two failures sound alike, and no two languages")
    func distinct() {
        let all = Self.languages.flatMap { language in
            let sentences = Sentences(language)
            return [
                sentences.notSetUp, sentences.keyRefused, sentences.creditUsedUp,
                sentences.noNetwork,
                sentences.providerDown, sentences.noAnswer, sentences.brokenOff,
                sentences.onlyEnglishOffline, sentences.clockNotSet,
            ]
        }
        #expect(Set(all).count == all.count && !all.contains(""))
    }
}
