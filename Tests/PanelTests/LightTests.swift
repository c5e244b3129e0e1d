import TestSupport
import Testing
import Voice

@testable import Panel

private let start = Moment(nanoseconds: 5_000_000_000)
private func after(_ milliseconds: Int) -> Moment { start + .milliseconds(milliseconds) }

struct LightPatternTests {
    /// The level of each light at some times, in milliseconds.
    static let looks: [(light: Light, levels: [Int: Double?])] = [
        (.off, [0: 0, 3_600_000: 0]),
        (.listening, [0: 1, 60_000: 1]),
        (.muted, [0: 1, 60_000: 1]),
        (.thinking, [0: 0, 375: 0.5, 750: 1, 1125: 0.5, 1500: 0, 1_500_750: 1]),
        (.speaking, [0: 0.2, 1000: 0.6, 2000: 1, 4000: 0.2]),
        (
            .failed,
            [0: 1, 149: 1, 150: 0, 300: 1, 450: 0, 600: 1, 750: 0, 899: 0, 900: nil, 5000: nil]
        ),
        (.offline, [0: 1, 150: 0, 350: 1, 500: 0, 2999: 0, 3000: 1, 3150: 0, 3_003_350: 1]),
        (.setUpNeeded, [0: 1, 999: 1, 1000: 0.4, 1999: 0.4, 2000: 1, 86_401_000: 0.4]),
    ]

    @Test("Each light moves as it is told apart by", arguments: looks)
    func look(light: Light, levels: [Int: Double?]) {
        for (time, level) in levels {
            let found = LightPattern(light).look(after: .milliseconds(time))?.level
            guard let level else {
                #expect(found == nil, "\(light) after \(time) ms")
                continue
            }
            #expect(abs((found ?? -1) - level) < 1e-6, "\(light) after \(time) ms: \(found ?? -1)")
        }
    }

    @Test("Levels stay between dark and full, and change no earlier than they say")
    func changes() {
        for light in Light.allCases {
            let pattern = LightPattern(light)
            for time in stride(from: 0, to: 10_000, by: 7) {
                let time = Duration.milliseconds(time)
                guard let look = pattern.look(after: time) else { continue }
                #expect((0...1).contains(look.level))
                let next = pattern.nextChange(after: time)
                if let next { #expect(next > time) }
                let before = min(next ?? .seconds(3600), time + LightPattern.tick) - .nanoseconds(1)
                if case .wave = pattern { continue }
                #expect(pattern.look(after: before)?.level == look.level)
            }
        }
    }

    @Test("What stands still wakes nobody; what blinks for hours does so rarely")
    func wakes() {
        for light in [Light.off, .listening, .muted] {
            #expect(LightPattern(light).nextChange(after: .zero) == nil)
        }
        let resting: [(light: Light, wakes: Int)] = [(.offline, 80), (.setUpNeeded, 60)]
        for (light, wakes) in resting {
            var time = Duration.zero
            var count = 0
            while time < .seconds(60) {
                time = LightPattern(light).nextChange(after: time)!
                count += 1
            }
            #expect(count == wakes)
        }
        #expect(LightPattern(.failed).nextChange(after: .milliseconds(900)) == nil)
    }

    @Test("No light flashes more than three times in a second")
    func flashes() {
        for light in Light.allCases {
            let pattern = LightPattern(light)
            let lit = stride(from: 0, to: 20_000, by: 10).map { time in
                (pattern.look(after: .milliseconds(time))?.level ?? 0) >= 0.5
            }
            let flashes = zip(lit, lit.dropFirst()).map { !$0 && $1 }
            for second in 0..<lit.count - 101 {
                #expect(flashes[second..<second + 100].count { $0 } <= 3)
            }
        }
    }
}

struct LightStageTests {
    private let palette = Palette()

    private func level(_ stage: LightStage, _ milliseconds: Int) -> Double {
        stage.frame(at: after(milliseconds), palette: palette, brightness: 1).level
    }

    @Test("Failing is seen to the end of its blinks, then what lies below")
    func failed() {
        var stage = LightStage(at: start)
        stage.rest(.muted, at: start)
        #expect(level(stage, 0) == 1)
        stage.show(.thinking, at: after(1000))
        stage.show(.failed, at: after(2000))
        stage.show(.off, at: after(2100))
        #expect(level(stage, 2160) == 0)
        #expect(level(stage, 2310) == 1)
        #expect(level(stage, 2899) == 0)
        let last = stage.frame(at: after(2900), palette: palette, brightness: 1)
        #expect(last.level == 1 && last.colour == palette[.muted])
        #expect(stage.nextChange(after: after(2899)) == after(2900))
        #expect(stage.nextChange(after: after(2900)) == nil)
        // A press in the middle of it is seen at once.
        stage.show(.failed, at: after(3000))
        stage.show(.listening, at: after(3010))
        #expect(
            stage.frame(at: after(3010), palette: palette, brightness: 1).colour
                == palette[.listening])
    }

