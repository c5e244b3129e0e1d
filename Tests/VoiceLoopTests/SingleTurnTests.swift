import Codec
import Synchronization
import TestSupport
import Testing
import Voice

@testable import VoiceLoop

/// Turns that nobody pressed a button for.
@Suite(.timeLimit(.minutes(1)))
struct SingleTurnTests {
    private let stage = Stage()

    private final class Notes: Sendable {
        let all = Mutex<[SingleTurn.Progress]>([])
    }
    private let notes = Notes()

    private func parts(memory: (any ConversationMemory)? = nil) -> LoopParts {
        LoopParts(
            microphone: stage.microphone, speaker: stage.speaker,
            recognizers: Failover(
                of: "speechToText", [.init("ear", stage.recognizer)], clock: stage.clock,
                log: .silent),
            languageModels: Failover(
                of: "languageModel", [.init("mind", stage.model)], clock: stage.clock,
                log: .silent),
            synthesizers: Failover(
                of: "textToSpeech", [.init("voice", stage.synthesizer)], clock: stage.clock,
                log: .silent),
            ownVoice: stage.synthesizer, memory: memory, clock: stage.clock, log: .silent)
    }

    private func turn(
        _ goal: SingleTurn.Goal = .sound, memory: (any ConversationMemory)? = nil
    ) -> SingleTurn {
        var settings = LoopSettings()
        settings.sounds = false
        settings.tellsTrouble = false
        settings.clausesAhead = 1000
        return SingleTurn(
            parts(memory: memory), settings: settings, turn: Turn(number: 1, isRemote: true),
            goal: goal
        ) { [notes] progress in notes.all.withLock { $0.append(progress) } }
    }

    private var progress: [SingleTurn.Progress] { notes.all.withLock { $0 } }

    /// What somebody says is heard as a file is: to its end.
    private func hear(_ sound: AudioChunk) async {
        await until { stage.microphone.listened > 0 }
        // Noise is speech only where it was quiet before.
        stage.hear(stage.quiet(300))
        stage.hear(sound)
        stage.microphone.end()
    }

    @Test("A text is answered with sound, and all of it is told in order")
    func text() async throws {
        let report = await turn().answer("why")
        #expect(report.outcome == .answered && report.reply == "One. Two.")
        #expect(stage.speaker.said == ["One.", "Two."])
        #expect(
            progress.filter { if case .provider = $0 { false } else { true } } == [
                .words("why"), .reply("On"), .reply("e. Tw"), .reply("o."), .replyComplete,
            ])
        #expect(progress.contains(.provider(stage: "languageModel", "mind")))
        #expect(progress.contains(.provider(stage: "textToSpeech", "voice")))
    }

    @Test("A reply that is only wanted as text is spoken by nobody")
    func reply() async throws {
        let report = await turn(.reply).answer("why")
        #expect(report.outcome == .answered && report.reply == "One. Two.")
        #expect(stage.synthesizer.asked.isEmpty && stage.speaker.played.isEmpty)
        #expect(progress.last == .replyComplete)
    }

    @Test("A question of which only the words are wanted is answered by nobody")
    func words() async throws {
        async let report = turn(.words).answerRecording()
        await hear(stage.speech(600))
        let ended = await report
        #expect(ended.outcome == .answered && ended.transcript == "heard")
        #expect(progress.last == .words("heard"))
        #expect(stage.model.remembered.isEmpty && stage.model.prepared == 0)
    }

    @Test("Where nobody speaks, nobody is asked")
    func silence() async throws {
        async let report = turn(.words).answerRecording()
        await hear(stage.quiet(600))
        let ended = await report
        #expect(ended.outcome == .nothingHeard)
        #expect(stage.recognizer.heard.isEmpty)
        #expect(stage.speaker.played.isEmpty)
    }

    @Test("A recital is said as it is")
    func recital() async throws {
        let report = await turn().say("Good morning. It is late.")
        #expect(report.outcome == .answered && report.reply == "Good morning. It is late.")
        #expect(stage.speaker.said == ["Good morning.", "It is late."])
        #expect(stage.model.remembered.isEmpty)
    }

    @Test("A turn remembers its conversation, and is kept when it is over")
    func memory() async throws {
        let memory = StageMemory()
        memory.exchangesBefore = [Exchange(question: "who", reply: "you")]
        _ = await turn(memory: memory).answer("why")
        #expect(memory.kept.last?.isOver == true)
        #expect(stage.model.remembered == [1])
    }

    static let failures: [(stage: String, error: ProviderError)] = [
        ("speechToText", .down(provider: "ear", reason: "broken")),
        ("textToSpeech", .keyRefused(provider: "voice", reason: "wrong")),
    ]

    @Test("What went wrong is reported, and not said", arguments: failures)
    func failure(failure: (stage: String, error: ProviderError)) async throws {
        let report: TurnReport
        if failure.stage == "speechToText" {
            stage.recognizer.failure = failure.error
            async let failed = turn().answerRecording()
            await hear(stage.speech(600))
            report = await failed
        } else {
            stage.synthesizer.failure = failure.error
            report = await turn().answer("why")
        }
        #expect(report.outcome == .failed)
        #expect(report.problem == .noAnswer(stage: failure.stage, failure.error))
        #expect(stage.speaker.played.isEmpty)
    }

    @Test(
        "An answer that breaks off is reported as such", arguments: [SingleTurn.Goal.reply, .sound])
    func brokenOff(goal: SingleTurn.Goal) async throws {
        stage.model.end = .down(provider: "mind", reason: "gone")
        let report = await turn(goal).answer("why")
        #expect(report.problem == .brokenOff && report.outcome == .failed)
        #expect(!progress.contains(.replyComplete))
    }

    @Test("All of a reply is read however slowly it is heard")
    func ahead() async throws {
        stage.model.pieces = (1...30).map { "Sentence number \($0). " }
        stage.synthesizer.endless = true
        let talk = turn()
        let answering = Task { await talk.answer("why") }
        await until { progress.contains(.replyComplete) }
        answering.cancel()
        #expect(await answering.value.outcome == .stopped)
    }
}
