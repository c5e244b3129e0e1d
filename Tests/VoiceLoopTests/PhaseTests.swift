import Testing
import Voice
import VoiceLoop

struct PhaseTests {
    private static let one = Turn(number: 1)
    private static let two = Turn(number: 2)
    private static let three = Turn(number: 3)

    private static func at(_ milliseconds: Int64) -> Moment {
        Moment(nanoseconds: milliseconds * 1_000_000)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let events: [Phase.Event]
        let phase: Phase
        let effects: [Phase.Effect]
        let gestures: Phase.Gestures

        init(
            _ name: String, toggles: Bool = false, _ events: [Phase.Event], _ phase: Phase,
            _ effects: [Phase.Effect]
        ) {
            testDescription = name
            var gestures = Phase.Gestures()
            gestures.toggles = toggles
            self.gestures = gestures
            self.events = events
            self.phase = phase
            self.effects = effects
        }
    }

    private static let begun: [Phase.Effect] = [
        .record(one, pressed: at(0)), .timeHold(since: at(0)), .show(.listening),
    ]
    private static let held: [Phase.Event] = [
        .pressed(one, at: at(0)), .heldSince(at(0)), .released(at: at(2000)),
    ]
    private static let heldEffects: [Phase.Effect] =
        begun + [
            .hold(one), .endAfterLastWord(one, released: at(2000)), .show(.thinking),
        ]
    private static let tap: [Phase.Event] = [.pressed(one, at: at(0)), .released(at: at(100))]
    private static let tapEffects: [Phase.Effect] =
        begun + [.endBySilence(one), .timeTaps(since: at(100))]
    private static let handsFree = Phase.listening(
        one, .handsFree(since: at(100)), speech: false)
    /// Held, answered, and being spoken.
    private static let speaking = held + [.replyBegan(one)]
    private static let speakingEffects = heldEffects + [.show(.speaking)]

    /// What the press of `turn` does when it cuts `old` short.
    private static func again(_ turn: Turn, _ moment: Int64, abandoning old: Turn?)
        -> [Phase.Effect]
    {
        let abandoned = old.map { [Phase.Effect.abandon($0)] } ?? []
        return abandoned + [
            .record(turn, pressed: at(moment)), .timeHold(since: at(moment)), .show(.listening),
        ]
    }
    private static let doubleTap =
        tap + [.pressed(two, at: at(350)), .released(at: at(450))]
    private static let doubleTapEffects =
        tapEffects + [
            .waitAndSee(one, since: at(350)), .timeHold(since: at(350)), .drop(one),
            .timeTaps(since: at(450)), .show(.off),
        ]
    /// Three taps, and whether to forget is being asked.
    private static let tripleTap =
        doubleTap + [.pressed(three, at: at(700)), .released(at: at(800))]
    private static let tripleTapEffects =
        doubleTapEffects + again(three, 700, abandoning: nil) + [
            .drop(three), .say(three, .forgetQuestion), .show(.speaking),
        ]
    private static let four = Turn(number: 4)
    private static let invitedEffects: [Phase.Effect] = [
        .record(one, pressed: at(0)), .endBySilence(one), .settle(one), .show(.listening),
    ]
    private static let tapAfterInvitation: [Phase.Effect] = [
        .waitAndSee(one, since: at(100)), .timeHold(since: at(100)), .drop(one),
        .timeTaps(since: at(200)), .show(.off),
    ]
    /// Somebody wants to manage the device, and the question was heard.
    private static let asked: [Phase.Event] = [
        .wanted(one, .consentQuestion("May they?")), .ended(one),
    ]
    private static let askedEffects: [Phase.Effect] = [
        .say(one, .consentQuestion("May they?")), .show(.speaking), .timeAnswer(one),
    ]
    /// What a press of `two` at 9000 does then.
    private static let pressedEffects: [Phase.Effect] =
        askedEffects + [
            .abandon(one), .record(two, pressed: at(9000)), .timeConsent(since: at(9000)),
            .show(.listening),
        ]
    private static let agreedEffects: [Phase.Effect] = [
        .drop(two), .consent(true), .say(two, .consentGiven), .show(.speaking),
    ]

