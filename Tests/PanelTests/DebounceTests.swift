import Testing
import Voice

@testable import Panel

private func at(_ milliseconds: Double) -> Moment {
    Moment(nanoseconds: Int64(milliseconds * 1_000_000))
}
private func up(_ milliseconds: Double) -> Edge { Edge(isActive: false, at: at(milliseconds)) }
private func down(_ milliseconds: Double) -> Edge { Edge(isActive: true, at: at(milliseconds)) }

/// Something that happens to the line, or to whoever follows it.
private enum Step {
    /// Edges that are read together.
    case read([Edge])
    /// A look at the level, at a time.
    case look(Bool, Double)
}

struct DebounceTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var interval = 5.0
        var isPressed = false
        fileprivate let steps: [Step]
        let events: [ButtonEvent]
        /// When the level is to be looked at after all that, in milliseconds.
        var lookAt: Double?
    }

    static let cases: [Case] = [
        Case(
            testDescription: "a clean press counts at once",
            steps: [.read([down(10)])], events: [.pressed(at: at(10))], lookAt: 15),
        Case(
            testDescription: "a clean press and release",
            steps: [
                .read([down(10)]), .look(true, 15), .read([up(200)]), .look(false, 205),
            ], events: [.pressed(at: at(10)), .released(at: at(200))]),
        Case(
            testDescription: "bounces at both ends are ignored",
            steps: [
                .read([down(10)]), .read([up(10.2), down(10.4), up(11), down(11.1)]),
                .look(true, 15), .read([up(200), down(200.3), up(201)]), .look(false, 205),
            ], events: [.pressed(at: at(10)), .released(at: at(200))]),
        Case(
            testDescription: "a storm that ends up: released when it last went up",
            steps: [.read([down(10), up(10.5), down(11), up(13)]), .look(false, 15)],
            events: [.pressed(at: at(10)), .released(at: at(13))], lookAt: 20),
        Case(
            testDescription: "a storm longer than the interval: one event for each interval",
            steps: [
                .read([down(10), up(12), down(13), up(14.5)]), .look(false, 15),
                .read([down(15.5), up(16), down(18)]), .look(true, 20), .look(true, 25),
            ], events: [.pressed(at: at(10)), .released(at: at(14.5)), .pressed(at: at(18))]),
        Case(
            testDescription: "a second tap after the interval counts",
            steps: [
                .read([down(10)]), .look(true, 15), .read([up(50)]), .look(false, 55),
                .read([down(90)]), .look(true, 95),
            ],
            events: [.pressed(at: at(10)), .released(at: at(50)), .pressed(at: at(90))]),
        Case(
            testDescription: "0 ms: every edge counts",
            interval: 0,
            steps: [.read([down(10), up(10.1), down(10.2)]), .look(true, 10.3)],
            events: [.pressed(at: at(10)), .released(at: at(10.1)), .pressed(at: at(10.2))]),
        Case(
            testDescription: "0 ms: a lost event is found by the look",
            interval: 0, steps: [.read([down(10)]), .look(false, 10.5), .look(false, 11)],
            events: [.pressed(at: at(10)), .released(at: at(10.5))]),
        Case(
            testDescription: "the release was lost in the interval",
            steps: [.read([down(10)]), .look(false, 15)],
            events: [.pressed(at: at(10)), .released(at: at(15))], lookAt: 20),
        Case(
            testDescription: "the release was lost later: the next press is a look at the level",
            steps: [.read([down(10)]), .look(true, 15), .read([down(500)]), .look(true, 505)],
            events: [.pressed(at: at(10))]),
        Case(
            testDescription: "a press that the kernel reports as a release at first",
            steps: [.read([up(10), down(10.3)]), .look(true, 15.3)],
            events: [.pressed(at: at(10.3))]),
        Case(
            testDescription: "a spike too short for its level to be seen",
            steps: [.read([up(10)]), .look(false, 15)], events: []),
        Case(
            testDescription: "read late: the storm's end and the next press",
            steps: [.read([down(10), up(11), down(11.5), up(12), down(300)]), .look(true, 400)],
            events: [.pressed(at: at(10)), .released(at: at(12)), .pressed(at: at(300))]),
        Case(
            testDescription: "read late: an edge in the interval after the storm's end",
            steps: [.read([down(10), up(12), down(17)]), .look(true, 400)],
            events: [.pressed(at: at(10)), .released(at: at(12)), .pressed(at: at(17))],
            lookAt: 405),
        Case(
            testDescription: "the queue overflowed: the newest edges are missing",
            steps: [
                .read((0..<16).map { $0 % 2 == 0 ? down(10 + Double($0)) : up(10 + Double($0)) }),
                .look(true, 100), .look(true, 105),
            ],
            events: [
                .pressed(at: at(10)), .released(at: at(15)), .pressed(at: at(20)),
                .released(at: at(25)), .pressed(at: at(100)),
            ]),
        Case(
            testDescription: "the queue overflowed: the oldest edges are missing",
            steps: [.read([up(20), down(21), up(22), down(400), up(600)]), .look(false, 605)],
            events: [
                .pressed(at: at(21)), .released(at: at(22)), .pressed(at: at(400)),
                .released(at: at(600)),
            ]),
        Case(
            testDescription: "an edge older than the last look keeps the order",
            interval: 0,
            steps: [
                .read([down(10)]), .look(false, 12), .read([up(11)]), .read([down(11.5)]),
                .look(true, 13),
            ], events: [.pressed(at: at(10)), .released(at: at(12)), .pressed(at: at(12))],
            lookAt: 13),
        Case(
            testDescription: "held since before it was followed",
            isPressed: true, steps: [.read([up(700), down(701), up(702)]), .look(false, 705)],
            events: [.released(at: at(700))]),
        Case(
            testDescription: "a press of an hour",
            steps: [.read([down(10)]), .look(true, 15), .read([up(3_600_010)])],
            events: [.pressed(at: at(10)), .released(at: at(3_600_010))], lookAt: 3_600_015),
    ]

    private func run(_ example: Case) -> (events: [ButtonEvent], debounce: Debounce) {
        var debounce = Debounce(
            interval: .nanoseconds(Int64(example.interval * 1_000_000)),
            isPressed: example.isPressed)
        var events: [ButtonEvent] = []
        for step in example.steps {
            switch step {
            case .read(let edges): for edge in edges { events += debounce.take(edge) }
            case .look(let isActive, let moment):
                if let event = debounce.look(isActive, at: at(moment)) { events.append(event) }
            }
        }
        return (events, debounce)
    }

    @Test("A contact's edges become presses and releases", arguments: cases)
    func table(example: Case) {
        let (events, debounce) = run(example)
        #expect(events == example.events)
        if let moment = example.lookAt { #expect(debounce.lookAt == at(moment)) }
    }

    @Test("Whatever comes, presses and releases alternate, in order, and the end is right")
    func storms() {
        var seed: UInt64 = 7
        func random(_ limit: UInt64) -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (seed >> 33) % limit
        }
        for interval in [0, 1, 5, 100] {
            for _ in 0..<300 {
                var debounce = Debounce(interval: .milliseconds(interval), isPressed: false)
                var events: [ButtonEvent] = []
                var now = Moment(nanoseconds: 0)
                var level = false
                for _ in 0..<60 {
                    now = now + .microseconds(Int64(random(random(4) == 0 ? 50_000 : 800)))
                    level.toggle()
                    // One edge in five is lost, and one in ten is told with the wrong level.
                    if random(5) > 0 {
                        let told = random(10) > 0 ? level : !level
                        events += debounce.take(Edge(isActive: told, at: now))
                    }
                    if let moment = debounce.lookAt, moment <= now, random(2) == 0,
                        let event = debounce.look(level, at: now)
                    {
                        events.append(event)
                    }
                }
                // The line is quiet from now on.
                events += debounce.take(Edge(isActive: level, at: now))
                while let moment = debounce.lookAt {
                    now = max(now, moment)
                    if let event = debounce.look(level, at: now) { events.append(event) }
                }
                #expect(debounce.isPressed == level)
                for (one, next) in zip(events, events.dropFirst()) {
                    #expect(one.isPress != next.isPress && one.moment <= next.moment)
                }
                #expect(events.first?.isPress != false)
            }
        }
    }
}

extension ButtonEvent {
    var isPress: Bool { if case .pressed = self { true } else { false } }

    var moment: Moment {
        switch self {
        case .pressed(let moment), .released(let moment): moment
        }
    }
}
