import TestSupport
import Testing
import Voice

@testable import VoiceLoop

/// Replies that are spoken while they are being written, by somebody who can.
@Suite(.timeLimit(.minutes(1)))
struct OneBreathTests {
    private func turn(_ stage: Stage) async throws -> TurnReport {
        try await stage.run { stage in
            stage.press()
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
        }
    }

    @Test("Whoever can is given every clause, in order, and asked once")
    func whole() async throws {
        let voice = StreamingVoice()
        let stage = Stage(streaming: voice)
        stage.model.pieces = ["One is **bold**. Two ", "is too. Three"]
        let report = try await turn(stage)
        #expect(voice.taken == ["One is bold.", "Two is too.", "Three"])
        #expect(stage.speaker.said == voice.taken)
        #expect(stage.synthesizer.asked.isEmpty)
        #expect(report.outcome == .answered)
        #expect(report.providers["textToSpeech"] == "stream")
    }

    @Test("If they fail before anything was heard, another says all of it", arguments: [0, 1, 2])
    func fails(after count: Int) async throws {
        let stage = Stage(streaming: StreamingVoice(failsAfter: count))
        stage.model.pieces = ["One is one. Two is two. Three is three."]
        let report = try await turn(stage)
        let clauses = ["One is one.", "Two is two.", "Three is three."]
        #expect(stage.speaker.said == clauses + [Sentences(.english).providerDown])
        #expect(report.outcome == .answered)
        #expect(report.providers["textToSpeech"] == "voice")
    }

    @Test("Whoever gives up while the next clause is being written takes nothing with them")
    func givesUp() async throws {
        let source = Handoff<String>(holding: 0)
        let clauses = WrittenClauses(source)
        let first = clauses.fromTheBeginning()
        let heard = LogBook()
        let reader = Task {
            for try await clause in first { heard.log.info(clause) }
        }
        try await source.send("One.")
        await until { heard.count("One.") == 1 }
        reader.cancel()
        try? await reader.value
        clauses.rewind()
        let writer = Task {
            try await source.send("Two.")
            source.finish()
        }
        defer { writer.cancel() }
        #expect(try await clauses.next() == "One.")
        #expect(try await clauses.next() == "Two.")
        #expect(try await clauses.next() == nil)
        try clauses.checkEnd()
    }

    @Test("If they break off, nothing is said twice, and it is said that they did")
    func breaksOff() async throws {
        let stage = Stage(streaming: StreamingVoice(failsAfter: 1, breaksOff: true))
        stage.model.pieces = ["One is one. Two is two. Three is three."]
        let report = try await turn(stage)
        #expect(stage.speaker.said == ["One is one.", Sentences(.english).brokenOff])
        #expect(report.outcome == .failed)
    }

    @Test("A text that breaks off is heard as far as it came, and then that it broke off")
    func brokenText() async throws {
        let stage = Stage(streaming: StreamingVoice())
        stage.model.pieces = ["One is whole. Two is "]
        stage.model.end = .down(provider: "mind", reason: "gone")
        let report = try await turn(stage)
        #expect(
            stage.speaker.said == ["One is whole.", "Two is", Sentences(.english).brokenOff])
        #expect(report.outcome == .failed)
    }
}
