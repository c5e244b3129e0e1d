import Codec
import Linux
import Synchronization
import TestSupport
import Testing
import Voice

@testable import VoiceLoop

/// The loop with a microphone, a speaker and providers that a test plays.
// One at a time: waiting for other tasks here means making way for them, again and again.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ConversationTests {
    private let stage = Stage()

    @Test("Held: the recognizer gets the 300 ms before the press, the question, and no frame more")
    func held() async throws {
        // The room before the press, what is said, and the silence in which the button is let go.
        let question = stage.quiet(400) + stage.speech(600) + stage.quiet(400)
        let report = try await stage.run { stage in
            let pressed = stage.clock.now
            stage.press()
            let start = await stage.microphone.listening(number: 1)
            #expect(start == pressed - .milliseconds(300))
            stage.hear(question)
            stage.clock.advance(by: .milliseconds(400))
            await stage.letGo()
            stage.hear(stage.quiet(300))
        }
        #expect(report.outcome == .answered)
        #expect(report.transcript == "heard")
        #expect(report.reply == "One. Two.")
        #expect(stage.speaker.said == ["One.", "Two."])
        // Silent at release, nobody waits: it ends with the last frame before it.
        #expect(stage.recognizer.heard == question.samples)
        #expect(stage.lights == [.listening, .thinking, .speaking, .off])
    }

    @Test("Still speaking at release: recording goes on to the end of the word")
    func lastWord() async throws {
        let before = stage.quiet(400) + stage.speech(600)
        let after = stage.speech(300) + stage.quiet(600)
        let report = try await stage.run { stage in
            stage.press()
            stage.hear(before)
            await stage.letGo()
            stage.hear(after)
        }
        #expect(report.outcome == .answered)
        let heard = stage.recognizer.heard
        #expect(heard == Array((before + after).samples.prefix(heard.count)))
        // The end of the word, 120 ms of silence, and what frames of 20 ms round.
        #expect(heard.count >= 1400 * 16 && heard.count <= 1460 * 16)
    }

    @Test("Tapped: the end of speech ends the question")
    func tapped() async throws {
        let report = try await stage.run { stage in
            stage.press()
            stage.release()
            stage.clock.advance(by: .milliseconds(300))
            stage.hear(stage.quiet(400))
            stage.hear(stage.speech(600))
            await stage.hearQuiet(until: 1)
        }
        #expect(report.outcome == .answered)
        let heard = Double(stage.recognizer.heard.count) / 16
        #expect(heard >= 1780 && heard <= 1840)
    }

    @Test("A tap ends a hands-free question where it went down", arguments: [100, 350])
    func cut(press: Int) async throws {
        let report = try await stage.run { stage in
            try await tapAndSpeak(stage)
            stage.press()
            try await Task.sleep(for: .milliseconds(20))
            stage.hear(stage.speech(press))
            await stage.letGo()
            stage.hear(stage.quiet(100))
        }
        #expect(report.outcome == .answered)
        #expect(stage.recognizer.heard.count == 1000 * 16)
    }

    @Test("Held again, a hands-free question goes on, over any silence")
    func heldAgain() async throws {
        let report = try await stage.run { stage in
            try await tapAndSpeak(stage)
            stage.hear(stage.quiet(700))
            stage.press()
            try await Task.sleep(for: .milliseconds(20))
            stage.hear(stage.quiet(1000))
            try await Task.sleep(for: .milliseconds(20))
            stage.hear(stage.speech(300))
            stage.hear(stage.quiet(200))
            await stage.letGo()
            stage.hear(stage.quiet(100))
        }
        #expect(report.outcome == .answered)
        #expect(stage.recognizer.heard.count == 3200 * 16)
    }

    /// One second: 400 ms of the room, then speech.
    private func tapAndSpeak(_ stage: Stage) async throws {
        stage.press()
        stage.release()
        _ = await stage.microphone.listening(number: 1)
        stage.clock.advance(by: .milliseconds(300))
        stage.hear(stage.quiet(400))
        stage.hear(stage.speech(600))
    }

    @Test("Nothing said: nobody is asked, and two soft tones are heard")
    func silent() async throws {
        let report = try await stage.run { stage in
            stage.press()
            stage.release()
            stage.clock.advance(by: .milliseconds(300))
            await stage.hearQuiet(until: 1)
        }
        #expect(report.outcome == .nothingHeard)
        #expect(stage.recognizer.heard.isEmpty)
        #expect(stage.speaker.played == [Sounds.nothingHeard])
        #expect(stage.lights == [.listening, .off])
    }

    @Test("What is said leaves the device only when it is no double tap any more")
    func heldBack() async throws {
        _ = try await stage.run { stage in
            stage.press()
            stage.hear(stage.quiet(100))
            stage.hear(stage.speech(250))
            #expect(await !stage.recognizer.hasHeard(within: 20))
            stage.clock.advance(by: .milliseconds(400))
            // The next chunk carries it out.
            #expect(await stage.recognizer.hasHeard(within: 2000) { stage.hear(stage.speech(20)) })
            await stage.letGo()
            stage.hear(stage.quiet(300))
        }
    }

    @Test("A press while it speaks silences it and records after its last sound")
    func interrupted() async throws {
        let stage = stage
        stage.synthesizer.endless = true
        let reports = try await stage.turns(2) { stage in
            stage.press()
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
            await stage.speaker.hasPlayed()
            stage.clock.advance(by: .seconds(3))
            stage.synthesizer.endless = false
            stage.press()
            let listened = await stage.microphone.listening(number: 2)
            // 50 ms after the last sound, not 300 ms before the press.
            #expect(listened == stage.speaker.lastStop! + .milliseconds(50))
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            stage.clock.advance(by: .milliseconds(400))
            await stage.letGo()
            stage.hear(stage.quiet(300))
        }
        #expect(reports.map(\.outcome) == [.stopped, .answered])
    }

    @Test("A tap while it speaks just stops")
    func stopped() async throws {
        let stage = stage
        stage.synthesizer.endless = true
        let reports = try await stage.turns(1) { stage in
            stage.press()
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
            await stage.speaker.hasPlayed()
            stage.press()
            stage.release()
        }
        // A mere tap leaves no turn behind.
        #expect(reports.map(\.outcome) == [.stopped])
        #expect(stage.lights.last == .off)
    }

    @Test("A failure is said aloud, and what failed is in the report")
    func failure() async throws {
        stage.recognizer.failure = .failed(provider: "test", reason: "tired")
        let report = try await stage.run { stage in
            stage.press()
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
        }
        #expect(report.outcome == .failed)
        #expect(report.failure == "test failed: tired")
        #expect(stage.speaker.said == [Sentences(.english).noRecognizer])
        #expect(stage.lights == [.listening, .thinking, .failed, .off])
    }

    @Test("Without a microphone a press says so, at once")
    func microphone() async throws {
        stage.microphone.fail()
        let report = try await stage.run { $0.press() }
        #expect(report.outcome == .failed)
        #expect(stage.speaker.said == [Sentences(.english).microphoneMissing])
    }

    @Test("A microphone that gives neither sound nor an error is given up", arguments: [0, 300])
    func stuckMicrophone(milliseconds: Int) async throws {
        let report = try await stage.run { stage in
            stage.press()
            _ = await stage.microphone.listening(number: 1)
            stage.hear(stage.quiet(milliseconds))
            await until {
                stage.clock.advance(by: .milliseconds(100))
                return !stage.speaker.played.isEmpty
            }
        }
        #expect(report.outcome == .failed)
        #expect(report.failure == "the microphone has given no sound for five seconds")
        #expect(stage.speaker.said == [Sentences(.english).microphoneMissing])
        #expect(stage.lights == [.listening, .failed, .off])
    }

    @Test("A speaker that does not answer keeps no press waiting")
    func stuckSpeaker() async throws {
        let stage = stage
        stage.synthesizer.endless = true
        let reports = try await stage.turns(2) { stage in
            stage.press()
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
            await stage.speaker.hasPlayed()
            stage.synthesizer.endless = false
            stage.speaker.isStuck = true
            stage.press()
            await until {
                stage.clock.advance(by: .milliseconds(100))
                return stage.microphone.listened == 2
            }
            stage.speaker.isStuck = false
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            stage.clock.advance(by: .milliseconds(400))
            await stage.letGo()
            stage.hear(stage.quiet(300))
        }
        #expect(reports.map(\.outcome) == [.stopped, .answered])
        // Once for a press, whatever it has to stop for.
        #expect(stage.log.count("the speaker does not answer") == 1)
    }

    @Test("A speaker that does not answer keeps the program from no end")
    func stuckAtTheEnd() async throws {
        let stage = stage
        let conversation = stage.conversation()
        let running = Task { await conversation.run() }
        stage.press()
        _ = await stage.microphone.listening(number: 1)
        stage.speaker.isStuck = true
        running.cancel()
        let ended = Counter()
        let watching = Task {
            await running.value
            ended.increment()
        }
        await until {
            stage.clock.advance(by: .milliseconds(100))
            return ended.value == 1
        }
        await watching.value
        stage.speaker.isStuck = false
        stage.end()
    }

    @Test("Without a voice a failure is told by a sound")
    func voiceless() async throws {
        stage.microphone.fail()
        stage.synthesizer.failure = .unavailable(provider: "voice", reason: "gone")
        let report = try await stage.run { $0.press() }
        #expect(report.outcome == .failed)
        #expect(stage.speaker.played == [Sounds.failed])
    }

    @Test("It ticks at once and every two seconds while it thinks")
    func ticks() async throws {
        let stage = Stage(sounds: true)
        stage.recognizer.isHeldUp = true
        let report = try await stage.run { stage in
            stage.press()
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
            for count in 1...3 {
                await stage.speaker.hasPlayed(count)
                // The tick's own sleep has to begin before time can pass for it.
                try await Task.sleep(for: .milliseconds(20))
                stage.clock.advance(by: .seconds(2))
            }
            stage.recognizer.isHeldUp = false
        }
        #expect(report.outcome == .answered)
        #expect(stage.speaker.played.prefix(3).allSatisfy { $0 == Sounds.tick })
    }

    @Test(
        "The model is given as many exchanges as are to be remembered, those that repeat one",
        arguments: [0, 1, 2])
    func memory(count: Int) async throws {
        let stage = Stage { $0.rememberedTurns = count }
        _ = try await stage.turns(4) { stage in
            for number in 1...4 {
                stage.press()
                _ = await stage.microphone.listening(number: number)
                stage.hear(stage.quiet(300))
                stage.hear(stage.speech(600))
                await stage.letGo()
                stage.hear(stage.quiet(300))
                await stage.hasFinished(number)
            }
        }
        #expect(stage.model.remembered == [0, 1, 2, 3].map { min($0, count) })
        #expect(stage.model.repeatable == [nil, "One. Two.", "One. Two.", "One. Two."])
    }

    @Test("Ended in any phase, it ends at once", arguments: Ending.allCases)
    func ends(ending: Ending) async throws {
        stage.synthesizer.endless = true
        if ending == .thinking { stage.recognizer.isHeldUp = true }
        let conversation = stage.conversation()
        let running = Task { await conversation.run() }
        if ending != .idle {
            stage.press()
            _ = await stage.microphone.listening(number: 1)
            stage.hear(stage.speech(600))
        }
        if ending == .thinking || ending == .speaking {
            await stage.letGo()
            stage.hear(stage.quiet(300))
        }
        if ending == .speaking { await stage.speaker.hasPlayed() }
        let asked = Moment.now
        running.cancel()
        await running.value
        stage.end()
        #expect(Moment.now - asked < .seconds(1))
    }

    enum Ending: CaseIterable { case idle, listening, thinking, speaking }
}
