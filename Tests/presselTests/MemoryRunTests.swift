import Audio
import Codec
import Glibc
import Linux
import Store
import TestSupport
import Testing
import Voice

/// What `pressel run` remembers, and what its skills do to it.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct MemoryRunTests {
    private let folder = TemporaryFolder()

    private func device(
        speed: Int = 1, settings: String = "", audio: String = ""
    ) async throws -> Device {
        let device = try Device(
            speed: speed, settings: settings, audio: audio, state: folder.path + "/state")
        try await device.says("recording from")
        try await device.sleep(400)
        return device
    }

    private func ask(_ device: Device, _ question: String) async throws {
        let before = device.count(": answered")
        try await device.ask(try await spoken(question))
        try await device.says(": answered", times: before + 1)
    }

    private func history() async throws -> [TurnRecord] {
        let memory = Memory(
            in: StateFolder(path: folder.path + "/state"), limits: HistoryLimits(),
            clock: MonotonicClock())
        let turns = try await memory.turns(atMost: 1000).turns
        await memory.close()
        return turns
    }

    @Test("A turn is in the history, and is repeated after a restart")
    func remembers() async throws {
        let first = try await device(settings: "\"history\": {\"keepAudio\": true},")
        try await ask(first, "What time is it?")
        #expect(await first.end(by: SIGTERM).status == 0)

        let turns = try await history()
        try #require(turns.count == 1)
        #expect(turns[0].reply.hasPrefix("It is "))
        #expect(turns[0].outcome == .answered)
        #expect(turns[0].source == "button")
        #expect(turns[0].providers["languageModel"] == "skills")
        #expect(turns[0].timeline.last?.step == "heard")
        #expect(turns[0].hasQuestionSound && turns[0].hasReplySound)

        let second = try await device()
        try await second.tap()
        try await second.sleep(150)
        try await second.tap()
        try await second.says("saying \"\(turns[0].reply.prefix(20))")
        _ = await second.end(by: SIGTERM)
        // Repeating left no row behind.
        #expect(try await history().count == 1)
    }

    @Test("A double tap leaves no row, a turn in which nothing was said one")
    func rows() async throws {
        let device = try await device(audio: "\"noSpeechSeconds\": 2,")
        try await device.tap()
        try await device.sleep(150)
        try await device.tap()
        try await device.says("saying \"I have not said anything yet")
        try await device.says("light off", times: 2)
        try await device.tap()
        try await device.says(": nothingHeard")
        _ = await device.end(by: SIGTERM)
        #expect(try await history().map(\.outcome) == [.nothingHeard])
    }

    @Test("A timer rings until a press, which is nothing else; one that was missed says so")
    func timers() async throws {
        // Kept before the start: one that is due in a moment, one that was due ten minutes ago.
        let memory = Memory(
            in: StateFolder(path: folder.path + "/state"), limits: HistoryLimits(),
            clock: MonotonicClock())
        let now = Int64(time(nil))
        _ = try await memory.addTimer(ringsAt: now - 600, seconds: 300)
        _ = try await memory.addTimer(ringsAt: now + 6, seconds: 60, name: nil)
        await memory.close()

        let device = try await device()
        try await device.says("a timer rings, late")
        try await device.says("while I was off")
        try device.type("press")
        try await device.says("light off")
        try device.type("release")
        try await device.says("Your timer for one minute is over")
        try await device.says("ringing(")
        try device.type("press")
        try await device.says("light off", times: 2)
        try device.type("release")
        try await device.sleep(200)
        #expect(!device.log.contains("light listening"))
        _ = await device.end(by: SIGTERM)
        // They were heard, so they are gone.
        let after = Memory(
            in: StateFolder(path: folder.path + "/state"), limits: HistoryLimits(),
            clock: MonotonicClock())
        #expect(try await after.timers().isEmpty)
        await after.close()
    }

    @Test("A damaged store is set aside, said aloud, and a new one begun")
    func damaged() async throws {
        mkdir(folder.path + "/state", 0o700)
        try writeFile(
            String(repeating: "no database ", count: 1000), to: folder.path + "/state/pressel.db")
        let device = try await device()
        try await device.says("was set aside as")
        try await device.says("saying \"\(Self.damage)")
        try await device.says("light off")
        try await ask(device, "What time is it?")
        _ = await device.end(by: SIGTERM)
        #expect(try await history().count == 1)
    }

    private static let damage = "My memory"

    @Test("Killed at fifty moments: the store opens, and has every turn that was heard")
    func killed() async throws {
        var random = SystemRandomNumberGenerator()
        let question = try await spoken("What time is it?")
        var answered = 0
        for round in 1...50 {
            let device = try await device(speed: 8)
            try await device.ask(question, speed: 8)
            // Some die while they answer, some when they have.
            if round.isMultiple(of: 2) { try await device.says("turn 1: answered") }
            try await device.sleep(Int.random(in: 0...150, using: &random))
            let (status, _) = await device.end(by: SIGKILL)
            #expect(status != 0)
            answered += device.count("turn 1: answered")
        }
        let turns = try await history()
        #expect(turns.count { !$0.reply.isEmpty } >= answered)
        #expect(turns.count { $0.outcome == .answered } >= answered)
        #expect(answered >= 25)
    }

    @Test("A second one on the same state folder is refused")
    func two() async throws {
        let first = try await device()
        let command = try await Command(
            ["run", "--state", folder.path + "/state"], errors: true)
        #expect(command.status == 1)
        #expect(command.output.contains("stop that one (systemctl stop pressel)"))
        _ = await first.end(by: SIGTERM)
    }
}