    static let consentCases: [Case] = [
        Case(
            "the question is asked, and waited for", asked, .consenting(one, down: nil),
            askedEffects),
        Case(
            "held for three seconds, it is agreed to, and is no turn",
            asked + [.pressed(two, at: at(9000)), .heldSince(at(9000)), .released(at: at(13_000))],
            .speaking(two), pressedEffects + agreedEffects),
        Case(
            "a release is classified by its own time, however late the timer",
            asked + [.pressed(two, at: at(9000)), .released(at: at(12_000))], .speaking(two),
            pressedEffects + agreedEffects),
        Case(
            "speech meanwhile changes nothing",
            asked + [.pressed(two, at: at(9000)), .speechFound(two), .heldSince(at(9000))],
            .speaking(two), pressedEffects + agreedEffects),
        Case(
            "held for less, it is a question as any other, and means no",
            asked + [.pressed(two, at: at(9000)), .released(at: at(11_999))], .thinking(two),
            pressedEffects + [
                .consent(false), .endAfterLastWord(two, released: at(11_999)), .show(.thinking),
            ]),
        Case(
            "a tap means no, and nothing else",
            asked + [.pressed(two, at: at(9000)), .released(at: at(9100))], .idle,
            pressedEffects + [.drop(two), .consent(false), .show(.off)]),
        Case(
            "a press while it asks is a press all the same",
            [asked[0], .pressed(two, at: at(9000)), .heldSince(at(9000))], .speaking(two),
            [
                .say(one, .consentQuestion("May they?")), .show(.speaking), .abandon(one),
                .record(two, pressed: at(9000)), .timeConsent(since: at(9000)),
                .show(.listening),
            ] + agreedEffects),
        Case(
            "the question is heard no more when the button is down",
            asked + [.pressed(two, at: at(9000)), .ended(one), .unanswered(one)],
            .listening(two, .down(since: at(9000), after: .consent), speech: false),
            pressedEffects),
        Case(
            "nobody answers", asked + [.unanswered(one)], .speaking(one),
            askedEffects + [.consent(false), .say(one, .consentWithheld), .show(.speaking)]),
        Case(
            "without a microphone one can agree",
            asked + [.pressed(two, at: at(9000)), .failed(two), .ended(two), .heldSince(at(9000))],
            .speaking(two), pressedEffects + [.drop(two)] + agreedEffects),
        Case(
            "without a microphone one can disagree",
            asked + [.pressed(two, at: at(9000)), .failed(two), .released(at: at(10_000))], .idle,
            pressedEffects + [.drop(two), .consent(false), .show(.off)]),
        Case(
            "without a speaker one can agree",
            [
                asked[0], .failed(one), .ended(one), .pressed(two, at: at(9000)),
                .heldSince(at(9000)),
            ],
            .speaking(two), pressedEffects + agreedEffects),
        Case(
            "a press over the network never agrees",
            asked + [
                .pressed(two, at: at(9000), isRemote: true), .heldSince(at(9000)),
                .released(at: at(13_000)),
            ], .thinking(two),
            askedEffects + [.consent(false)] + again(two, 9000, abandoning: one) + [
                .hold(two), .endAfterLastWord(two, released: at(13_000)), .show(.thinking),
            ]),
        Case(
            "a press over the network never agrees, where the button toggles either", toggles: true,
            asked + [
                .pressed(two, at: at(9000), isRemote: true), .heldSince(at(9000)),
                .released(at: at(13_000)),
            ], .listening(two, .toggled, speech: false),
            askedEffects + [
                .consent(false), .abandon(one), .record(two, pressed: at(9000)), .hold(two),
                .show(.listening),
            ]),
        Case(
            "the timer of another press agrees to nothing",
            asked + [.pressed(two, at: at(9000)), .heldSince(at(8000))],
            .listening(two, .down(since: at(9000), after: .consent), speech: false),
            pressedEffects),
        Case(
            "where the button toggles it is held all the same", toggles: true,
            asked + [.pressed(two, at: at(9000)), .heldSince(at(9000)), .released(at: at(13_000))],
            .speaking(two), pressedEffects + agreedEffects),
        Case(
            "where the button toggles, less begins a question, and means no", toggles: true,
            asked + [.pressed(two, at: at(9000)), .released(at: at(9500))],
            .listening(two, .toggled, speech: false),
            pressedEffects + [.consent(false), .hold(two)]),
        Case(
            "it is not asked while something else goes on",
            held + [.wanted(two, .consentQuestion("May they?"))], .thinking(one), heldEffects),
    ]

