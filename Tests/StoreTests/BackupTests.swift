import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import Store

@Suite(.timeLimit(.minutes(5)))
struct BackupTests {
    private let fixture = Fixture()
    private let target = Fixture()
    private let elsewhere = TemporaryFolder()
    private var file: String { elsewhere.path + "/pressel.backup" }

    private var limits: HistoryLimits {
        var limits = HistoryLimits(keepAudio: true)
        limits.leastFreeBytes = 0
        return limits
    }

    /// A device with something of everything, still open.
    private func device() async throws -> (memory: Memory, turn: TurnRecord) {
        let memory = fixture.memory(limits)
        let gone = fixture.turn("under the old oak")
        let turn = fixture.turn("kept")
        try await memory.save(gone)
        try await memory.save(turn)
        let sound = AudioChunk((0..<200_000).map { Int16(truncatingIfNeeded: $0) }, format: .speech)
        try await memory.keep(sound, as: .question, of: turn.id)
        try await memory.delete(gone.id)
        _ = try await memory.addTimer(ringsAt: 4, seconds: 2, name: "tea")
        _ = try await memory.add(APIKey(name: "kitchen", scope: .talk, hash: [1, 2]))
        _ = fixture.folder.file("settings.json", Array(#"{"name":"kitchen"}"#.utf8))
        _ = fixture.folder.file("secrets.json", Array(#"{"KEY":"sk-planted-1234"}"#.utf8))
        return (memory, turn)
    }

    private func state(of fixture: Fixture) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        func collect(_ folder: String) throws {
            for name in names(inFolder: folder) {
                let path = "\(folder)/\(name)"
                if names(inFolder: path).isEmpty, name != "lock" {
                    files[path] = (try? readFile(path, atMost: 1 << 26)) ?? []
                } else {
                    try collect(path)
                }
            }
        }
        try collect(fixture.folder.path)
        return files
    }

    @Test("What is no file is not replaced by a backup, nor read as one")
    func noFile() async throws {
        _ = try await device()
        let (pipe, link) = (elsewhere.path + "/pipe", elsewhere.path + "/link")
        try #require(mkfifo(pipe, 0o600) == 0 && symlink("/dev/null", link) == 0)
        for path in [pipe, link, elsewhere.path, "/dev/null", "/no/such/folder/file"] {
            #expect {
                _ = try Backup.write(fixture.state, owners: "/no/such", to: path)
            } throws: {
                "\($0)".hasPrefix("cannot write a backup to \(path): ")
            }
        }
        #expect(throws: BackupFailure.self) {
            try Backup.restore(elsewhere.path, into: target.state, owners: "/no/such")
        }
        #expect(Set(names(inFolder: elsewhere.path)) == ["pipe", "link"])
    }

    @Test("What lies beside a backup is nobody's to touch, whatever its name")
    func beside() async throws {
        _ = try await device()
        try StateFolder(path: file + ".new").prepare()
        _ = elsewhere.file("pressel.backup.new/precious", [1])
        _ = elsewhere.file("pressel.backup.new-db", [2])
        _ = try Backup.write(fixture.state, owners: "/no/such", to: file)
        #expect(sizeOfFile(file + ".new/precious") == 1)
        #expect(sizeOfFile(file + ".new-db") == 1)
        #expect(
            names(inFolder: elsewhere.path).sorted() == [
                "pressel.backup", "pressel.backup.new", "pressel.backup.new-db",
            ])
    }

