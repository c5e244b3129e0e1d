import Testing
import Voice
import VoiceLoop

struct PhaseTests {
    private static let one = Turn(number: 1)
    private static let two = Turn(number: 2)
    private static let hold = Duration.milliseconds(400)

    private static func at(_ milliseconds: Int64) -> Moment {
        Moment(nanoseconds: milliseconds * 1_000_000)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let events: [Phase.Event]
        let phase: Phase
        let effects: [Phase.Effect]

        init(
            _ name: String, _ events: [Phase.Event], _ phase: Phase, _ effects: [Phase.Effect]
        ) {
            testDescription = name
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
        begun + [
            .endBySilence(one, tapped: at(100))
        ]

    static let cases: [Case] = [
        Case(
            "a press records at once", [.pressed(one, at: at(0))],
            .listening(one, .down(since: at(0), interrupting: false)), begun),
        Case("held and released, it thinks", held, .thinking(one), heldEffects),
        Case(
            "a release is classified by its own time, however late the timer",
            [.pressed(one, at: at(0)), .released(at: at(400))], .thinking(one),
            begun + [.endAfterLastWord(one, released: at(400)), .show(.thinking)]),
        Case("a tap listens hands-free", tap, .listening(one, .handsFree), tapEffects),
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
            tap + [.heldSince(at(0))], .listening(one, .handsFree), tapEffects),
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
            held + [.pressed(two, at: at(2500)), .released(at: at(2600))], .idle,
            heldEffects + [
                .abandon(one), .record(two, pressed: at(2500)), .timeHold(since: at(2500)),
                .show(.listening), .abandon(two), .show(.off),
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
            ], .listening(two, .down(since: at(2500), interrupting: true)),
            heldEffects + [
                .abandon(one), .record(two, pressed: at(2500)), .timeHold(since: at(2500)),
                .show(.listening),
            ]),
        Case("a release alone is nothing", [.released(at: at(5))], .idle, []),
    ]

    @Test("What the button does and what follows", arguments: cases)
    func follows(example: Case) {
        var phase = Phase.idle
        var effects: [Phase.Effect] = []
        for event in example.events {
            let (next, more) = phase.after(event, hold: Self.hold)
            phase = next
            effects += more
        }
        #expect(phase == example.phase)
        #expect(effects == example.effects)
    }
}
