import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import Store

/// Beside the tests, as `presselProgram` is.
private let savingProgram = presselProgram.dropLast("pressel".count) + "SavingProgram"

@Suite(.timeLimit(.minutes(5)))
struct ProcessesTests {
    private let fixture = Fixture()

    private func line(of child: ChildProcess) async -> String {
        await onThread("line") {
            var text = ""
            while !text.hasSuffix("\n"), let part = try? child.read(atMost: 1), !part.isEmpty {
                text += String(decoding: part, as: UTF8.self)
            }
            return text
        }
    }

    @Test("Killed at any moment, the store opens, and has every turn that was said to be saved")
    func killed() async throws {
        var saved: [String] = []
        for seed in 0..<50 {
            var dice = Dice(seed)
            let child = try ChildProcess(
                String(savingProgram), ["turns", fixture.folder.path], readingErrors: false)
            let output = await onThread("turns") { [pause = UInt32(dice.roll(60_000))] in
                var output = (try? child.read(atMost: 17)) ?? []
                usleep(pause)
                child.send(SIGKILL)
                while let part = try? child.read(atMost: 65_536), !part.isEmpty { output += part }
                _ = child.wait()
                return output
            }
            let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
            saved += lines.map(String.init)
        }
        #expect(saved.count > 50)
        let memory = fixture.memory(HistoryLimits(keepDays: 3650))
        try await memory.open()
        #expect(fixture.events.isEmpty)
        for id in saved {
            let turn = try await memory.turn(try #require(TurnID(id)))
            #expect(turn?.reply == "It is late.")
        }
        // One turn more at most, which was on its way, for each time.
        let database = try Database(fixture.database, .reading)
        let count = try database.number("count", "SELECT count(*) FROM turns") ?? 0
        #expect((Int64(saved.count)...Int64(saved.count + 50)).contains(count))
    }

    @Test("The second is told who holds the state folder; death lets go of it")
    func lock() async throws {
        let child = try ChildProcess(
            String(savingProgram), ["lock", fixture.folder.path], readingErrors: false)
        #expect(await line(of: child) == "locked\n")
        #expect(throws: StateLock.Failure.held(folder: fixture.folder.path, by: child.id)) {
            try StateLock(fixture.state)
        }
        #expect(
            "\(StateLock.Failure.held(folder: "/x", by: 7))"
                == "cannot use the state folder /x: pressel run uses it (process 7); stop that one"
                + " (systemctl stop pressel), or name another with --state")
        child.send(SIGKILL)
        _ = await onThread("end") { child.wait() }
        let lock = try StateLock(fixture.state)
        #expect(throws: StateLock.Failure.held(folder: fixture.folder.path, by: Int(getpid()))) {
            try StateLock(fixture.state)
        }
        withExtendedLifetime(lock) {}
    }

    @Test("A folder that cannot be locked is said to be so")
    func impossible() {
        #expect(throws: StateLock.Failure.self) { try StateLock(StateFolder(path: "/no/such")) }
    }

    @Test("Two at one store write in turn; who had to wait too long writes later")
    func together() async throws {
        let child = try ChildProcess(
            String(savingProgram), ["turns", fixture.folder.path], readingErrors: false)
        _ = await line(of: child)
        let memory = fixture.memory()
        // The other writes without a pause, and SQLite keeps no queue.
        for number in 0..<20 { try? await memory.save(fixture.turn("ours \(number)")) }
        child.send(SIGKILL)
        _ = await onThread("end") { child.wait() }
        // Had it waited too long even to open the store, it would try again after a pause.
        fixture.pass(5)
        try await memory.prune()
        #expect(try await memory.turns(with: "ours", atMost: 100).turns.count == 20)
        #expect(try await memory.turns(with: "what time is it").turns.isEmpty == false)
    }
}