    @Test("A device that runs gets its backup at its next start")
    func nextStart() async throws {
        let (memory, _) = try await device()
        var lock: StateLock? = try StateLock(fixture.state)
        _ = try Backup.write(fixture.state, owners: "/no/such", to: file)
        try await memory.save(fixture.turn("afterwards"))
        _ = fixture.folder.file("settings.json", Array(#"{"name":"other"}"#.utf8))
        for _ in 1...2 {
            try Backup.restoreAtNextStart(file, into: fixture.state, owners: "/no/such")
        }
        // Nothing has changed yet, and who starts meanwhile leaves it to the lock's holder.
        fixture.state.finishRestore()
        #expect(try await memory.turns().turns.map(\.transcript) == ["afterwards", "kept"])
        await memory.close()
        withExtendedLifetime(lock) {}
        lock = nil
        fixture.state.finishRestore()
        let restored = fixture.memory(limits)
        #expect(try await restored.turns().turns.map(\.transcript) == ["kept"])
        await restored.close()
        let settings = try readFile(fixture.folder.path + "/settings.json", atMost: 1000)
        #expect(String(decoding: settings, as: UTF8.self).contains("kitchen"))
        #expect(names(inFolder: fixture.folder.path).allSatisfy { !$0.hasPrefix("restore") })
    }

    @Test("What is no backup changes nothing")
    func nextStartRefused() async throws {
        _ = fixture.folder.file("settings.json", Array("{}".utf8))
        let wrong = elsewhere.file("wrong", Array("no backup at all".utf8))
        #expect(throws: BackupFailure.self) {
            try Backup.restoreAtNextStart(wrong, into: fixture.state, owners: "/no/such")
        }
        #expect(names(inFolder: fixture.folder.path) == ["settings.json"])
    }

    @Test("What a running device remembers comes back on another, and secrets do not")
    func roundTrip() async throws {
        let (memory, turn) = try await device()
        // Something else is there before.
        let other = target.memory(limits)
        try await other.save(target.turn("something else"))
        await other.close()
        _ = target.folder.file("settings.json", Array(#"{"name":"other"}"#.utf8))
        _ = target.folder.file("secrets.json", Array("{}".utf8))

        #expect(try Backup.write(fixture.state, owners: "/no/such", to: file) == [])
        let bytes = try readFile(file, atMost: 1 << 26)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("sk-planted"))
        #expect(!text.contains("old oak"))
        #expect(names(inFolder: elsewhere.path) == ["pressel.backup"])
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)
        // The device has not noticed.
        try await memory.save(fixture.turn("afterwards"))

        try Backup.restore(file, into: target.state, owners: "/no/such")
        let restored = target.memory(limits)
        #expect(try await restored.turns().turns.map(\.transcript) == ["kept"])
        #expect(try await restored.timers().map(\.name) == ["tea"])
        #expect(try await restored.keys().map(\.hash) == [[1, 2]])
        let sound = try #require(try await restored.file(of: .question, turn.id))
        let original = try #require(try await memory.file(of: .question, turn.id))
        let samples = try readFile(original, atMost: 1 << 24)
        #expect(try readFile(sound, atMost: 1 << 24) == samples)
        let files = SettingsFiles(owners: "/no/such", stateFolder: target.folder.path)
        #expect(Settings.reading(files.read().tree).settings.name == "kitchen")
        #expect(sizeOfFile(target.folder.path + "/secrets.json") == 2)
        #expect(
            Set(names(inFolder: target.folder.path)).isSubset(of: [
                "audio", "lock", "pressel.db", "pressel.db-wal", "pressel.db-shm", "secrets.json",
                "settings.json",
            ]))
    }

    @Test("A device that remembers nothing yet has a backup too, into a folder that is not there")
    func empty() async throws {
        #expect(try Backup.write(fixture.state, owners: "/no/such", to: file) == [])
        let path = elsewhere.path + "/new/state"
        try Backup.restore(file, into: StateFolder(path: path), owners: "/no/such")
        #expect(try await fixture.memory(at: path).turns().turns.isEmpty)
        #expect(fixture.events.isEmpty)
    }

    @Test("SQLite's own archive reader understands it")
    func archive() async throws {
        _ = try await device()
        _ = try Backup.write(fixture.state, owners: "/no/such", to: file)
        let archive = try Database(file, .reading)
        let names = try archive.rows(
            "list", "SELECT name FROM sqlar WHERE sz = length(data) ORDER BY name"
        ) { $0.text(0) }
        #expect(names.count == 3)
        #expect(names[0].hasPrefix("audio/") && names[0].hasSuffix("/question.wav"))
        #expect(names[1...] == ["pressel.db", "settings.json"])
    }

    /// What is done to a good backup, and what the refusal says of it.
    static let spoilt: [(sql: String, reason: String)] = [
        ("UPDATE sqlar SET name = '../x' WHERE name LIKE 'audio%'", "none of Pressel's files"),
        ("UPDATE sqlar SET name = '/etc/x' WHERE name LIKE 'audio%'", "none of Pressel's files"),
        (
            "UPDATE sqlar SET name = 'audio/../question.wav' WHERE name LIKE 'audio%'",
            "none of Pressel's files"
        ),
        ("UPDATE sqlar SET name = 'secrets.json' WHERE name LIKE 'audio%'", "none of Pressel's"),
        ("DELETE FROM sqlar WHERE name = 'pressel.db'", "there is no pressel.db in it"),
        ("DELETE FROM sqlar WHERE name = 'settings.json'", "there is no settings.json in it"),
        ("UPDATE sqlar SET sz = sz + 1", "is compressed or cut short"),
        ("UPDATE sqlar SET data = NULL", "is compressed or cut short"),
        ("UPDATE pressel_sums SET sum = 'f'", "is damaged"),
        (
            "UPDATE sqlar SET data = CAST('{\"name\":1}' AS BLOB) WHERE name = 'settings.json'",
            "compressed or cut short"
        ),
        ("PRAGMA user_version = 2", "a newer Pressel wrote it"),
        ("PRAGMA application_id = 7", "it is no backup of Pressel"),
        ("CREATE VIEW v AS SELECT 1", "its tables are not as they should be"),
    ]

