import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import Store

@Suite(.timeLimit(.minutes(5)))
struct DamageTests {
    private let fixture = Fixture()

    /// A store with some turns, as bytes.
    private func soundStore() async throws -> [UInt8] {
        let fixture = Fixture()
        let memory = fixture.memory()
        for number in 0..<60 {
            try await memory.save(
                fixture.turn("Question \(number)", String(repeating: "Yes. ", count: 100)))
        }
        _ = try await memory.addTimer(ringsAt: 1, seconds: 1, name: "tea")
        await memory.close()
        return try readFile(fixture.database, atMost: 1 << 24)
    }

    private var setAside: [String] {
        names(inFolder: fixture.folder.path).filter { $0.contains(".damaged-") }
    }

    @Test("Whatever has become of the file, the device remembers, and the old file is kept")
    func fuzz() async throws {
        let sound = try await soundStore()
        var found: Set<String> = []
        for seed in 0..<80 {
            var dice = Dice(seed)
            let fixture = Fixture()
            var bytes = sound
            switch seed % 5 {
            case 0: bytes.removeLast(1 + dice.roll(bytes.count))
            case 1: bytes = (0..<1 + dice.roll(20_000)).map { _ in UInt8(dice.roll(256)) }
            case 2:
                for _ in 0..<1 + dice.roll(200) {
                    bytes[dice.roll(bytes.count)] = UInt8(dice.roll(256))
                }
            case 3:
                let page = dice.roll(bytes.count / 4096) * 4096
                for index in page..<page + 4096 { bytes[index] = 0 }
            default:
                let one = dice.roll(bytes.count / 4096) * 4096
                let other = dice.roll(bytes.count / 4096) * 4096
                bytes.replaceSubrange(one..<one + 4096, with: sound[other..<other + 4096])
            }
            _ = fixture.folder.file("pressel.db", bytes)
            if seed % 7 == 0 {
                let garbage = (0..<9000).map { _ in UInt8(dice.roll(256)) }
                _ = fixture.folder.file("pressel.db-wal", garbage)
            }
            let memory = fixture.memory()
            try await memory.open()
            var next: Int64?
            repeat {
                // What the first check did not see may show here, once.
                let page = try? await memory.turns(from: next, atMost: 7)
                next = page?.next
            } while next != nil
            let turn = fixture.turn("after seed \(seed)")
            try await memory.save(turn)
            #expect(try await memory.turn(turn.id) == turn, "seed \(seed)")
            #expect(
                await memory.exchanges(of: "button", atMost: 1).map(\.question)
                    == ["after seed \(seed)"])
            _ = try await memory.timers()
            let files = names(inFolder: fixture.folder.path)
            let events = fixture.events
            if case .setAside(let path, let reason)? = events.first {
                #expect(!reason.isEmpty)
                #expect(sizeOfFile(path) == bytes.count, "seed \(seed)")
                found.insert("set aside")
            } else {
                #expect(events.isEmpty, "seed \(seed): \(events)")
                #expect(!files.contains { $0.contains("damaged") })
                found.insert("used")
            }
        }
        // Both were met, or the test would show nothing.
        #expect(found == ["set aside", "used"])
    }

    @Test("Damage that shows only later is set aside then, and the turn in hand is saved")
    func later() async throws {
        let memory = fixture.memory()
        try await memory.save(fixture.turn("before"))
        // As a failing card does it, under our feet.
        let database = open(fixture.database, O_WRONLY)
        let noise = (0..<1 << 16).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
        #expect(pwrite(database, noise, noise.count, 0) == noise.count)
        let log = open(fixture.database + "-wal", O_WRONLY)
        #expect(pwrite(log, noise, noise.count, 0) == noise.count)
        let turn = fixture.turn("in hand")
        // SQLite may still have the good pages in memory; another run has not.
        let other = fixture.memory()
        try await other.save(turn)
        #expect(try await other.turns().turns.map(\.transcript) == ["in hand"])
        #expect(setAside.contains { !$0.hasSuffix("-wal") })
        close(database)
        close(log)
        await memory.close()
    }

    @Test("A page that goes bad while the store is open is noticed by who reads it")
    func underway() async throws {
        let bytes = try await soundStore()
        _ = fixture.folder.file("pressel.db", bytes)
        let memory = fixture.memory()
        try await memory.open()
        // Of all pages but the first; the checkpoint has emptied the log, the cache is small.
        let file = open(fixture.database, O_WRONLY)
        let noise = [UInt8](repeating: 0xa5, count: bytes.count - 4096)
        #expect(pwrite(file, noise, noise.count, 4096) == noise.count)
        close(file)
        let other = try Database(fixture.database, .writing)
        try other.execute("make the first one read anew", "PRAGMA user_version = 1")
        var failure: MemoryError?
        do { _ = try await memory.turns() } catch { failure = error }
        guard case .damaged? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(setAside.contains { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") })
        try await memory.save(fixture.turn("after"))
        #expect(try await memory.turns().turns.map(\.transcript) == ["after"])
        #expect(fixture.events.count == 1)
    }

    @Test("Only the newest three damaged stores are kept")
    func few() async throws {
        for number in 0..<6 {
            _ = fixture.folder.file("pressel.db", Array("no database \(number)".utf8))
            let memory = fixture.memory()
            try await memory.open()
            await memory.close()
        }
        #expect(fixture.events.count == 6)
        #expect(setAside.count == 3)
    }

    @Test("A store of a newer version is refused, said once, and not touched")
    func newer() async throws {
        let earlier = fixture.memory()
        try await earlier.save(fixture.turn("kept"))
        await earlier.close()
        try Database(fixture.database, .writing).execute("age", "PRAGMA user_version = 99")
        let before = try readFile(fixture.database, atMost: 1 << 24)
        let memory = fixture.memory()
        let reason =
            "cannot use \(fixture.database): a newer Pressel wrote it (version 99, this one knows"
            + " \(Migrations.all.count)); update Pressel, or restore a backup of this version"
        for question in ["one", "two"] {
            await #expect(throws: MemoryError.newer(reason: reason)) {
                try await memory.save(fixture.turn(question))
            }
        }
        #expect(
            await memory.exchanges(of: "button", atMost: 5).map(\.question) == ["one", "two"])
        #expect(fixture.events == [.unusable(.newer(reason: reason))])
        #expect(try readFile(fixture.database, atMost: 1 << 24) == before)
    }

    @Test("Another program's database is set aside, an empty file is begun")
    func others() async throws {
        try Database(fixture.database, .making).execute("make", "CREATE TABLE cats (name)")
        let memory = fixture.memory()
        try await memory.open()
        #expect(fixture.events.count == 1)
        #expect("\(fixture.events)".contains("its tables are not as they should be"))
        await memory.close()
        let empty = Fixture()
        _ = empty.folder.file("pressel.db", [])
        try await empty.memory().save(empty.turn("first"))
        #expect(empty.events.isEmpty)
    }

    @Test("A file that cannot be opened is said once, and tried again until it can")
    func unusable() async throws {
        mkdir(fixture.database, 0o700)
        let memory = fixture.memory()
        for _ in 0..<3 {
            fixture.pass(60)
            await #expect(throws: MemoryError.self) {
                try await memory.save(fixture.turn("held"))
            }
        }
        #expect(fixture.events.count == 1)
        #expect(await memory.exchanges(of: "button", atMost: 9).count == 3)
        rmdir(fixture.database)
        // Not at once: a device must not spend its time on it.
        await #expect(throws: MemoryError.self) { try await memory.save(fixture.turn("held")) }
        fixture.pass(6)
        try await memory.save(fixture.turn("kept"))
        #expect(try await memory.turns().turns.count == 5)
        #expect(fixture.events.last == .worksAgain)
    }
}

