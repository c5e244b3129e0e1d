import Codec
import Linux
import Synchronization
import TestSupport
import Testing
import Voice

@testable import VoiceLoop

/// What the finger does, carried out: the parts of the loop that `PhaseTests` only names.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct GestureTests {
    private let stage = Stage()

    /// One held turn, heard to its end; the model answers "One. Two."
    private func answered(_ stage: Stage, number: Int = 1) async {
        stage.press()
        _ = await stage.microphone.listening(number: number)
        stage.hear(stage.quiet(300))
        stage.hear(stage.speech(600))
        await stage.letGo()
        stage.hear(stage.quiet(300))
        await stage.hasFinished(number)
    }

    private func tap(_ stage: Stage) {
        stage.press()
        stage.clock.advance(by: .milliseconds(100))
        stage.release()
    }

    @Test("Telling taps apart delays a held turn by nothing")
    func held() async throws {
        let report = try await stage.run { stage in
            stage.press()
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            stage.hear(stage.quiet(300))
            await stage.letGo()
            // From here on the clock stands still, so whatever waited would wait for ever.
            stage.microphone.hear(CapturedChunk(stage.quiet(300), began: stage.clock.now))
        }
        #expect(report.outcome == .answered)
        #expect(report.timeline.duration(from: .released, to: .heard) == .zero)
        #expect(report.timeline.duration(from: .pressed, to: .firstSample) == .zero)
    }

    @Test("Tapped twice: the last answer is heard again, and nobody is asked")
    func twice() async throws {
        let reports = try await stage.turns(1) { stage in
            await answered(stage)
            let heard = stage.recognizer.heard.count
            tap(stage)
            stage.clock.advance(by: .milliseconds(100))
            // Sound without speech, as in a room while a finger taps.
            stage.hear(stage.quiet(100))
            tap(stage)
            stage.clock.advance(by: .milliseconds(299))
            try await Task.sleep(for: .milliseconds(20))
            #expect(stage.speaker.said == ["One.", "Two."])
            stage.clock.advance(by: .milliseconds(1))
            await stage.speaker.hasPlayed(4)
            #expect(stage.speaker.said == ["One.", "Two.", "One.", "Two."])
            #expect(stage.recognizer.heard.count == heard)
        }
        #expect(reports.map(\.outcome) == [.answered])
        #expect(!stage.speaker.played.contains(Sounds.nothingHeard))
    }

    @Test("Tapped twice before anything was said, it says so")
    func nothingToRepeat() async throws {
        _ = try await stage.turns(0) { stage in
            tap(stage)
            stage.clock.advance(by: .milliseconds(100))
            tap(stage)
            stage.clock.advance(by: .milliseconds(300))
            await stage.speaker.hasPlayed()
        }
        #expect(stage.speaker.said == ["I have not said anything yet."])
    }

    @Test("Tapped, then held: one turn, whose sound begins before the first press")
    func tappedThenHeld() async throws {
        let report = try await stage.run { stage in
            let pressed = stage.clock.now
            tap(stage)
            #expect(await stage.microphone.listening(number: 1) == pressed - .milliseconds(300))
            stage.hear(stage.quiet(200))
            stage.press()
            try await Task.sleep(for: .milliseconds(20))
            stage.hear(stage.quiet(500))
            stage.hear(stage.speech(500))
            stage.hear(stage.quiet(300))
            await stage.letGo()
            stage.hear(stage.quiet(100))
        }
        #expect(report.outcome == .answered)
        #expect(stage.recognizer.heard.count == 1500 * 16)
    }

    @Test("Tapped three times: it asks, and one more tap forgets", arguments: [true, false])
    func forgets(agrees: Bool) async throws {
        let stage = Stage(memory: true)
        let sentences = Sentences(.english)
        _ = try await stage.turns(2) { stage in
            await answered(stage)
            for _ in 1...3 {
                tap(stage)
                stage.clock.advance(by: .milliseconds(100))
            }
            await stage.speaker.hasPlayed(3)
            #expect(stage.speaker.said.last == Sentences(.english).forgetQuestion)
            // The five seconds begin when the question was heard.
            await until { stage.clock.sleepers > 0 }
            stage.clock.advance(by: agrees ? .milliseconds(4900) : .milliseconds(5000))
            if agrees { tap(stage) }
            await stage.speaker.hasPlayed(4)
            #expect(
                stage.speaker.said.last == (agrees ? sentences.forgotten : sentences.notForgotten))
            try await Task.sleep(for: .milliseconds(20))
            // The turns of taps began to listen too.
            stage.press()
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
        }
        #expect(stage.model.remembered == [0, agrees ? 0 : 1])
        #expect(stage.memory.forgotten == (agrees ? 1 : 0))
    }

    static let holds: [(held: Duration?, isGiven: Bool, said: String)] = [
        (.seconds(3), true, Sentences(.english).claimAgreed),
        (nil, false, Sentences(.english).claimRefused),
    ]

    @Test(
        "Somebody wants to manage it: it asks, and a hold of three seconds agrees", arguments: holds
    )
    func consents(held: Duration?, isGiven: Bool, said: String) async throws {
        let answers = try await consent(on: stage) { stage in
            if let held {
                stage.press()
                await until { stage.lights.last == .listening && stage.clock.sleepers > 0 }
                stage.clock.advance(by: held)
            } else {
                stage.clock.advance(by: .seconds(30))
            }
            await stage.speaker.hasPlayed(2)
            stage.release()
        }
        #expect(answers == [isGiven])
        #expect(stage.speaker.said == ["May they?", said])
        // It was no turn.
        #expect(stage.recognizer.heard.isEmpty && stage.finishedTurns == 0)
    }

    @Test("A question that is asked instead is answered, and means no; two are not asked at once")
    func declines() async throws {
        let answers = try await consent(on: stage) { stage in
            #expect(await stage.consents(to: "And they?") == false)
            stage.press()
            _ = await stage.microphone.listening(number: 1)
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
            await stage.hasFinished(1)
        }
        #expect(answers == [false])
        #expect(stage.speaker.said == ["May they?", "One.", "Two."])
    }

    @Test("Without a microphone it is agreed to all the same")
    func consentsWithoutMicrophone() async throws {
        stage.microphone.fail()
        let answers = try await consent(on: stage) { stage in
            stage.press()
            await until { stage.microphone.listened == 1 && stage.clock.sleepers > 0 }
            try await Task.sleep(for: .milliseconds(20))
            stage.clock.advance(by: .seconds(3))
            await until { stage.speaker.said.last == Sentences(.english).claimAgreed }
        }
        #expect(answers == [true])
    }

    @Test("A sentence that a press has cut short is no failure of the voice")
    func cutShort() async throws {
        stage.synthesizer.end = .cancelled
        _ = try await stage.turns(0) { stage in
            let answer = Task { await stage.consents(to: "May they?") }
            await until { stage.log.count("→ consenting") > 0 }
            answer.cancel()
            #expect(await answer.value == false)
        }
        #expect(stage.log.count("cancelled") == 0)
    }

    @Test("A question that was taken back is answered no, said or not")
    func takenBack() async throws {
        let answers = try await consent(on: stage, cancelled: true) { _ in }
        #expect(answers == [false])
    }

    /// Runs the loop while it asks "May they?", and `script` once that was heard.
    private func consent(
        on stage: Stage, cancelled: Bool = false, _ script: (Stage) async throws -> Void
    ) async throws -> [Bool] {
        var answers: [Bool] = []
        _ = try await stage.turns(0) { stage in
            let answer = Task { await stage.consents(to: "May they?") }
            await stage.speaker.hasPlayed()
            // The time for an answer begins when the question was heard.
            await until { stage.clock.sleepers > 0 }
            if cancelled { answer.cancel() }
            try await script(stage)
            answers.append(await answer.value)
        }
        return answers
    }

    @Test("A timer rings when the turn is over, again and again until a press silences it")
    func rings() async throws {
        _ = try await stage.turns(1) { stage in
            stage.press()
            _ = await stage.microphone.listening(number: 1)
            await stage.say(.alarm("Time is up."))
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            await stage.letGo()
            stage.hear(stage.quiet(300))
            await stage.hasFinished(1)
            for ring in 1...3 {
                await stage.speaker.hasPlayed(2 + 2 * ring)
                await until { stage.clock.sleepers > 0 }
                stage.clock.advance(by: .seconds(4))
            }
            await stage.speaker.hasPlayed(10)
            #expect(stage.speaker.said.prefix(3) == ["One.", "Two.", "Time is up."])
            #expect(stage.speaker.played[2] == Sounds.alarm)
            let listened = stage.microphone.listened
            stage.press()
            await until { stage.lights.last == .off }
            #expect(stage.speaker.lastStop == stage.clock.now)
            stage.release()
            stage.clock.advance(by: .seconds(10))
            try await Task.sleep(for: .milliseconds(20))
            #expect(stage.speaker.played.count == 10)
            #expect(stage.microphone.listened == listened)
        }
    }

    @Test("A timer that nobody silences gives up after some minutes")
    func ringsOut() async throws {
        _ = try await stage.turns(0) { stage in
            await stage.say(.alarm("Time is up."))
            for ring in 1...20 {
                await stage.speaker.hasPlayed(2 * ring)
                await until { stage.clock.sleepers > 0 }
                stage.clock.advance(by: .seconds(4))
            }
            await until { stage.lights.last == .off }
        }
        #expect(stage.speaker.played.count == 40)
    }

    @Test("Announcements are said one after the other")
    func announces() async throws {
        _ = try await stage.turns(0) { stage in
            await stage.say(.announcement("First."))
            await stage.say(.announcement("Second."))
            await stage.speaker.hasPlayed(2)
        }
        #expect(stage.speaker.said == ["First.", "Second."])
    }

    @Test("What nobody could hear is said again: after a pause, or behind an answer that was heard")
    func saysAgain() async throws {
        let told = Counter()
        _ = try await stage.turns(1) { stage in
            for isTalkedTo in [false, true] {
                let before = stage.speaker.played.count
                stage.speaker.isMissing = true
                await stage.say(.announcement("First."), then: { told.increment() })
                await stage.say(.announcement("Second."), then: { told.increment() })
                // Both have been tried, and somebody waits for the end of the pause.
                await until {
                    stage.log.count("could not say it") == (isTalkedTo ? 4 : 2)
                        && stage.clock.sleepers == 1
                }
                #expect(stage.speaker.played.count == before)
                stage.speaker.isMissing = false
                if isTalkedTo {
                    await answered(stage)
                } else {
                    stage.clock.advance(by: .seconds(10))
                }
                await stage.speaker.hasPlayed(before + (isTalkedTo ? 4 : 2))
                await until { stage.lights.last == .off && told.value == (isTalkedTo ? 4 : 2) }
            }
        }
        #expect(
            stage.speaker.said == ["First.", "Second.", "One.", "Two.", "First.", "Second."])
    }

    @Test("What nobody could hear is given up in the end, and does not keep the device busy")
    func givesUp() async throws {
        let told = Counter()
        let stage = stage
        _ = try await stage.turns(0) { stage in
            stage.speaker.isMissing = true
            await stage.say(.announcement("News."), then: { told.increment() })
            for tries in 1..<Conversation.mostTries {
                await until {
                    stage.log.count("could not say it") == tries && stage.clock.sleepers == 1
                }
                stage.clock.advance(by: .seconds(3600))
            }
            await until { told.value == 1 }
            #expect(stage.clock.sleepers == 0)
        }
        #expect(stage.synthesizer.asked.count { $0 == "News." } == Conversation.mostTries)
        #expect(stage.speaker.played.isEmpty)
    }

    @Test("Toggled: a press starts, a press ends, whatever is let go")
    func toggles() async throws {
        let stage = Stage { $0.gestures.toggles = true }
        let report = try await stage.run { stage in
            stage.press()
            stage.release()
            _ = await stage.microphone.listening(number: 1)
            stage.hear(stage.quiet(300))
            stage.hear(stage.speech(600))
            stage.clock.advance(by: .seconds(3))
            stage.hear(stage.quiet(300))
            stage.press()
            await until { stage.lights.contains(.thinking) }
            stage.release()
            stage.hear(stage.quiet(100))
        }
        #expect(report.outcome == .answered)
    }

    @Test("With followUp it listens again when its answer was heard, and never to itself")
    func followsUp() async throws {
        let stage = Stage { $0.followUp = true }
        let reports = try await stage.turns(2) { stage in
            await answered(stage)
            let heard = stage.clock.now
            let start = await stage.microphone.listening(number: 2)
            #expect(start == heard + .milliseconds(50))
            await stage.hearQuiet(until: 2)
        }
        // It ends quietly, and does not go on asking.
        #expect(reports.map(\.outcome) == [.answered, .nothingHeard])
        #expect(stage.microphone.listened == 2)
    }

    @Test("A turn is kept before its last sound was heard, and again when it is over")
    func kept() async throws {
        let stage = Stage(memory: true)
        stage.memory.exchangesBefore = [Exchange(question: "before", reply: "then")]
        _ = try await stage.turns(1) { await answered($0) }
        #expect(stage.memory.kept.map(\.reply) == ["One. Two.", "One. Two."])
        #expect(stage.memory.kept.map(\.outcome) == [.stopped, .answered])
        #expect(stage.memory.kept[0].timeline[.heard] == nil)
        // What was remembered when the program began is.
        #expect(stage.model.remembered == [1])
    }
}
