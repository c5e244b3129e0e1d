import Synchronization
import TestSupport
import Testing
import Voice

@testable import Panel

@Suite(.timeLimit(.minutes(1)))
struct LineButtonTests {
    private let clock = InstantClock()
    private let lines = LogBook()

    private final class Told: Sendable {
        let events = Mutex<[ButtonEvent]>([])
        let holds = Mutex<[StartUpHold]>([])
    }

    /// After the start of the test's clock.
    private static func at(_ milliseconds: Int) -> Moment {
        Moment(nanoseconds: 1_000_000_000 + Int64(milliseconds) * 1_000_000)
    }

    private static func edge(_ isActive: Bool, _ milliseconds: Int) -> Edge {
        Edge(isActive: isActive, at: at(milliseconds))
    }

    private static let gone = PanelError("read", "line 17", "No such device")
    private static let taken = PanelError("take", "line 17", "\"other\" uses it")

    /// What opening the line finds, one time after the other.
    private enum Opening: Sendable {
        case fails(PanelError)
        case opens(isActive: Bool, [FakeLine.Step])
    }

    /// Follows a button until it has told so many events and holds.
    private func follow(
        _ openings: [Opening], events: Int, holds: Int = 0, lines count: Int = 0
    ) async throws -> (events: [ButtonEvent], holds: [StartUpHold]) {
        let told = Told()
        let next = Counter()
        let clock = clock
        let button = LineButton(
            "line 17", debounce: .milliseconds(5), backOff: BackOff([.milliseconds(1)]),
            clock: clock, log: lines.log
        ) { () throws(PanelError) in
            let index = next.increment()
            switch openings[min(index, openings.count - 1)] {
            case .fails(let error): throw error
            case .opens(let isActive, let steps):
                return FakeLine(isActive: isActive, steps, clock: clock)
            }
        }
        let task = Task {
            await button.run(
                startUp: { hold in told.holds.withLock { $0.append(hold) } },
                { event in told.events.withLock { $0.append(event) } })
        }
        try await eventually {
            told.events.withLock { $0.count } >= events
                && told.holds.withLock { $0.count } >= holds && lines.lines.count >= count
        }
        task.cancel()
        await task.value
        return (told.events.withLock { $0 }, told.holds.withLock { $0 })
    }

    @Test("Something was plugged in: what was lost is tried again at once")
    func plugged() async throws {
        let told = Told()
        let tries = Counter()
        let clock = clock
        let button = LineButton(
            "line 17", debounce: .milliseconds(5), backOff: BackOff([.seconds(600)]),
            clock: clock, log: lines.log
        ) { () throws(PanelError) in
            if tries.increment() == 0 { throw Self.gone }
            return FakeLine([.edges([Self.edge(true, 100)])], clock: clock)
        }
        #expect(button.problem == "line 17 was not opened yet")
        let task = Task {
            await button.run { event in told.events.withLock { $0.append(event) } }
        }
        try await eventually { button.problem == "cannot read line 17: No such device" }
        #expect(!button.works)
        button.lookAgain()
        try await eventually { told.events.withLock { $0.count } == 1 }
        #expect(button.problem == nil && button.works)
        // A line that works is not opened anew.
        button.lookAgain()
        task.cancel()
        await task.value
        #expect(tries.value == 2)
    }

    @Test("Presses and releases come with the kernel's times")
    func presses() async throws {
        let told = try await follow(
            [
                .opens(
                    isActive: false,
                    [
                        .edges([Self.edge(true, 100)]), .edges([Self.edge(false, 101)]),
                        .edges([Self.edge(true, 102)]), .edges([Self.edge(false, 900)]),
                    ])
            ], events: 2)
        #expect(told.events == [.pressed(at: Self.at(100)), .released(at: Self.at(900))])
        #expect(told.holds.isEmpty)
        #expect(lines.lines == ["info: the button is line 17"])
    }

