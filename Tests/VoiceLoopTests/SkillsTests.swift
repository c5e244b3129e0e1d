import TestSupport
import Testing
import Voice

@testable import VoiceLoop

struct SkillsTests {
    private struct Wall: WallClock {
        var time: LocalTime?
        func now() -> LocalTime? { time }
    }

    private struct Net: Network {
        var isConnected: Bool
    }

    private func reply(
        _ question: String, time: LocalTime? = Self.afternoon, online: Bool = false,
        after exchanges: [Exchange] = []
    ) async throws -> String {
        let skills = Skills(wallClock: Wall(time: time), network: Net(isConnected: online))
        var reply = ""
        for try await piece in try await skills.reply(to: question, after: exchanges) {
            reply += piece
        }
        return reply
    }

    private static let afternoon = LocalTime(
        year: 2026, month: 11, day: 21, weekday: 6, hour: 15, minute: 17)

    static let asked: [(sentence: String, skill: Skill?)] = [
        ("what time is it", .time), ("What time is it?", .time), ("wow time is it", .time),
        ("what's the time please", .time), ("please tell me the time", .time),
        ("hey what’s the time", .time), ("what is the date", .date), ("what day is it", .date),
        ("what can you do", .help), ("help", .help), ("are you online", .online),
        ("say that again", .again), ("repeat that please", .again), ("stop", .stop),
        ("", nil), ("please", nil), ("time", nil), ("what time is it in tokyo", nil),
        ("do not stop", nil), ("stop the music", nil), ("what is the time machine", nil),
        ("help me find my keys", nil), ("repeat after me", nil), ("go forward ten meters", nil),
        ("are you online or offline", nil), ("what is your name", nil),
    ]

    @Test("A skill is asked for by its phrase and nothing else", arguments: asked)
    func skill(sentence: String, skill: Skill?) {
        #expect(Skill(asked: sentence) == skill)
    }

    @Test("No sentence that people recorded asks for a skill", arguments: People.recordings)
    func people(name: String, words: String) {
        #expect(Skill(asked: words) == nil)
    }

    @Test("The time and the date are told in words")
    func time() async throws {
        #expect(
            try await reply("what time is it")
                == "It is three o'clock and seventeen minutes, in the afternoon.")
        #expect(
            try await reply("what is the date")
                == "Today is Saturday, the twenty-first of November, twenty twenty-six.")
        #expect(
            try await reply("what time is it", time: nil)
                == "I do not know the time yet, because my clock has not been set.")
    }

    @Test("It is online or not, and says what it can do")
    func online() async throws {
        #expect(try await reply("are you online", online: true).hasPrefix("Yes"))
        #expect(try await reply("are you online").hasPrefix("No"))
        #expect(try await reply("what can you do").contains("what time it is"))
    }

    @Test("What was said last is said again")
    func again() async throws {
        let exchange = Exchange(question: "what is up", reply: "The sky.")
        #expect(try await reply("say that again", after: [exchange]) == "The sky.")
        #expect(try await reply("say that again") == "I have not said anything yet.")
    }

    @Test("Stop is answered by silence")
    func stop() async throws {
        #expect(try await reply("stop").isEmpty)
    }

    @Test("Anything else gets an honest answer")
    func honest() async throws {
        #expect(try await reply("tell me a story").hasPrefix("I can't reach the network, so I can"))
        #expect(
            try await reply("tell me a story", online: true)
                .hasPrefix("I can't reach a language model, so I can"))
    }
}

struct SpokenTimeTests {
    static let times: [(hour: Int, minute: Int, words: String)] = [
        (0, 0, "twelve o'clock, in the morning"),
        (0, 1, "twelve o'clock and one minute, in the morning"),
        (11, 59, "eleven o'clock and fifty-nine minutes, in the morning"),
        (12, 5, "twelve o'clock and five minutes, in the afternoon"),
        (18, 20, "six o'clock and twenty minutes, in the evening"),
        (23, 40, "eleven o'clock and forty minutes, in the evening"),
    ]

    @Test("Hours and minutes in words", arguments: times)
    func time(hour: Int, minute: Int, words: String) {
        let time = LocalTime(
            year: 2026, month: 1, day: 1, weekday: 4, hour: hour, minute: minute)
        #expect(SpokenTime.words(for: time) == words)
    }

    static let dates: [(year: Int, month: Int, day: Int, weekday: Int, words: String)] = [
        (2026, 1, 1, 4, "Thursday, the first of January, twenty twenty-six"),
        (2030, 12, 30, 1, "Monday, the thirtieth of December, twenty thirty"),
        (2099, 8, 12, 3, "Wednesday, the twelfth of August, twenty ninety-nine"),
    ]

    @Test("Dates in words", arguments: dates)
    func date(year: Int, month: Int, day: Int, weekday: Int, words: String) {
        let time = LocalTime(
            year: year, month: month, day: day, weekday: weekday, hour: 0, minute: 0)
        #expect(SpokenTime.words(forDateOf: time) == words)
    }
}
