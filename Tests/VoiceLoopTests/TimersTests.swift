import Synchronization
import TestSupport
import Testing
import Voice

@testable import VoiceLoop

/// Timers on a clock that stands still until the test moves it, and a wall that the test sets.
@Suite(.timeLimit(.minutes(1)))
struct TimersTests {
    private let clock = ManualClock()
    private let wall = Wall()
    private let keeping = Shelf()
    private let bell = Bell()

    private func timers() -> Timers {
        Timers(
            keeping, clock: clock, unixTime: { [wall] in wall.time }, log: .silent,
            ring: { [bell] timer, late, then in
                bell.ring(timer, late)
                then()
            })
    }

    /// Lets time pass, on the wall as well if it is set, once somebody waits for it.
    private func pass(_ seconds: Int) async {
        for _ in 0..<seconds {
            await until { clock.sleepers > 0 }
            wall.pass(1)
            clock.advance(by: .seconds(1))
            try? await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test("It rings when it is time, once, and is forgotten")
    func rings() async throws {
        let timers = timers()
        try await timers.set(for: .seconds(90), named: "tea")
        #expect(await timers.running.map(\.remaining) == [.seconds(90)])
        wall.pass(89)
        clock.advance(by: .seconds(89))
        #expect(bell.rung.isEmpty)
        await pass(1)
        await until { bell.rung.count == 1 }
        #expect(bell.rung[0].timer.name == "tea")
        #expect(bell.rung[0].late == nil)
        await until { keeping.timers.isEmpty }
    }

    @Test("In its own run it goes by the time that passes, however the clock on the wall steps")
    func steps() async throws {
        let timers = timers()
        try await timers.set(for: .seconds(60), named: nil)
        wall.time = 4_000_000_000
        clock.advance(by: .seconds(59))
        #expect(await timers.running.map(\.remaining) == [.seconds(1)])
        #expect(bell.rung.isEmpty)
        await timers.end()
    }

    @Test("What is taken back does not ring, and is not kept")
    func cancels() async throws {
        let timers = timers()
        try await timers.set(for: .seconds(60), named: nil)
        try await timers.cancel(timers.running.map(\.number) + [77])
        clock.advance(by: .seconds(100))
        #expect(bell.rung.isEmpty)
        #expect(keeping.timers.isEmpty)
    }

    @Test("After a restart it rings at its time on the wall")
    func restarted() async throws {
        _ = try await keeping.keep(ringsAt: wall.time! + 20, lasting: .seconds(60), named: nil)
        let timers = timers()
        await timers.resume()
        #expect(await timers.running.map(\.remaining) == [.seconds(20)])
        await pass(20)
        await until { bell.rung.count == 1 }
        #expect(bell.rung[0].late == nil)
    }

    @Test("One that was missed rings at once, and knows how late it is")
    func missed() async throws {
        _ = try await keeping.keep(ringsAt: wall.time! - 300, lasting: .seconds(60), named: nil)
        let timers = timers()
        await timers.resume()
        await until { bell.rung.count == 1 }
        #expect(bell.rung[0].late == .seconds(300))
    }

    @Test("A clock that is set after the start is followed from then on")
    func stale() async throws {
        let now = wall.time!
        _ = try await keeping.keep(ringsAt: now + 3600, lasting: .seconds(3600), named: nil)
        // The board woke up with the time it went to sleep with, two hours later.
        let timers = timers()
        await timers.resume()
        await until { clock.sleepers > 0 }
        wall.time = now + 7200
        await pass(10)
        await until { bell.rung.count == 1 }
        #expect(bell.rung[0].late == .seconds(3610))
    }

    @Test("One that was set when nobody knew the time rings after its whole duration again")
    func timeless() async throws {
        wall.time = nil
        let before = timers()
        try await before.set(for: .seconds(30), named: nil)
        await before.end()
        #expect(keeping.timers.map(\.ringsAt) == [nil])
        let timers = timers()
        await timers.resume()
        #expect(await timers.running.map(\.remaining) == [.seconds(30)])
        await timers.end()
    }

    private final class Wall: Sendable {
        private let state = Mutex<Int64?>(1_800_000_000)
        var time: Int64? {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
        func pass(_ seconds: Int64) { state.withLock { $0 = $0.map { $0 + seconds } } }
    }

    private final class Bell: Sendable {
        private let state = Mutex<[(timer: RunningTimer, late: Duration?)]>([])
        var rung: [(timer: RunningTimer, late: Duration?)] { state.withLock { $0 } }
        func ring(_ timer: RunningTimer, _ late: Duration?) {
            state.withLock { $0.append((timer, late)) }
        }
    }

    private final class Shelf: TimerKeeping {
        private let state = Mutex<[KeptTimer]>([])
        var timers: [KeptTimer] { state.withLock { $0 } }

        func keep(
            ringsAt: Int64?, lasting duration: Duration, named name: String?
        ) async throws -> Int64 {
            state.withLock { timers in
                let number = Int64(timers.count + 1)
                timers.append(
                    KeptTimer(
                        number: number, name: name, duration: duration, ringsAt: ringsAt))
                return number
            }
        }

        func kept() async throws -> [KeptTimer] { timers }

        func remove(_ number: Int64) async throws {
            state.withLock { $0.removeAll { $0.number == number } }
        }
    }
}
