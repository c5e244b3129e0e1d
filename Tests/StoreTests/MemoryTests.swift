import Linux
import TestSupport
import Testing
import Voice

@testable import Store

@Suite(.timeLimit(.minutes(2)))
struct MemoryTests {
    private let fixture = Fixture()

    @Test("A turn comes back as it was saved, also from another run")
    func whole() async throws {
        var record = fixture.turn("Wie spät ist es?", "Es ist \"drei\" Uhr, 100 % sicher.\u{0}")
        record.user = "anna"
        record.outcome = .answered
        record.failure = "none"
        record.providers = ["speechToText": "pocketsphinx"]
        record.timeline = [
            .init(step: "pressed", milliseconds: 0), .init(step: "heard", milliseconds: 1234.567),
        ]
        try await fixture.memory().save(record)
        let found = try await fixture.memory().turn(record.id)
        #expect(found == record)
        #expect(fixture.events.isEmpty)
    }

    @Test("Without an outcome, a clock or a user there is none afterwards either")
    func nothing() async throws {
        fixture.set(nil)
        let record = fixture.turn("", "")
        try await fixture.memory().save(record)
        let found = try await fixture.memory().turn(record.id)
        #expect(found == record)
        #expect(found?.outcome == nil && found?.at == nil && found?.user == nil)
    }