    @Test("Failing again blinks again; the same light again goes on as it was")
    func again() {
        var stage = LightStage(at: start)
        stage.show(.failed, at: start)
        stage.show(.failed, at: after(1000))
        #expect(level(stage, 1100) == 1)
        stage.show(.thinking, at: after(2000))
        stage.show(.thinking, at: after(2700))
        #expect(level(stage, 2750) == 1)
    }

    @Test("Offline is seen when nothing is asked, and its rhythm is its own")
    func offline() {
        var stage = LightStage(at: start)
        stage.rest(.offline, at: start)
        stage.show(.listening, at: after(100))
        #expect(level(stage, 400) == 1)
        stage.show(.off, at: after(420))
        stage.rest(.offline, at: after(425))
        #expect(level(stage, 430) == 1)
        #expect(stage.nextChange(after: after(430)) == after(500))
        stage.rest(.off, at: after(600))
        #expect(level(stage, 3000) == 0)
        #expect(stage.nextChange(after: after(600)) == nil)
    }

    @Test("Set-up alternates between two colours, of the palette")
    func setUp() {
        var stage = LightStage(at: start)
        let own = Palette([.setUpNeeded: Colour("#123456")!, .listening: Colour("#abcdef")!])
        stage.rest(.setUpNeeded, at: start)
        #expect(stage.frame(at: after(0), palette: own, brightness: 1).colour == Colour("#123456"))
        #expect(
            stage.frame(at: after(1500), palette: own, brightness: 1).colour == Colour("#abcdef"))
    }
}

/// Remembers what it was to show; fails when told to.
private final class FakeOutput: LightOutput {
    var frames: [LightFrame] = []
    var error: PanelError?

    func show(_ frame: LightFrame) throws(PanelError) {
        if let error { throw error }
        frames.append(frame)
    }
}

struct LightShowTests {
    private let lines = LogBook()

    @Test("Nothing is written twice, and a light that stands still is not stepped")
    func steps() {
        let output = Shared(FakeOutput())
        var show = LightShow(brightness: 0.5, palette: Palette(), log: lines.log) {
            () throws(PanelError) in output.value
        }
        var stage = LightStage(at: start)
        #expect(show.step(stage, at: start) == nil)
        #expect(show.step(stage, at: after(1)) == nil)
        #expect(output.value.frames.count == 1)
        stage.show(.listening, at: after(2))
        #expect(show.step(stage, at: after(2)) == nil)
        #expect(
            output.value.frames.last
                == LightFrame(level: 1, colour: Palette()[.listening], brightness: 0.5))
        stage.show(.thinking, at: after(10))
        #expect(show.step(stage, at: after(10)) == after(50))
        show.end()
        #expect(output.value.frames.last == .dark)
        #expect(output.value.frames.count == 4)
    }

    @Test(
        "A lamp that fails is one warning, tried again with growing waits, and told when it works")
    func failing() {
        let output = Shared(FakeOutput())
        output.value.error = PanelError("open", "the lamp", "No such file or directory")
        var show = LightShow(brightness: 1, palette: Palette(), log: lines.log) {
            () throws(PanelError) in output.value
        }
        var stage = LightStage(at: start)
        stage.show(.listening, at: start)
        var now = start
        var waits: [Duration] = []
        for _ in 0..<7 {
            let next = show.step(stage, at: now)!
            waits.append(next - now)
            // A change meanwhile does not hasten it.
            #expect(show.step(stage, at: now + .milliseconds(500)) == next)
            now = next
        }
        #expect(waits == [1, 2, 4, 8, 15, 30, 30].map { .seconds($0) })
        #expect(lines.lines.count == 1)
        #expect(show.trouble == output.value.error)
        output.value.error = nil
        #expect(show.step(stage, at: now) == nil)
        #expect(output.value.frames.last?.level == 1)
        #expect(show.trouble == nil)
        #expect(
            lines.lines == [
                "warning: cannot open the lamp: No such file or directory; no light is seen until"
                    + " it works",
                "info: the light works again",
            ])
        // Lost later, it begins anew.
        output.value.error = PanelError("write to", "the lamp", "No such device")
        stage.show(.off, at: now)
        #expect(show.step(stage, at: now) == now + .seconds(1))
        output.value.error = nil
        #expect(show.step(stage, at: now + .seconds(1)) == nil)
        #expect(output.value.frames.last?.level == 0)
    }
}

/// Hands a plain fake to a closure that has to be sendable; used by one thread at a time.
final class Shared<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
