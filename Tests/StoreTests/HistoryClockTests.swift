import Linux
import TestSupport
import Testing
import Voice

@testable import Store

struct HistoryClockTests {
    private static let day = Fixture.day
    private static let start = Fixture.start

    /// What the wall shows after so many days of running, as days from the start; then what is
    /// believed.
    static let courses: [(looks: [(wall: Int64?, elapsed: Int64)], believed: Int64?)] = [
        ([], nil),
        ([(nil, 0)], nil),
        ([(0, 0)], 0),
        ([(nil, 5), (0, 5)], 0),
        ([(0, 0), (1, 1), (2, 1)], 2),
        // Off over a weekend.
        ([(0, 0), (3, 0)], 3),
        // A moment in 2099, and back.
        ([(0, 0), (26_000, 0), (0, 0)], 0),
        ([(0, 0), (26_000, 0)], 0),
        // Off for a year: believed after a day, also one made of pieces.
        ([(0, 0), (365, 0)], 0),
        ([(0, 0), (365, 0), (366, 1)], 366),
        ([(0, 0), (365, 0), (366, 0), (367, 0)], 0),
        // To and fro every time it is looked at.
        ([(0, 0), (26_000, 1), (1, 1), (26_000, 1), (3, 1)], 3),
        // Back to the time of the card's image, for a moment and for good.
        ([(0, 0), (-100, 0)], 0),
        ([(0, 0), (-100, 0), (-98, 2)], -98),
        // It is lost, and time goes on.
        ([(0, 0), (nil, 2)], 2),
    ]

    @Test("A step of years is followed when it has lasted for a day", arguments: courses)
    func course(looks: [(wall: Int64?, elapsed: Int64)], believed: Int64?) {
        var clock = HistoryClock()
        for (wall, elapsed) in looks {
            clock.look(at: wall.map { Self.start + $0 * Self.day }, elapsed: elapsed * Self.day)
            // As a restart between any two looks would find it.
            clock = HistoryClock(clock.text)
        }
        #expect(clock.believed == believed.map { Self.start + $0 * Self.day })
    }

    @Test("Whatever was written in its place, it begins anew")
    func text() {
        for text in ["", "x", "- -", "999999999999999999999", "9223372036854775807 1 1"] {
            #expect(HistoryClock(text).text.split(separator: " ").count <= 2)
            var clock = HistoryClock(text)
            clock.look(at: Self.start, elapsed: 1)
        }
    }
}

@Suite(.timeLimit(.minutes(2)))
struct PruningTests {
    private let fixture = Fixture()

    @Test("A device that nobody talks to writes once a day, not once an hour")
    func rest() async throws {
        let memory = fixture.memory()
        try await memory.save(fixture.turn("a"))
        func written() -> Int { sizeOfFile(fixture.folder.path + "/pressel.db-wal") ?? 0 }
        let before = written()
        #expect(before > 0)
        for _ in 1...23 {
            fixture.pass(3600)
            try await memory.prune()
        }
        #expect(written() == before)
        fixture.pass(3600)
        try await memory.prune()
        #expect(written() > before)
    }

    @Test("Turns go when they are older than the owner wants")
    func age() async throws {
        let memory = fixture.memory()
        try await memory.save(fixture.turn("old"))
        fixture.pass(20 * Fixture.day)
        try await memory.save(fixture.turn("young"))
        #expect(try await memory.turns().turns.count == 2)
        fixture.pass(11 * Fixture.day)
        try await memory.prune()
        #expect(try await memory.turns().turns.map(\.transcript) == ["young"])
        #expect(await fixture.memory().exchanges(of: "button", atMost: 5).count == 1)
    }

    @Test(
        "A clock that visits 2099, or the past, takes no turn with it", arguments: [27_000, -150])
    func visit(days: Int64) async throws {
        var memory = fixture.memory()
        for number in 1...3 { try await memory.save(fixture.turn("\(number)")) }
        fixture.set(Fixture.start + days * Fixture.day)
        try await memory.save(fixture.turn("in a strange time"))
        fixture.pass(3600)
        // Also over a restart in the middle of it.
        memory = fixture.memory()
        try await memory.save(fixture.turn("still"))
        #expect(try await memory.turns().turns.count == 5)
        fixture.set(Fixture.start + 7200)
        try await memory.prune()
        memory = fixture.memory()
        try await memory.prune()
        #expect(try await memory.turns().turns.count == 5)
        // And none stays for ever for having been there.
        for _ in 0..<40 {
            fixture.pass(Fixture.day)
            try await memory.prune()
        }
        #expect(try await memory.turns().turns.isEmpty)
    }

    @Test("Turns from before the clock was set begin to age when it is")
    func unset() async throws {
        fixture.set(nil)
        let memory = fixture.memory()
        try await memory.save(fixture.turn("when?"))
        fixture.pass(100 * Fixture.day)
        try await memory.prune()
        #expect(try await memory.turns().turns.count == 1)
        fixture.set(Fixture.start)
        try await memory.prune()
        #expect(try await memory.turns().turns.count == 1)
        fixture.pass(29 * Fixture.day)
        try await memory.prune()
        #expect(try await memory.turns().turns.count == 1)
        fixture.pass(2 * Fixture.day)
        try await memory.prune()
        #expect(try await memory.turns().turns.isEmpty)
    }
}