    @Test("A second save replaces the first and keeps the turn's place")
    func upsert() async throws {
        let memory = fixture.memory()
        var first = fixture.turn("one")
        try await memory.save(first)
        try await memory.save(fixture.turn("two"))
        first.outcome = .answered
        first.reply = "Yes, surely."
        try await memory.save(first)
        #expect(try await memory.turns().turns.map(\.transcript) == ["two", "one"])
        #expect(try await memory.turn(first.id)?.outcome == .answered)
        #expect(
            await memory.exchanges(of: "button", atMost: 9).map(\.reply) == [
                "Yes, surely.", "Yes.",
            ])
    }

    @Test("A conversation remembers its own last exchanges, in order, over a restart")
    func exchanges() async throws {
        let memory = fixture.memory()
        for number in 1...150 {
            try await memory.save(fixture.turn("q\(number)", "r\(number)"))
            try await memory.save(fixture.turn("other", in: "page"))
        }
        try await memory.save(fixture.turn("silence", ""))
        let last = (51...150).map { Exchange(question: "q\($0)", reply: "r\($0)") }
        #expect(await memory.exchanges(of: "button", atMost: 100) == last)
        #expect(await memory.exchanges(of: "button", atMost: 0) == [])
        let later = fixture.memory()
        #expect(await later.exchanges(of: "button", atMost: 100) == last)
        try await later.save(fixture.turn("q151", "r151"))
        #expect(
            await later.exchanges(of: "button", atMost: 3).map(\.question)
                == ["q149", "q150", "q151"])
        #expect(await later.exchanges(of: "nobody", atMost: 3) == [])
    }

    @Test("What is forgotten stays in the history, and forgotten, also by a later save")
    func forget() async throws {
        let memory = fixture.memory()
        let old = fixture.turn("old")
        try await memory.save(old)
        try await memory.save(fixture.turn("elsewhere", in: "page"))
        try await memory.forget(conversation: "button")
        try await memory.save(old)
        #expect(await memory.exchanges(of: "button", atMost: 5) == [])
        try await memory.save(fixture.turn("new"))
        for memory in [memory, fixture.memory()] {
            #expect(
                await memory.exchanges(of: "button", atMost: 5).map(\.question) == ["new"])
            #expect(await memory.exchanges(of: "page", atMost: 5).count == 1)
            #expect(try await memory.turns().turns.count == 3)
        }
    }

    @Test("A deleted turn is gone from history, conversation and file, and a later save is idle")
    func delete() async throws {
        let memory = fixture.memory()
        let secret = fixture.turn("the treasure lies under the oak", "Understood: oak.")
        try await memory.save(secret)
        try await memory.save(fixture.turn("harmless"))
        #expect(try await memory.delete(secret.id))
        #expect(try await memory.delete(secret.id) == false)
        try await memory.save(secret)
        #expect(await memory.exchanges(of: "button", atMost: 5).map(\.question) == ["harmless"])
        #expect(try await memory.turn(secret.id) == nil)
        await memory.close()
        for suffix in ["", "-wal"] {
            let bytes = (try? readFile(fixture.database + suffix, atMost: 1 << 24)) ?? []
            #expect(!String(decoding: bytes, as: UTF8.self).contains("oak"))
        }
    }

    @Test("All turns can be deleted, and the turn in hand does not come back")
    func deleteAll() async throws {
        let memory = fixture.memory()
        let turn = fixture.turn("in hand")
        try await memory.save(fixture.turn("before"))
        try await memory.save(turn)
        _ = try await memory.addTimer(ringsAt: 5, seconds: 5)
        try await memory.deleteAllTurns()
        try await memory.save(turn)
        #expect(try await memory.turns() == HistoryPage(turns: [], next: nil))
        #expect(await memory.exchanges(of: "button", atMost: 5) == [])
        #expect(try await memory.timers().count == 1)
    }

    @Test("Ten thousand turns are listed page by page, each once, and searched")
    func pages() async throws {
        let memory = fixture.memory()
        try await memory.open()
        let database = try Database(fixture.database, .writing)
        try database.transaction { () throws(DatabaseError) in
            for number in 0..<10_000 {
                var record = fixture.turn("Question \(number)")
                record.reply = number == 77 ? "Der ÄRGER ist groß." : "Answer."
                let values = record.values
                let marks = values.map { _ in "?" }.joined(separator: ", ")
                try database.run(
                    "fill", "INSERT INTO turns (\(TurnRecord.columns)) VALUES (\(marks))", values)
            }
        }
        var seen: [String] = []
        var next: Int64?
        var pages = 0
        repeat {
            let page = try await memory.turns(from: next, atMost: 150)
            #expect(page.turns.count <= 150)
            seen += page.turns.map(\.transcript)
            next = page.next
            pages += 1
        } while next != nil
        #expect(pages == 67)
        #expect(seen == (0..<10_000).reversed().map { "Question \($0)" })
        #expect(try await memory.turns(with: "ärger").turns.map(\.transcript) == ["Question 77"])
        #expect(try await memory.turns(with: "question 99", atMost: 500).turns.count == 111)
        #expect(try await memory.turns(with: "'; DROP TABLE turns; %_").turns.isEmpty)
        // The first save gives those rows an age; they stay.
        try await memory.save(fixture.turn("one more"))
        #expect(await memory.exchanges(of: "button", atMost: 2).count == 2)
        let count = try database.number("count", "SELECT count(*) FROM turns")
        #expect(count == 10_001)
    }

    @Test("However many there are, the oldest go")
    func bounded() async throws {
        var limits = HistoryLimits()
        limits.mostTurns = 5
        let memory = fixture.memory(limits)
        for number in 1...12 { try await memory.save(fixture.turn("\(number)")) }
        #expect(
            try await memory.turns().turns.map(\.transcript) == ["12", "11", "10", "9", "8"])
    }

    @Test("A text without end is cut between two characters")
    func longTexts() async throws {
        let memory = fixture.memory()
        let record = fixture.turn(String(repeating: "ä", count: 40_000) + "x", "a")
        try await memory.save(record)
        let kept = try await fixture.memory().turn(record.id)?.transcript
        #expect(kept == String(repeating: "ä", count: 16_384))
    }

    @Test("Kept for no days, nothing that was said reaches the disk, and the conversation goes on")
    func noDays() async throws {
        let earlier = fixture.memory()
        try await earlier.save(fixture.turn("under the oak"))
        await earlier.close()
        let memory = fixture.memory(HistoryLimits(keepDays: 0))
        try await memory.save(fixture.turn("under the elm"))
        #expect(
            await memory.exchanges(of: "button", atMost: 5).map(\.question) == ["under the elm"])
        // Nor later, when the limits are others again.
        try await memory.use(HistoryLimits(keepDays: 30))
        try await memory.save(fixture.turn("under the ash"))
        #expect(try await memory.turns().turns.map(\.transcript) == ["under the ash"])
        #expect(await memory.exchanges(of: "button", atMost: 5).count == 2)
        try await memory.use(HistoryLimits(keepDays: 0))
        #expect(try await memory.turns().turns.isEmpty)
        let file = try readFile(fixture.database, atMost: 1 << 24)
        #expect(!String(decoding: file, as: UTF8.self).contains("elm"))
    }

    @Test("Timers are listed by when they ring, and survive")
    func timers() async throws {
        let memory = fixture.memory()
        let late = try await memory.addTimer(ringsAt: 2000, seconds: 600, name: "tea")
        let soon = try await memory.addTimer(ringsAt: 1000, seconds: 60)
        #expect(try await fixture.memory().timers() == [soon, late])
        #expect(try await memory.removeTimer(soon.id))
        #expect(try await memory.removeTimer(soon.id) == false)
        #expect(try await memory.addTimer(ringsAt: 1, seconds: 1).id > late.id)
        for number in 0..<98 { _ = try await memory.addTimer(ringsAt: Int64(number), seconds: 1) }
        await #expect(throws: MemoryError.self) {
            try await memory.addTimer(ringsAt: 1, seconds: 1)
        }
    }

    @Test("Voices belong to users; keys have one name and one hash; marks are set and taken away")
    func small() async throws {
        let memory = fixture.memory()
        let voice = ClonedVoice(
            id: "v1", user: "anna", provider: "elevenlabs", providerVoice: "x9", name: "Anna",
            consentAt: 7, consentBy: "Anna B.")
        try await memory.save(voice)
        try await memory.save(voice)
        #expect(try await memory.voices(of: "anna") == [voice])
        #expect(try await memory.voices() == [voice])
        #expect(try await memory.voices(of: "bob") == [])
        #expect(try await memory.removeVoice("v1"))

        var key = APIKey(name: "kitchen", scope: .talk, hash: [0, 1, 255])
        key.perMinute = 10
        key.systemPrompt = "Be short."
        let kept = try await memory.add(key)
        #expect(try await fixture.memory().keys() == [kept])
        #expect(kept.hash == [0, 1, 255] && kept.perDay == nil && kept.perMinute == 10)
        await #expect {
            _ = try await memory.add(APIKey(name: "kitchen", scope: .read, hash: [2]))
        } throws: {
            "\($0)" == "there is a key \"kitchen\" already; use another name"
        }
        #expect(try await memory.removeKey(kept.id))
        #expect(try await memory.keys().isEmpty)

        #expect(try await memory.mark("boot") == nil)
        try await memory.setMark("boot", to: "a")
        try await memory.setMark("boot", to: "b")
        #expect(try await fixture.memory().mark("boot") == "b")
        try await memory.setMark("boot", to: nil)
        #expect(try await memory.mark("boot") == nil)
    }

    @Test("Turns of many tasks at once are all kept")
    func crowd() async throws {
        let memory = fixture.memory()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                let turn = fixture.turn("\(number)")
                group.addTask { try await memory.save(turn) }
            }
            try await group.waitForAll()
        }
        #expect(try await memory.turns().turns.count == 20)
    }
}

