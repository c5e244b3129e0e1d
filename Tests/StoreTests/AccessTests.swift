import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import Store

@Suite(.timeLimit(.minutes(2)))
struct AccessTests {
    private let fixture = Fixture()

    private func session(_ name: String) -> PageSession {
        PageSession(
            hash: Array(name.utf8), at: fixture.now, address: "192.168.1.7", agent: "Browser")
    }

    @Test("Sessions come back as they were kept, also from another run")
    func sessions() async throws {
        let memory = fixture.memory()
        var first = session("one")
        first.id = try await memory.add(first)
        var second = PageSession(hash: [0], at: nil, address: "", agent: "")
        second.id = try await memory.add(second)
        #expect(try await fixture.memory().sessions() == [first, second])
        second.madeAt = 7
        second.usedAt = 9
        try await memory.update(second)
        try await memory.removeSessions([first.id, 99])
        #expect(try await fixture.memory().sessions() == [second])
        await #expect(throws: MemoryError.self) { _ = try await memory.add(second) }
    }

    @Test("A new password, and none, log out everybody; keys stay")
    func passwords() async throws {
        let memory = fixture.memory()
        #expect(try await memory.pagePassword() == nil)
        _ = try await memory.add(APIKey(name: "kitchen", scope: .talk, hash: [1]))
        for clears in [false, true] {
            _ = try await memory.add(session("one"))
            let before = try await memory.accessVersion()
            if clears {
                try await memory.clearPagePassword()
            } else {
                try await memory.setPagePassword("$argon2id$…")
            }
            #expect(try await memory.sessions().isEmpty)
            #expect(try await memory.pagePassword() == (clears ? nil : "$argon2id$…"))
            // Who sets it knows; who clears it is somebody else.
            #expect(try await (memory.accessVersion() == before) == !clears)
        }
        #expect(try await memory.keys().count == 1)
    }

    @Test("A key's uses go with the key")
    func uses() async throws {
        let memory = fixture.memory()
        let key = try await memory.add(APIKey(name: "kitchen", scope: .talk, hash: [1]))
        try await memory.save([KeyUse(key: key.id, day: 5, count: 2)])
        try await memory.save([
            KeyUse(key: key.id, day: 6, count: 1), KeyUse(key: 99, day: 6, count: 1),
        ])
        #expect(
            try await fixture.memory().keyUses() == [KeyUse(key: key.id, day: 6, count: 1)])
        try await memory.removeKey(key.id)
        #expect(try await memory.keyUses().isEmpty)
    }

    @Test("What URLs are signed by is made once")
    func signingKey() async throws {
        let first = [UInt8](repeating: 3, count: 32)
        let other = [UInt8](repeating: 250, count: 32)
        #expect(try await fixture.memory().signingKey(orKeep: first) == first)
        #expect(try await fixture.memory().signingKey(orKeep: other) == first)
    }

    @Test("From outside the password is cleared while the device runs, which notices")
    func reset() async throws {
        let memory = fixture.memory()
        try await memory.setPagePassword("$argon2id$…")
        _ = try await memory.add(session("one"))
        let before = try await memory.accessVersion()
        #expect(try await memory.accessVersion() == before)
        #expect(try PasswordReset.perform(in: fixture.state))
        #expect(try await memory.accessVersion() != before)
        #expect(try await memory.pagePassword() == nil)
        #expect(try await memory.sessions().isEmpty)
        #expect(try !PasswordReset.perform(in: fixture.state))
        // Nothing of it is left in the file.
        await memory.close()
        let bytes = try readFile(fixture.database, atMost: 1 << 24)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("$argon2id$"))
    }

    @Test("What cannot be reset says why")
    func cannotReset() async throws {
        #expect {
            try PasswordReset.perform(in: fixture.state)
        } throws: {
            "\($0)".hasPrefix("cannot reset the page's password: there is no ")
        }
        // Of a version without sessions.
        let old = try Database(fixture.database, .making)
        try Migrations.migrate(old, from: 0, by: Array(Migrations.all.prefix(2)))
        try old.run(
            "write", "INSERT INTO marks (name, value) VALUES (?, 'x')",
            [.text(Memory.pagePasswordMark)])
        #expect(try PasswordReset.perform(in: fixture.state))
        try old.execute("write", "PRAGMA user_version = 99")
        #expect {
            try PasswordReset.perform(in: fixture.state)
        } throws: {
            "\($0)".contains("newer Pressel")
        }
        _ = fixture.folder.file("pressel.db", Array("no database at all, but text".utf8))
        #expect(throws: PasswordResetFailure.self) { try PasswordReset.perform(in: fixture.state) }
    }

    @Test("A backup has neither sessions nor what URLs are signed by, but the password's hash")
    func backup() async throws {
        let memory = fixture.memory()
        try await memory.setPagePassword("$argon2id$planted")
        _ = try await memory.add(session("planted session"))
        let key = [UInt8](repeating: 0xab, count: 32)
        _ = try await memory.signingKey(orKeep: key)
        let path = fixture.folder.path + "/backup"
        _ = try Backup.write(fixture.state, owners: "/nowhere", to: path)
        let file = try readFile(path, atMost: 1 << 24)
        for planted in ["planted session", String(repeating: "ab", count: 32)] {
            #expect(file.firstRange(of: Array(planted.utf8)) == nil)
        }
        await memory.close()
        let target = TemporaryFolder()
        try Backup.restore(path, into: StateFolder(path: target.path), owners: "/nowhere")
        let restored = fixture.memory(at: target.path)
        #expect(try await restored.pagePassword() == "$argon2id$planted")
        #expect(try await restored.sessions().isEmpty)
        #expect(try await restored.signingKey(orKeep: [UInt8](repeating: 1, count: 32)) != key)
        #expect(try await memory.sessions().count == 1)
    }
}
