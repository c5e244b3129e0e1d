import FoundationEssentials
import Linux
import TestSupport
import Testing
import Voice

@testable import Store

/// The queue of the archive.
@Suite(.timeLimit(.minutes(2)))
struct UploadTests {
    private let fixture = Fixture()
    private let second = AudioChunk(Array(repeating: 1, count: 16_000), format: .speech)

    private func limits(_ change: (inout HistoryLimits) -> Void = { _ in }) -> HistoryLimits {
        var limits = HistoryLimits(keepAudio: true, archives: true)
        limits.leastFreeBytes = 0
        change(&limits)
        return limits
    }

    private func finished(_ question: String) -> TurnRecord {
        var turn = fixture.turn(question)
        turn.outcome = .answered
        return turn
    }

    /// Everything that waits, taken out of the queue.
    private func drain(_ memory: Memory) async throws -> [PendingUpload] {
        var uploads: [PendingUpload] = []
        while let next = try await memory.nextUpload() {
            uploads.append(next)
            try await memory.removeUpload(next.number)
        }
        return uploads
    }

    private var copies: [String] { names(inFolder: fixture.folder.path + "/archive") }

    @Test("A finished turn waits as one JSON object, with its sound, under its day")
    func queued() async throws {
        let memory = fixture.memory(limits())
        var turn = fixture.turn("Wie \"spät\"?", "Drei.")
        try await memory.save(turn)
        #expect(try await memory.nextUpload() == nil)
        turn.outcome = .answered
        turn.providers = ["languageModel": "skills"]
        turn.timeline = [.init(step: "pressed", milliseconds: 0)]
        try await memory.save(turn)
        try await memory.keep(second, as: .question, of: turn.id)
        #expect(try await memory.waitingUploads() == 2)
        #expect(fixture.events == [.archiveWaits, .archiveWaits])

        let uploads = try await drain(memory)
        #expect(
            uploads.map(\.key) == [
                "2026/06/01/\(turn.id)/turn.json", "2026/06/01/\(turn.id)/question.wav",
            ])
        #expect(uploads.map(\.type) == ["application/json", "audio/wav"])
        guard case .bytes(let json)? = uploads.first?.content else { return #expect(Bool(false)) }
        #expect(
            String(decoding: json, as: UTF8.self) == """
                {"failure":null,"id":"\(turn.id)","outcome":"answered","providers":\
                {"languageModel":"skills"},"reply":"Drei.","source":"button",\
                "time":"2026-06-01T12:00:00Z","timeline":[{"milliseconds":0,"step":"pressed"}],\
                "transcript":"Wie \\"spät\\"?","user":null}
                """)
        #expect(
            uploads.last?.content
                == .file("\(fixture.folder.path)/archive/\(turn.id)/question.wav", size: 32_044))
        #expect(copies.isEmpty)
        #expect(try await memory.file(of: .question, turn.id) != nil)
    }

    @Test("Without an archive, or without history, nothing waits")
    func unwanted() async throws {
        let cases = [HistoryLimits(keepAudio: true), limits { $0.keepDays = 0 }]
        for (index, limits) in cases.enumerated() {
            let memory = fixture.memory(limits, at: "\(fixture.folder.path)/\(index)")
            let turn = finished("hello")
            try await memory.save(turn)
            try await memory.keep(second, as: .question, of: turn.id)
            #expect(try await memory.nextUpload() == nil)
        }
    }

    @Test("A turn from before the clock was set is undated")
    func undated() async throws {
        fixture.set(nil)
        let memory = fixture.memory(limits())
        let turn = finished("hello")
        try await memory.save(turn)
        let upload = try #require(try await memory.nextUpload())
        #expect(upload.key == "undated/\(turn.id)/turn.json")
        guard case .bytes(let json) = upload.content else { return #expect(Bool(false)) }
        #expect(String(decoding: json, as: UTF8.self).contains(#""time":null"#))
    }

    @Test("Keys have only what every server takes")
    func keys() async throws {
        let memory = fixture.memory(limits())
        var turn = finished("hello")
        turn.source = "a key's / näme"
        try await memory.save(turn)
        try await memory.keep(second, as: .reply, of: turn.id)
        for upload in try await drain(memory) {
            #expect(
                upload.key.utf8.allSatisfy { byte in
                    "/_.-".utf8.contains(byte) || (0x30...0x39).contains(byte)
                        || (0x41...0x5A).contains(byte & 0xDF)
                })
        }
    }

    @Test("What waits survives the end of the program, and the turn being deleted")
    func kept() async throws {
        let memory = fixture.memory(limits())
        let turns = [finished("one"), finished("two")]
        for turn in turns {
            try await memory.save(turn)
            try await memory.keep(second, as: .question, of: turn.id)
        }
        try await memory.delete(turns[0].id)
        try await memory.deleteAllTurns()
        await memory.close()

        let later = fixture.memory(limits())
        #expect(try await later.waitingUploads() == 4)
        let uploads = try await drain(later)
        #expect(uploads.map { $0.key.contains(turns[0].id.text) } == [true, true, false, false])
        for upload in uploads where upload.type == "audio/wav" {
            guard case .file(_, let size) = upload.content else { return #expect(Bool(false)) }
            #expect(size == 32_044)
        }
        #expect(copies.isEmpty)
    }

    @Test("A turn that is saved anew while it is on its way waits anew")
    func anew() async throws {
        let memory = fixture.memory(limits())
        var turn = finished("hello")
        try await memory.save(turn)
        let first = try #require(try await memory.nextUpload())
        turn.reply = "Changed."
        try await memory.save(turn)
        try await memory.removeUpload(first.number)
        let second = try #require(try await memory.nextUpload())
        #expect(second.key == first.key && second.content != first.content)
    }

    @Test("Turns that the disk did not take wait once it does")
    func held() async throws {
        let memory = fixture.memory(limits())
        let blocker = fixture.database
        try StateFolder(path: blocker + "/x").prepare()
        let turn = finished("held")
        await #expect(throws: MemoryError.self) { try await memory.save(turn) }
        removeTree(blocker)
        fixture.pass(6)
        try await memory.prune()
        #expect(try await memory.nextUpload()?.key.contains(turn.id.text) == true)
    }

    static let bounds: [(String, @Sendable (inout HistoryLimits) -> Void)] = [
        ("objects", { $0.mostUploads = 4 }), ("bytes of sound", { $0.mostUploadBytes = 70_000 }),
        ("bytes of text", { $0.mostUploadText = 500 }),
    ]

    @Test("When too much waits the oldest is dropped, which is told once", arguments: bounds)
    func bounded(name: String, change: @Sendable (inout HistoryLimits) -> Void) async throws {
        let memory = fixture.memory(limits(change))
        var turns: [TurnRecord] = []
        for number in 0..<6 {
            turns.append(finished("\(number)"))
            try await memory.save(turns[number])
            try await memory.keep(second, as: .question, of: turns[number].id)
        }
        let uploads = try await drain(memory)
        #expect(uploads.count >= 2 && uploads.count <= 8)
        #expect(uploads.last?.key.contains(turns[5].id.text) == true)
        #expect(
            uploads.allSatisfy { !$0.key.contains(turns[0].id.text) } || name == "bytes of text")
        #expect(fixture.events.count { $0 == .archiveIsFull } == 1)
        #expect(copies.isEmpty)
    }

    @Test("Copies and rows that lost each other go at the next start")
    func swept() async throws {
        let memory = fixture.memory(limits())
        let turn = finished("hello")
        try await memory.save(turn)
        try await memory.keep(second, as: .question, of: turn.id)
        try await memory.keep(second, as: .reply, of: turn.id)
        await memory.close()
        let folder = fixture.folder.path + "/archive"
        try StateFolder(path: "\(folder)/0123456789abcdef").prepare()
        removeTree("\(folder)/\(turn.id)/question.wav")
        removeTree("\(fixture.folder.path)/audio/\(turn.id)/question.wav")

        let later = fixture.memory(limits())
        try await later.open()
        #expect(copies == [turn.id.text])
        let kinds = try await drain(later).map { $0.key.split(separator: "/").last }
        #expect(kinds == ["turn.json", "reply.wav"])
    }

    @Test("Once there is no archive any more, what waits goes with its turn")
    func switchedOff() async throws {
        let memory = fixture.memory(limits())
        let turns = [finished("one"), finished("two")]
        for turn in turns {
            try await memory.save(turn)
            try await memory.keep(second, as: .question, of: turn.id)
        }
        try await memory.use(HistoryLimits(keepAudio: true))
        #expect(try await memory.waitingUploads() == 4)
        try await memory.delete(turns[0].id)
        try await memory.prune()
        #expect(try await memory.waitingUploads() == 2)
        #expect(copies == [turns[1].id.text])
    }
}
