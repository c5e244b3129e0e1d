import TestSupport
import Testing
import Voice

@testable import VoiceLoop

/// The way of the answer: from the model's text to the speaker.
@Suite(.timeLimit(.minutes(1)))
struct AnswerTests {
    private func turn(_ stage: Stage) async throws -> TurnReport {
        try await stage.run { stage in
            stage.press()
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
        }
    }

    @Test("Everybody gets ready at the press, before anybody is asked")
    func prepares() async throws {
        let stage = Stage()
        stage.recognizer.isHeldUp = true
        _ = try await stage.run { stage in
            stage.press()
            await until { stage.model.prepared == 1 }
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
            #expect(stage.model.remembered.isEmpty)
            stage.recognizer.isHeldUp = false
        }
    }

    @Test("At most two clauses are made into sound ahead of the one that is heard")
    func ahead() async throws {
        let stage = Stage()
        stage.model.pieces = (1...20).map { "Number \($0) is said. " }
        stage.synthesizer.endless = true
        _ = try await stage.turns(1) { stage in
            stage.press()
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
            await stage.speaker.hasPlayed(30)
            #expect(stage.synthesizer.asked.count <= 3)
            #expect(stage.model.given <= 5)
            stage.press()
            stage.hear(stage.quiet(100))
            stage.release()
        }
    }

    @Test("A reply that breaks off is heard as far as it came, and then that it broke off")
    func brokenReply() async throws {
        let stage = Stage()
        stage.model.pieces = ["One is whole. Two is "]
        stage.model.end = .down(provider: "mind", reason: "gone")
        let report = try await turn(stage)
        #expect(
            stage.speaker.said == ["One is whole.", "Two is", Sentences(.english).brokenOff])
        #expect(report.outcome == .failed)
        #expect(report.reply == "One is whole. Two is ")
    }

    @Test("A voice that breaks off is not asked again, and it is said")
    func brokenVoice() async throws {
        let stage = Stage()
        stage.model.pieces = ["One is whole. Two is too."]
        stage.synthesizer.end = .down(provider: "voice", reason: "gone")
        let report = try await turn(stage)
        #expect(stage.speaker.said.first == "One is whole.")
        #expect(stage.synthesizer.asked.count { $0 == "One is whole." } == 1)
        #expect(report.outcome == .failed)
    }

    @Test("A reply without an end is ended after its longest time")
    func endless() async throws {
        let stage = Stage { settings in settings.longestReply = .milliseconds(50) }
        stage.synthesizer.endless = true
        let report = try await turn(stage)
        #expect(report.outcome == .answered)
        let length = stage.speaker.played.reduce(Duration.zero) { $0 + $1.duration }
        #expect(length >= .milliseconds(50) && length < .milliseconds(200))
    }

    @Test("A reply of which nothing can be spoken is said to be none")
    func pictures() async throws {
        let stage = Stage()
        stage.model.pieces = ["😀 ", "🎉"]
        let report = try await turn(stage)
        #expect(stage.speaker.said == [Sentences(.english).noAnswer])
        #expect(report.outcome == .failed)
    }

    @Test("Markdown is not spoken, and a reply is spoken clause by clause")
    func markdown() async throws {
        let stage = Stage()
        stage.model.pieces = ["**It is four in the afternoon,** ", "and *sunny*. ", "# Bye"]
        _ = try await turn(stage)
        #expect(
            stage.speaker.said == ["It is four in the afternoon,", "and sunny.", "Bye"])
    }

    static let failures: [(failure: ProviderError, sentence: String)] = [
        (.keyRefused(provider: "p", reason: "r"), Sentences(.english).keyRefused),
        (.creditUsedUp(provider: "p", reason: "r"), Sentences(.english).creditUsedUp),
        (.unreachable(provider: "p", reason: "r"), Sentences(.english).noNetwork),
        (.busy(provider: "p", retryAfter: nil), Sentences(.english).providerDown),
        (.down(provider: "p", reason: "r"), Sentences(.english).providerDown),
        (.timedOut(provider: "p", after: .seconds(1)), Sentences(.english).providerDown),
        (.failed(provider: "p", reason: "r"), Sentences(.english).noRecognizer),
        (
            .foreignLanguage(provider: "p", language: "de"),
            Sentences(.english).onlyEnglishOffline
        ),
    ]

    @Test("Each failure has its sentence", arguments: failures)
    func sentence(case: (failure: ProviderError, sentence: String)) async throws {
        let stage = Stage()
        stage.recognizer.failure = `case`.failure
        let report = try await turn(stage)
        #expect(stage.speaker.said == [`case`.sentence])
        #expect(report.outcome == .failed)
    }
}