    @Test("A spoilt backup is refused and changes nothing", arguments: spoilt)
    func refused(sql: String, reason: String) async throws {
        let (memory, _) = try await device()
        await memory.close()
        _ = try Backup.write(fixture.state, owners: "/no/such", to: file)
        try Database(file, .writing).execute("spoil", sql)
        let before = try state(of: fixture)
        #expect {
            try Backup.restore(file, into: fixture.state, owners: "/no/such")
        } throws: {
            "\($0)".contains(reason) && "\($0)".contains("nothing was changed")
        }
        #expect(try state(of: fixture) == before)
    }

    /// What is put into the archive in the place of the settings or of the database.
    @Test("Settings that make no sense here, a newer and a damaged memory are refused")
    func within() async throws {
        let (memory, _) = try await device()
        await memory.close()
        let cases: [(spoil: () throws -> Void, reason: String)] = [
            (
                { _ = fixture.folder.file("settings.json", Array(#"{"nam":"x"}"#.utf8)) },
                "cannot restore the settings: setting nam is unknown"
            ),
            (
                {
                    _ = fixture.folder.file("settings.json", Array("{}".utf8))
                    try Database(fixture.database, .writing).execute(
                        "age", "PRAGMA user_version = 99")
                }, ""
            ),
        ]
        try cases[0].spoil()
        let warnings = try Backup.write(fixture.state, owners: "/no/such", to: file)
        #expect(warnings.count == 1)
        #expect(warnings[0].contains("no restore will take it: the settings were not saved: "))
        #expect {
            try Backup.restore(file, into: target.state, owners: "/no/such")
        } throws: {
            "\($0)".hasPrefix(cases[0].reason) && "\($0)".hasSuffix("; nothing was changed")
        }
        #expect(names(inFolder: target.folder.path) == ["lock"])
        try cases[1].spoil()
        #expect {
            try Backup.write(fixture.state, owners: "/no/such", to: file)
        } throws: {
            "\($0)".contains("a newer Pressel wrote it; use that one's pressel backup")
        }
    }

    @Test("Any file with a byte changed or cut off is refused, or as good as it was")
    func fuzz() async throws {
        let (memory, _) = try await device()
        await memory.close()
        _ = try Backup.write(fixture.state, owners: "/no/such", to: file)
        let sound = try readFile(file, atMost: 1 << 26)
        try Backup.restore(file, into: target.state, owners: "/no/such")
        let whole = try state(of: target).filter { !$0.key.contains("restore") }
        var refusals = 0
        for seed in 0..<40 {
            var dice = Dice(seed)
            var bytes = sound
            switch seed % 4 {
            case 0: bytes.removeLast(1 + dice.roll(bytes.count - 1))
            case 1: bytes = (0..<1 + dice.roll(9000)).map { _ in UInt8(dice.roll(256)) }
            default: bytes[dice.roll(bytes.count)] ^= UInt8(1 + dice.roll(255))
            }
            _ = elsewhere.file("pressel.backup", bytes)
            do {
                try Backup.restore(file, into: target.state, owners: "/no/such")
            } catch {
                refusals += 1
                #expect("\(error)".contains("nothing was changed"))
                #expect(!"\(error)".contains("\n"))
            }
            #expect(try state(of: target) == whole, "seed \(seed)")
        }
        #expect(refusals >= 20)
    }

    @Test("A restore that the power went during is ended at the next start, from any point")
    func powerCut() async throws {
        let (memory, _) = try await device()
        await memory.close()
        _ = try Backup.write(fixture.state, owners: "/no/such", to: file)
        for moved in 0...3 {
            let target = Fixture()
            let old = target.memory()
            try await old.save(target.turn("old"))
            await old.close()
            _ = target.folder.file("pressel.db-wal", [1, 2, 3])
            try Backup.restore(file, into: target.state, owners: "/no/such")
            // As it was before the last of its steps.
            let ready = target.folder.path + "/restore.ready"
            try StateFolder(path: ready).prepare()
            for name in ["pressel.db", "audio", "settings.json"].suffix(3 - moved) {
                rename("\(target.folder.path)/\(name)", "\(ready)/\(name)")
            }
            target.state.finishRestore()
            #expect(try await target.memory().turns().turns.map(\.transcript) == ["kept"])
            #expect(sizeOfFile(target.folder.path + "/settings.json") != nil)
            #expect(names(inFolder: target.folder.path + "/audio").count == 1)
            #expect(sizeOfFile(ready) == nil)
        }
        // Before the one rename that decides, it has not happened.
        let undecided = Fixture()
        try StateFolder(path: undecided.folder.path + "/restore.new").prepare()
        undecided.state.finishRestore()
        #expect(try await undecided.memory().turns().turns.isEmpty)
    }

    @Test("The device's own files are no place for a backup")
    func own() async throws {
        let (memory, _) = try await device()
        #expect(throws: BackupFailure.self) {
            try Backup.write(fixture.state, owners: "/no/such", to: fixture.database)
        }
        #expect(try await memory.turns().turns.count == 1)
        #expect(throws: BackupFailure.self) {
            try Backup.write(fixture.state, owners: "/no/such", to: "/no/such/file")
        }
    }

    @Test("While somebody holds the lock nothing is restored")
    func held() async throws {
        _ = try Backup.write(fixture.state, owners: "/no/such", to: file)
        let lock = try StateLock(target.state)
        #expect {
            try Backup.restore(file, into: target.state, owners: "/no/such")
        } throws: {
            "\($0)".contains("(systemctl stop pressel)")
        }
        withExtendedLifetime(lock) {}
    }
}