    @Test("A storm whose last edge was lost is looked at when it is over")
    func storm() async throws {
        let told = try await follow(
            [
                .opens(
                    isActive: false,
                    [.edges([Self.edge(true, 100), Self.edge(true, 101)], level: false)])
            ], events: 2)
        #expect(told.events == [.pressed(at: Self.at(100)), .released(at: Self.at(105))])
    }

    @Test("Down at the start is no press, but a hold of its own; the next press counts")
    func startUp() async throws {
        let told = try await follow(
            [
                .opens(
                    isActive: true,
                    [
                        .edges([Self.edge(false, 7000)]), .edges([Self.edge(true, 8000)]),
                        .edges([Self.edge(false, 8100)]),
                    ])
            ], events: 2, holds: 2)
        #expect(
            told.holds == [
                .began(at: Self.at(0)), .ended(at: Self.at(7000), after: .seconds(7)),
            ])
        #expect(told.events == [.pressed(at: Self.at(8000)), .released(at: Self.at(8100))])
        #expect(lines.lines.contains { $0.hasPrefix("warning: the button is down already") })
    }

    @Test("A line that cannot be opened is told once, tried again, and told when it works")
    func taken() async throws {
        let told = try await follow(
            [
                .fails(Self.taken), .fails(Self.taken), .fails(Self.taken),
                .opens(isActive: false, [.edges([Self.edge(true, 100)])]),
            ], events: 1)
        #expect(told.events.first == .pressed(at: Self.at(100)))
        #expect(
            lines.lines == [
                "error: cannot take line 17: \"other\" uses it; trying again",
                "info: the button is line 17, and works again",
            ])
    }

    @Test("Another reason is told too")
    func reasons() async throws {
        _ = try await follow(
            [
                .fails(Self.taken), .fails(Self.gone), .fails(Self.gone),
                .opens(isActive: false, []),
            ],
            events: 0, lines: 3)
        #expect(lines.lines.count == 3)
        #expect(lines.lines[1].hasPrefix("error: cannot read line 17: No such device"))
    }

    @Test("Lost while it is down, it counts as let go, and down when it comes back is no press")
    func lost() async throws {
        let told = try await follow(
            [
                .opens(
                    isActive: false, [.edges([Self.edge(true, 100)]), .lost(Self.gone)]),
                .fails(Self.gone),
                .opens(
                    isActive: true,
                    [
                        .edges([Self.edge(false, 3000)]), .edges([Self.edge(true, 4000)]),
                        .edges([Self.edge(false, 4200)]),
                    ]),
            ], events: 4)
        #expect(
            told.events == [
                .pressed(at: Self.at(100)), .released(at: Self.at(105)),
                .pressed(at: Self.at(4000)), .released(at: Self.at(4200)),
            ])
        #expect(told.holds.isEmpty)
    }

    @Test("Cancelling ends it while it waits for an edge, and while it waits to try again")
    func cancel() async throws {
        _ = try await follow([.opens(isActive: false, [])], events: 0, lines: 1)
        let lines = LogBook()
        let button = LineButton("x", debounce: .zero, log: lines.log) { () throws(PanelError) in
            throw Self.taken
        }
        let task = Task { await button.run { _ in } }
        try await eventually { lines.lines.count == 1 }
        task.cancel()
        await task.value
    }

    @Test("The waits between tries grow to half a minute, and begin anew when it works")
    func backOff() {
        var backOff = BackOff()
        #expect(
            (0..<8).map { _ in backOff.next() }
                == [1, 2, 4, 8, 15, 30, 30, 30].map { .seconds($0) })
        backOff.reset()
        #expect(backOff.next() == .seconds(1))
    }
}

struct PollTests {
    static let deadlines: [(deadline: Int64?, milliseconds: Int32)] = [
        (nil, -1), (0, 0), (-5, 0), (1, 1), (1_000_000, 1), (1_000_001, 2), (Int64.max, Int32.max),
    ]

    @Test("A time-out is rounded up to milliseconds", arguments: deadlines)
    func timeOut(deadline: Int64?, expected: Int32) {
        let moment = deadline.map { Moment(nanoseconds: $0) }
        #expect(milliseconds(until: moment, from: Moment(nanoseconds: 0)) == expected)
    }
}
