import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import Store

/// A disk of its own that a test can fill.
private final class SmallDisk: Sendable {
    let path: String
    private let folder = TemporaryFolder()
    private let size: Int

    /// - Returns: nil if this user may not mount anything.
    init?(kilobytes: Int) {
        path = folder.path + "/disk"
        size = kilobytes * 1024
        mkdir(path, 0o700)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else { return nil }
    }

    deinit { umount2(path, CInt(MNT_DETACH)) }

    /// Leaves room for so many pages of 4 KiB, whatever was free before.
    func leave(pages: Int) {
        let ballast = open(path + "/ballast", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        let page = [UInt8](repeating: 1, count: 4096)
        while Glibc.write(ballast, page, page.count) == page.count {}
        var status = stat()
        fstat(ballast, &status)
        ftruncate(ballast, max(0, status.st_size - pages * 4096))
        close(ballast)
    }

    /// At once, also if a child process of another test was given the open file.
    func clear() { truncate(path + "/ballast", 0) }
}

@Suite(.timeLimit(.minutes(5)))
struct DiskFullTests {
    /// All that writes.
    enum Write: String, CaseIterable {
        case save, timer, voice, key, mark, forget, sound, delete

        func perform(in memory: Memory, _ fixture: Fixture) async throws {
            switch self {
            case .save:
                try await memory.save(fixture.turn("saved", String(repeating: "x", count: 9000)))
            case .timer: _ = try await memory.addTimer(ringsAt: 1, seconds: 1)
            case .voice:
                try await memory.save(
                    ClonedVoice(
                        id: "a", user: "b", provider: "c", providerVoice: "d", name: "e",
                        consentAt: 1))
            case .key:
                let name = TurnID().text
                _ = try await memory.add(
                    APIKey(name: name, scope: .talk, hash: Array(name.utf8)))
            case .mark: try await memory.setMark("m", to: String(repeating: "y", count: 9000))
            case .forget: try await memory.forget(conversation: "button")
            case .sound:
                let turn = fixture.turn("heard")
                try await memory.save(turn)
                let sound = AudioChunk(Array(repeating: 9, count: 20_000), format: .speech)
                try await memory.keep(sound, as: .reply, of: turn.id)
            case .delete: try await memory.deleteAllTurns()
            }
        }
    }

    private static var limits: HistoryLimits {
        var limits = HistoryLimits(keepAudio: true)
        limits.leastFreeBytes = 0
        return limits
    }

    private func isDiskAvailable() -> Bool {
        let isAvailable = SmallDisk(kilobytes: 64) != nil
        if !isAvailable { print("skipped: a full disk; mounting a tmpfs needs root") }
        return isAvailable
    }

    @Test(
        "A full disk at any write is one clear error; nothing is forgotten; room mends it",
        arguments: Write.allCases)
    func everyWrite(write: Write) async throws {
        guard isDiskAvailable() else { return }
        var failures = 0
        for pages in 0..<40 {
            let fixture = Fixture()
            let disk = try #require(SmallDisk(kilobytes: 1024))
            let memory = fixture.memory(Self.limits, at: disk.path)
            try await memory.save(fixture.turn("first"))
            disk.leave(pages: pages)
            var failure: MemoryError?
            do {
                try await write.perform(in: memory, fixture)
            } catch {
                failure = error as? MemoryError
                failures += 1
                #expect(isClear(error, of: write), "\(pages) pages: \(error)")
            }
            // The conversation goes on meanwhile.
            let forgets = write == .forget || write == .delete && failure == nil
            try? await memory.save(fixture.turn("meanwhile"))
            let known = await memory.exchanges(of: "button", atMost: 9).map(\.question)
            #expect(known.last == "meanwhile")
            #expect(known.contains("first") == !forgets, "\(pages) pages: \(known)")

            disk.clear()
            fixture.pass(10)
            try await memory.save(fixture.turn("afterwards"))
            let later = fixture.memory(Self.limits, at: disk.path)
            // What failed did not happen by half, and what was said is there.
            #expect(try await later.timers().count == (write == .timer && failure == nil ? 1 : 0))
            let kept = Set(try await later.turns().turns.map(\.transcript))
            #expect(kept.isSuperset(of: ["meanwhile", "afterwards"]))
            #expect(write == .delete || kept.contains("first"))
            #expect(
                await later.exchanges(of: "button", atMost: 9).contains { $0.question == "first" }
                    == !forgets, "\(pages) pages")
            try await write.perform(in: memory, fixture)
            if let last = fixture.events.last { #expect(last == .worksAgain) }
        }
        #expect(failures > 0)
    }

    private func isClear(_ error: any Error, of write: Write) -> Bool {
        guard !"\(error)".contains("\n") else { return false }
        switch error as? MemoryError {
        case .noRoom(let reason): return reason.hasSuffix("; make room on the disk")
        // In libsndfile's words.
        case .failed(let reason): return write == .sound && reason.hasPrefix("cannot write ")
        default: return false
        }
    }

    @Test("A device that starts on a full disk works, and keeps what was said once there is room")
    func start() async throws {
        guard isDiskAvailable() else { return }
        var failures = 0
        for pages in 0..<60 {
            let fixture = Fixture()
            let disk = try #require(SmallDisk(kilobytes: 1024))
            if pages % 2 == 1 {
                // With a store from earlier.
                let earlier = fixture.memory(at: disk.path)
                try await earlier.save(fixture.turn("earlier"))
                await earlier.close()
            }
            disk.leave(pages: pages / 2)
            let memory = fixture.memory(at: disk.path)
            do {
                try await memory.save(fixture.turn("now"))
            } catch {
                failures += 1
            }
            #expect(
                await memory.exchanges(of: "button", atMost: 1).map(\.question) == ["now"],
                "\(pages)")
            disk.clear()
            fixture.pass(10)
            try await memory.prune()
            await memory.close()
            let kept = try await fixture.memory(at: disk.path).turns().turns.map(\.transcript)
            #expect(kept == (pages % 2 == 1 ? ["now", "earlier"] : ["now"]), "\(pages)")
            #expect(!names(inFolder: disk.path).contains { $0.contains("damaged") })
        }
        #expect(failures > 0)
    }

    @Test("The store's own limit is an error as clear as a full disk's")
    func ownLimit() async throws {
        let fixture = Fixture()
        let file = DatabaseFile(in: fixture.state)
        guard case .ready(let database) = try file.open() else { return }
        try database.execute("limit", "PRAGMA max_page_count = 30")
        #expect {
            for _ in 0..<100 {
                try database.run(
                    "fill", "INSERT INTO marks VALUES (hex(randomblob(8)), zeroblob(4000))")
            }
        } throws: {
            ($0 as? DatabaseError)?.kind == .noRoom
                && "\($0)" == "cannot fill \(file.path): database or disk is full"
        }
    }
}