    static let cases: [Case] = [
        Case(
            "a press records at once", [.pressed(one, at: at(0))],
            .listening(one, .down(since: at(0), after: .idle), speech: false), begun),
        Case("held and released, it thinks", held, .thinking(one), heldEffects),
        Case(
            "a release is classified by its own time, however late the timer",
            [.pressed(one, at: at(0)), .released(at: at(400))], .thinking(one),
            begun + [.endAfterLastWord(one, released: at(400)), .show(.thinking)]),
        Case("a tap listens hands-free", tap, handsFree, tapEffects),
        Case(
            "the end of speech ends a hands-free question",
            tap + [.captureEnded(one, speech: true)], .thinking(one),
            tapEffects + [.show(.thinking)]),
        Case(
            "no speech ends it quietly", tap + [.captureEnded(one, speech: false)], .idle,
            tapEffects + [.show(.off)]),
        Case(
            "a later tap ends a hands-free question, cut at its press",
            tap + [.pressed(two, at: at(3000)), .released(at: at(3100))], .thinking(one),
            tapEffects + [
                .waitAndSee(one, since: at(3000)), .timeHold(since: at(3000)),
                .endAt(one, at(3000)), .show(.thinking),
            ]),
        Case(
            "a later hold goes on as push-to-talk",
            tap + [
                .pressed(two, at: at(3000)), .heldSince(at(3000)), .released(at: at(5000)),
            ], .thinking(one),
            tapEffects + [
                .waitAndSee(one, since: at(3000)), .timeHold(since: at(3000)), .hold(one),
                .endAfterLastWord(one, released: at(5000)),
                .show(.thinking),
            ]),
        Case(
            "the first press's timer does not make a tap held",
            tap + [.heldSince(at(0))], handsFree, tapEffects),
        Case(
            "the longest turn is answered, and the release ignored",
            [
                .pressed(one, at: at(0)), .heldSince(at(0)), .captureEnded(one, speech: true),
                .released(at: at(70_000)),
            ], .thinking(one), begun + [.hold(one), .show(.thinking)]),
        Case(
            "a reply is spoken, and then it is idle",
            held + [.captureEnded(one, speech: true), .replyBegan(one), .ended(one)], .idle,
            heldEffects + [.show(.speaking), .show(.off)]),
        Case(
            "an empty reply ends without a sound", held + [.ended(one)], .idle,
            heldEffects + [.show(.off)]),
        Case(
            "held while speaking: the old turn is abandoned, a new one recorded",
            held + [
                .replyBegan(one), .pressed(two, at: at(5000)), .heldSince(at(5000)),
                .released(at: at(6000)),
            ], .thinking(two),
            heldEffects + [
                .show(.speaking), .abandon(one), .record(two, pressed: at(5000)),
                .timeHold(since: at(5000)), .show(.listening), .hold(two),
                .endAfterLastWord(two, released: at(6000)), .show(.thinking),
            ]),
        Case(
            "a tap while thinking just stops",
            held + [
                .pressed(two, at: at(2500)), .released(at: at(2600)), .tapsOver(since: at(2600)),
            ], .idle,
            heldEffects + again(two, 2500, abandoning: one) + [
                .drop(two), .timeTaps(since: at(2600)), .show(.off),
            ]),
        Case(
            "a failure is told, then it is idle", held + [.failed(one), .ended(one)], .idle,
            heldEffects + [.show(.failed), .show(.off)]),
        Case(
            "a microphone that fails while listening is told",
            [.pressed(one, at: at(0)), .failed(one)], .speaking(one), begun + [.show(.failed)]),
        Case(
            "news of an abandoned turn change nothing",
            held + [
                .pressed(two, at: at(2500)), .replyBegan(one), .failed(one), .ended(one),
                .captureEnded(one, speech: false),
            ], .listening(two, .down(since: at(2500), after: .turn), speech: false),
            heldEffects + [
                .abandon(one), .record(two, pressed: at(2500)), .timeHold(since: at(2500)),
                .show(.listening),
            ]),
        Case(
            "300 ms after a tap what was said may go to the providers",
            tap + [.tapsOver(since: at(100))], handsFree, tapEffects + [.settle(one)]),
        Case(
            "two taps drop the turn, and repeat once a third is ruled out",
            doubleTap + [.tapsOver(since: at(450))], .speaking(one),
            doubleTapEffects + [.say(one, .lastAnswer), .show(.speaking)]),
        Case(
            "nothing is repeated before a third tap is ruled out", doubleTap,
            .counting(one, taps: 2, since: at(450)), doubleTapEffects),
        Case(
            "the first tap's time does not end a double tap",
            tap + [.pressed(two, at: at(350)), .tapsOver(since: at(100))],
            .listening(one, .down(since: at(350), after: .taps(1)), speech: false),
            tapEffects + [.waitAndSee(one, since: at(350)), .timeHold(since: at(350))]),
        Case(
            "tapped, then held: the same turn, now push-to-talk",
            tap + [.pressed(two, at: at(350)), .heldSince(at(350)), .released(at: at(3000))],
            .thinking(one),
            tapEffects + [
                .waitAndSee(one, since: at(350)), .timeHold(since: at(350)), .hold(one),
                .endAfterLastWord(one, released: at(3000)), .show(.thinking),
            ]),
        Case(
            "a second press after speech is no double tap: it ends the question",
            tap + [.speechFound(one), .pressed(two, at: at(350)), .released(at: at(450))],
            .thinking(one),
            tapEffects + [
                .waitAndSee(one, since: at(350)), .timeHold(since: at(350)), .endAt(one, at(350)),
                .show(.thinking),
            ]),
        Case(
            "a second press after more than 300 ms is no double tap: it ends the question",
            tap + [.pressed(two, at: at(401)), .released(at: at(450))], .thinking(one),
            tapEffects + [
                .waitAndSee(one, since: at(401)), .timeHold(since: at(401)), .endAt(one, at(401)),
                .show(.thinking),
            ]),
        Case(
            "three taps ask whether to forget", tripleTap, .confirming(three), tripleTapEffects),
        Case(
            "the time for an answer begins when the question was heard",
            tripleTap + [.ended(three)], .confirming(three),
            tripleTapEffects + [.timeAnswer(three)]),
        Case(
            "one more tap forgets",
            tripleTap + [
                .ended(three), .pressed(four, at: at(4000)), .released(at: at(4100)),
            ], .speaking(four),
            tripleTapEffects + [.timeAnswer(three)] + again(four, 4000, abandoning: three) + [
                .drop(four), .forget, .say(four, .forgotten), .show(.speaking),
            ]),
        Case(
            "a tap agrees while the question is still being asked",
            tripleTap + [.pressed(four, at: at(1000)), .released(at: at(1100))],
            .speaking(four),
            tripleTapEffects + again(four, 1000, abandoning: three) + [
                .drop(four), .forget, .say(four, .forgotten), .show(.speaking),
            ]),
        Case(
            "held instead, it is an ordinary turn and means no",
            tripleTap + [
                .ended(three), .pressed(four, at: at(4000)), .heldSince(at(4000)),
                .unanswered(three), .released(at: at(6000)),
            ], .thinking(four),
            tripleTapEffects + [.timeAnswer(three)] + again(four, 4000, abandoning: three) + [
                .hold(four), .endAfterLastWord(four, released: at(6000)), .show(.thinking),
            ]),
        Case(
            "no answer keeps the conversation", tripleTap + [.ended(three), .unanswered(three)],
            .speaking(three),
            tripleTapEffects + [.timeAnswer(three), .say(three, .kept), .show(.speaking)]),
        Case(
            "a question that could not be asked is not waited for",
            tripleTap + [.failed(three), .ended(three)], .idle,
            tripleTapEffects + [.show(.failed), .show(.off)]),
        Case(
            "two taps while it speaks repeat from the start",
            speaking + [
                .pressed(two, at: at(5000)), .released(at: at(5100)),
                .pressed(three, at: at(5300)), .released(at: at(5400)),
                .tapsOver(since: at(5400)),
            ], .speaking(three),
            speakingEffects + again(two, 5000, abandoning: one) + [
                .drop(two), .timeTaps(since: at(5100)), .show(.off),
            ] + again(three, 5300, abandoning: nil) + [
                .drop(three), .timeTaps(since: at(5400)), .show(.off), .say(three, .lastAnswer),
                .show(.speaking),
            ]),
        Case(
            "three taps while it speaks ask whether to forget",
            speaking + [
                .pressed(two, at: at(5000)), .released(at: at(5100)),
                .pressed(three, at: at(5300)), .released(at: at(5400)),
                .pressed(four, at: at(5600)), .released(at: at(5700)),
            ], .confirming(four),
            speakingEffects + again(two, 5000, abandoning: one) + [
                .drop(two), .timeTaps(since: at(5100)), .show(.off),
            ] + again(three, 5300, abandoning: nil) + [
                .drop(three), .timeTaps(since: at(5400)), .show(.off),
            ] + again(four, 5600, abandoning: nil) + [
                .drop(four), .say(four, .forgetQuestion), .show(.speaking),
            ]),
        Case(
            "tapped while it speaks, then held: a new turn",
            speaking + [
                .pressed(two, at: at(5000)), .released(at: at(5100)),
                .pressed(three, at: at(5300)), .heldSince(at(5300)),
            ], .listening(three, .held, speech: false),
            speakingEffects + again(two, 5000, abandoning: one) + [
                .drop(two), .timeTaps(since: at(5100)), .show(.off),
            ] + again(three, 5300, abandoning: nil) + [.hold(three)]),
        Case(
            "a press late after a tap that stopped is a first press, however late the timer",
            speaking + [
                .pressed(two, at: at(5000)), .released(at: at(5100)),
                .pressed(three, at: at(5401)), .released(at: at(5500)),
            ], .listening(three, .handsFree(since: at(5500)), speech: false),
            speakingEffects + again(two, 5000, abandoning: one) + [
                .drop(two), .timeTaps(since: at(5100)), .show(.off),
            ] + again(three, 5401, abandoning: nil) + [
                .endBySilence(three), .timeTaps(since: at(5500)),
            ]),
        Case(
            "a press while a timer rings silences it, nothing else",
            [
                .wanted(one, .alarm("over")), .pressed(two, at: at(500)),
                .released(at: at(600)), .tapsOver(since: at(600)),
            ], .idle,
            [.say(one, .alarm("over")), .show(.speaking), .abandon(one), .show(.off)]),
        Case(
            "what the device wants to say waits for the end of a turn",
            [.pressed(one, at: at(0)), .wanted(two, .alarm("over"))],
            .listening(one, .down(since: at(0), after: .idle), speech: false), begun),
        Case(
            "a press cuts an announcement short, and a tap just stops it",
            [
                .wanted(one, .announcement("news")), .pressed(two, at: at(500)),
                .released(at: at(600)), .tapsOver(since: at(600)),
            ], .idle,
            [.say(one, .announcement("news")), .show(.speaking)]
                + again(two, 500, abandoning: one) + [
                    .drop(two), .timeTaps(since: at(600)), .show(.off),
                ]),
        Case(
            "invited, it listens hands-free without a press", [.invited(one, at: at(0))],
            .listening(one, .invited, speech: false), invitedEffects),
        Case(
            "a tap soon after an invitation just stops it, and repeats nothing",
            [
                .invited(one, at: at(0)), .pressed(two, at: at(100)), .released(at: at(200)),
                .tapsOver(since: at(200)),
            ], .idle, invitedEffects + tapAfterInvitation),
        Case(
            "two taps after an invitation repeat the answer",
            [
                .invited(one, at: at(0)), .pressed(two, at: at(100)), .released(at: at(200)),
                .pressed(three, at: at(350)), .released(at: at(450)), .tapsOver(since: at(450)),
            ], .speaking(three),
            invitedEffects + tapAfterInvitation + again(three, 350, abandoning: nil) + [
                .drop(three), .timeTaps(since: at(450)), .show(.off), .say(three, .lastAnswer),
                .show(.speaking),
            ]),
        Case(
            "held after an invitation, it is push-to-talk",
            [
                .invited(one, at: at(0)), .pressed(two, at: at(100)), .heldSince(at(100)),
                .released(at: at(2000)),
            ], .thinking(one),
            invitedEffects + [
                .waitAndSee(one, since: at(100)), .timeHold(since: at(100)), .hold(one),
                .endAfterLastWord(one, released: at(2000)), .show(.thinking),
            ]),
        Case(
            "a tap ends an invited question that has begun",
            [
                .invited(one, at: at(0)), .speechFound(one), .pressed(two, at: at(200)),
                .released(at: at(300)),
            ], .thinking(one),
            invitedEffects + [
                .waitAndSee(one, since: at(200)), .timeHold(since: at(200)),
                .endAt(one, at(200)), .show(.thinking),
            ]),
        Case(
            "an invitation after a press is void",
            [.pressed(one, at: at(0)), .invited(two, at: at(1))],
            .listening(one, .down(since: at(0), after: .idle), speech: false), begun),
        Case(
            "toggle: a press starts, its release is nothing, a press ends", toggles: true,
            [
                .pressed(one, at: at(0)), .released(at: at(100)), .heldSince(at(0)),
                .pressed(two, at: at(3000)), .released(at: at(3100)),
            ], .thinking(one),
            [
                .record(one, pressed: at(0)), .hold(one), .show(.listening),
                .endAfterLastWord(one, released: at(3000)), .show(.thinking),
            ]),
        Case(
            "toggle: a press while it speaks ends it", toggles: true,
            [
                .pressed(one, at: at(0)), .pressed(two, at: at(3000)), .replyBegan(one),
                .pressed(three, at: at(4000)),
            ], .idle,
            [
                .record(one, pressed: at(0)), .hold(one), .show(.listening),
                .endAfterLastWord(one, released: at(3000)), .show(.thinking),
                .show(.speaking), .abandon(one), .show(.off),
            ]),
        Case(
            "toggle: a press silences a timer", toggles: true,
            [.wanted(one, .alarm("over")), .pressed(two, at: at(500))], .idle,
            [.say(one, .alarm("over")), .show(.speaking), .abandon(one), .show(.off)]),
        Case("a release alone is nothing", [.released(at: at(5))], .idle, []),
    ]

    @Test("What the button does and what follows", arguments: cases + consentCases)
    func follows(example: Case) {
        var phase = Phase.idle
        var effects: [Phase.Effect] = []
        for event in example.events {
            let (next, more) = phase.after(event, example.gestures)
            phase = next
            effects += more
        }
        #expect(phase == example.phase)
        #expect(effects == example.effects)
    }
}