@Suite(.timeLimit(.minutes(2)))
struct TurnSoundTests {
    private let fixture = Fixture()
    private let limits = {
        var limits = HistoryLimits(keepAudio: true)
        limits.leastFreeBytes = 0
        return limits
    }()
    private let second = AudioChunk(Array(repeating: 1, count: 16_000), format: .speech)

    @Test("Sound is kept beside its turn if it is wanted, and goes with it")
    func kept() async throws {
        let memory = fixture.memory(limits)
        let turn = fixture.turn("listen")
        #expect(try await memory.keep(second, as: .question, of: turn.id) == false)
        try await memory.save(turn)
        #expect(try await memory.keep(second, as: .question, of: turn.id))
        try await memory.save(turn)
        let path = try await memory.file(of: .question, turn.id)
        #expect(path == "\(fixture.folder.path)/audio/\(turn.id)/question.wav")
        #expect(sizeOfFile(path ?? "") == 32_044)
        #expect(try await memory.file(of: .reply, turn.id) == nil)
        #expect(try await memory.turn(turn.id)?.hasQuestionSound == true)
        #expect(try await memory.turn(turn.id)?.hasReplySound == false)
        try await memory.delete(turn.id)
        #expect(names(inFolder: fixture.folder.path + "/audio").isEmpty)
    }

    @Test("Without the wish or without room nothing is kept")
    func unwanted() async throws {
        var narrow = limits
        narrow.leastFreeBytes = .max
        for limits in [HistoryLimits(), narrow] {
            let memory = fixture.memory(limits)
            let turn = fixture.turn("listen")
            try await memory.save(turn)
            #expect(try await memory.keep(second, as: .reply, of: turn.id) == false)
        }
        #expect(sizeOfFile(fixture.folder.path + "/audio") == nil)
    }

    @Test("When there is too much sound, the oldest goes; the turn's words stay")
    func tooMuch() async throws {
        var limits = limits
        limits.mostSoundBytes = 80_000
        let memory = fixture.memory(limits)
        var turns: [TurnRecord] = []
        for number in 0..<4 {
            turns.append(fixture.turn("\(number)"))
            try await memory.save(turns[number])
            #expect(try await memory.keep(second, as: .reply, of: turns[number].id))
        }
        #expect(
            Set(names(inFolder: fixture.folder.path + "/audio"))
                == Set(turns[2...].map(\.id.text)))
        #expect(try await memory.file(of: .reply, turns[0].id) == nil)
        #expect(try await memory.turns().turns.count == 4)
    }

    @Test(
        "Sound that no turn knows of is swept away at the next start; old turns take theirs along")
    func sweep() async throws {
        let memory = fixture.memory(limits)
        let turn = fixture.turn("old")
        try await memory.save(turn)
        try await memory.keep(second, as: .reply, of: turn.id)
        await memory.close()
        try createFolder("\(fixture.folder.path)/audio/0123456789abcdef")
        let later = fixture.memory(limits)
        try await later.open()
        #expect(names(inFolder: fixture.folder.path + "/audio") == [turn.id.text])
        fixture.pass(31 * Fixture.day)
        try await later.prune()
        #expect(try await later.turns().turns.isEmpty)
        #expect(names(inFolder: fixture.folder.path + "/audio").isEmpty)
    }

    private func createFolder(_ path: String) throws {
        try StateFolder(path: path).prepare()
    }
}