struct MigrationsTests {
    private let folder = TemporaryFolder()

    private func opened(_ steps: [String]) throws -> Database? {
        guard
            case .ready(let database) = try DatabaseFile(
                in: StateFolder(path: folder.path)
            ).open(steps: steps)
        else { return nil }
        return database
    }

    @Test("Every older version is brought up to date, with what is in it")
    func each() throws {
        let steps =
            Migrations.all + [
                "ALTER TABLE timers ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm';",
                "CREATE TABLE moods (name TEXT); INSERT INTO moods SELECT mood FROM timers;",
            ]
        for version in 0...steps.count {
            unlink(folder.path + "/pressel.db")
            let old = try opened(Array(steps.prefix(version)))
            #expect(try old?.number("look", "PRAGMA user_version") == Int64(version))
            if version > 0 {
                try old?.run(
                    "fill", "INSERT INTO timers (rings_at, seconds, name) VALUES (1, 2, 'tea')")
            }
            let new = try opened(steps)
            #expect(try new?.number("look", "PRAGMA user_version") == Int64(steps.count))
            let tables = try new.map { try Migrations.tables(of: $0) }
            let expected = try Migrations.expectedTables(at: steps.count, by: steps)
            #expect(tables == expected)
            let names = try new?.rows("look", "SELECT name FROM timers") { $0.text(0) }
            #expect(names == (version > 0 ? ["tea"] : []))
        }
    }

    @Test("A step that fails leaves the version before it, whole")
    func failing() throws {
        _ = try opened(Migrations.all)
        let steps = Migrations.all + ["CREATE TABLE half (a); CREATE TABLE half (a);"]
        #expect(throws: DatabaseError.self) { try opened(steps) }
        let database = try opened(Migrations.all)
        #expect(
            try database?.number("look", "PRAGMA user_version") == Int64(Migrations.all.count))
    }

    @Test("The connection is what a power cut asks for")
    func lasting() throws {
        let database = try opened(Migrations.all)
        let asked = ["journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"]
        for (pragma, value) in asked {
            #expect(try database?.rows("ask", "PRAGMA \(pragma)") { $0.text(0) } == [value])
        }
        var status = stat()
        #expect(stat(folder.path + "/pressel.db", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("An error says what was tried on which file, and no value of it")
    func errors() throws {
        let database = try #require(try opened(Migrations.all))
        #expect {
            try database.run(
                "keep a thing in", "INSERT INTO voices (id, user) VALUES (?, ?)",
                ["secret", "secret"])
        } throws: {
            "\($0)" == "cannot keep a thing in \(folder.path)/pressel.db: NOT NULL constraint"
                + " failed: voices.provider"
        }
    }
}
