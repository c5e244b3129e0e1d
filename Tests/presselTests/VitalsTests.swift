import Audio
import Store
import Testing
import Voice
import Web

@testable import pressel

struct VitalsTests {
    private static let start = Moment(nanoseconds: 1_000_000_000_000)

    private static func thread(
        _ state: AudioActivity.State, called: Bool = false
    ) -> AudioActivity {
        AudioActivity(state, since: start, calledSince: called ? start : nil)
    }

    /// All began, or were asked, at `start`.
    static let cases: [(name: String, vitals: Vitals, silent: [String])] = [
        ("idle", vitals(.closed), []),
        ("muted, and nothing to play", vitals(.muted, .quiet), []),
        ("a card is missing", vitals(.retrying, .retrying), []),
        ("no frames from the microphone", vitals(.working), ["the microphone's thread"]),
        ("no frames to the speaker", vitals(.closed, .working), ["the speaker's thread"]),
        ("a thread has ended", vitals(.absent), ["the microphone's thread"]),
        (
            "called and not come",
            Vitals(microphone: thread(.closed), speaker: thread(.closed, called: true)),
            ["the speaker's thread"]
        ),
        (
            "the actor does not answer",
            Vitals(
                loopAskedSince: start, microphone: thread(.closed), speaker: thread(.closed)),
            ["the voice loop"]
        ),
        (
            "the loop is stuck, and a thread too",
            Vitals(
                loopBusySince: start, microphone: thread(.working), speaker: thread(.closed)),
            ["the voice loop", "the microphone's thread"]
        ),
    ]

    private static func vitals(
        _ microphone: AudioActivity.State, _ speaker: AudioActivity.State = .closed
    ) -> Vitals {
        Vitals(microphone: thread(microphone), speaker: thread(speaker))
    }

    @Test("Who is silent for longer than patience lasts, and only then", arguments: cases)
    func silence(name: String, vitals: Vitals, silent: [String]) {
        #expect(vitals.silent(at: Self.start) == [])
        #expect(vitals.silent(at: Self.start + Vitals.patience) == [])
        #expect(vitals.silent(at: Self.start + Vitals.patience + .milliseconds(1)) == silent)
        #expect(vitals.silent(at: Self.start + .seconds(86_400)) == silent)
    }

    @Test("A card may take its time to open, but not for ever")
    func opening() {
        let vitals = Self.vitals(.opening, .retrying)
        let called = Vitals(
            microphone: Self.thread(.closed), speaker: Self.thread(.opening, called: true))
        for (seconds, isSilent) in [(5, false), (30, false), (31, true)] {
            let now = Self.start + .seconds(seconds)
            #expect(vitals.silent(at: now) == (isSilent ? ["the microphone's thread"] : []))
            #expect(called.silent(at: now) == (isSilent ? ["the speaker's thread"] : []))
        }
    }

    @Test("A button that is no device works, is off, or is not named")
    func button() {
        func line(_ devices: [DeviceStatus.Part], _ button: Settings.Button.Source) -> String {
            ServiceStatus(devices, isMuted: true, button: button).line
        }
        let microphone = DeviceStatus.Part(role: "microphone", name: "default", problem: nil)
        let button = DeviceStatus.Part(role: "button", name: "line 17", problem: "it is gone")
        #expect(line([microphone, button], .gpio).hasPrefix("missing: button (it is gone)"))
        #expect(line([microphone], .keyboard).contains("works: button"))
        #expect(line([microphone], .none).contains("button (by the settings)"))
        #expect(line([microphone], .input).hasPrefix("missing: button (the settings do not say"))
        #expect(line([microphone], .none).contains("off: microphone (muted)"))
    }

    @Test("One line of what works, what is missing first")
    func status() {
        let status = ServiceStatus(parts: [
            ("microphone", .missing("cannot open audio device \"x\":\nNo such file")),
            ("speaker", .works), ("button", .off("by the settings")), ("clock", .works),
            ("network", .missing("no route")),
        ])
        #expect(
            status.line
                == "missing: microphone (cannot open audio device \"x\": No such file), network (no"
                + " route); works: speaker, clock; off: button (by the settings)")
        let long = ServiceStatus(parts: [
            ("microphone", .missing(String(repeating: "long ", count: 200)))
        ])
        #expect(long.line.count == 400)
    }
}
