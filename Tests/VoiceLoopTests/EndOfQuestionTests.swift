import Codec
import Testing
import Voice

@testable import VoiceLoop

struct EndOfQuestionTests {
    /// A timeline drawn at 20 ms a character: `s` speech, `.` none. `^` marks under it are frames.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sound: String
        let rule: EndOfQuestion.Rule
        let decision: EndOfQuestion.Decision
    }

    private static func frames(_ milliseconds: Int) -> Int { milliseconds * 16 }
    private static let word = String(repeating: "s", count: 20)  // 400 ms

    static let cases: [Case] = [
        Case(
            testDescription: "silent at release: it ends there, and nobody waits",
            sound: word + String(repeating: ".", count: 10),
            rule: .lastWord(releasedAt: frames(600)),
            decision: .end(at: frames(600), speech: true)),
        Case(
            testDescription: "still speaking at release: 120 ms of silence end it",
            sound: word + word + String(repeating: ".", count: 20),
            rule: .lastWord(releasedAt: frames(600)),
            decision: .end(at: frames(920), speech: true)),
        Case(
            testDescription: "a pause inside a word does not end it",
            sound: word + "....." + word + String(repeating: ".", count: 20),
            rule: .lastWord(releasedAt: frames(420)),
            decision: .end(at: frames(1020), speech: true)),
        Case(
            testDescription: "who speaks on and on is cut after the post-roll",
            sound: word + word + word + word, rule: .lastWord(releasedAt: frames(600)),
            decision: .end(at: frames(1200), speech: true)),
        Case(
            testDescription: "hands-free, silence after speech ends it",
            sound: word + String(repeating: ".", count: 60), rule: .silence,
            decision: .end(at: frames(1200), speech: true)),
        Case(
            testDescription: "hands-free, no speech ends it",
            sound: String(repeating: ".", count: 300), rule: .silence,
            decision: .end(at: frames(5000), speech: false)),
        Case(
            testDescription: "a later tap cuts it in mid-word", sound: word + word,
            rule: .frame(frames(450)), decision: .end(at: frames(450), speech: true)),
        Case(
            testDescription: "the button held, no silence ends it",
            sound: word + String(repeating: ".", count: 400), rule: .button, decision: .goOn),
        Case(
            testDescription: "the longest turn ends it, with the button down",
            sound: word + String(repeating: ".", count: 3000), rule: .button,
            decision: .end(at: frames(60_000 - 0), speech: true)),
        Case(
            testDescription: "held in silence, there is no question",
            sound: String(repeating: ".", count: 50), rule: .lastWord(releasedAt: frames(900)),
            decision: .end(at: frames(900), speech: false)),
    ]

    @Test("Where the question ends", arguments: cases, [320, 160, 77])
    func ends(example: Case, chunk: Int) {
        var end = EndOfQuestion(limits: Self.limits, lead: 0)
        end.rule = example.rule
        var verdicts: [SpeechDetector.Verdict] = []
        var speech = 0
        for character in example.sound {
            if character == "s" { speech += 1 }
            verdicts.append(.init(isSpeech: character == "s", isFound: speech >= 5))
        }
        var heard = 0
        var judged = 0
        while end.decision == .goOn, heard < verdicts.count * 320 {
            heard += chunk
            let complete = min(heard / 320, verdicts.count)
            end.heard(frames: chunk, Array(verdicts[judged..<complete]))
            judged = complete
        }
        #expect(end.decision == example.decision)
    }

    @Test("The frames before the press do not count for the waits")
    func lead() {
        var end = EndOfQuestion(limits: Self.limits, lead: 16_000)
        end.rule = .silence
        let none = SpeechDetector.Verdict(isSpeech: false, isFound: false)
        for _ in 0..<299 { end.heard(frames: 320, [none]) }
        #expect(end.decision == .goOn)
        end.heard(frames: 320, [none])
        #expect(end.decision == .end(at: 96_000, speech: false))
    }

    private static let limits = EndOfQuestion.Limits(
        postRoll: .milliseconds(600), endOfSpeech: .milliseconds(800), noSpeech: .seconds(5),
        longest: .seconds(60))
}
