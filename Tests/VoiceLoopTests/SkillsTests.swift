import Synchronization
import TestSupport
import Testing
import Voice

@testable import VoiceLoop

/// A device in a test's hands: it remembers what was done to it.
final class FakeControls: DeviceControls {
    struct Refused: Error {}
    struct State {
        var volume = 50
        var speeds = 1
        var isMuted = false
        var isForgotten = false
        var timers: [RunningTimer] = []
        var addresses = ["192.168.1.20"]
        var refuses = false
    }
    let state = Mutex(State())
    let name = "pressel"

    init(_ change: (inout State) -> Void = { _ in }) { state.withLock { change(&$0) } }

    private func doing(_ deed: (inout State) -> Void) throws {
        try state.withLock { state in
            guard !state.refuses else { throw Refused() }
            deed(&state)
        }
    }

    func addresses() async -> [String] { state.withLock { $0.addresses } }
    func volume() async -> Int { state.withLock { $0.volume } }
    func setVolume(_ volume: Int) async throws { try doing { $0.volume = volume } }
    func muteMicrophone() async throws { try doing { $0.isMuted = true } }
    func speakSlower() async -> Bool {
        state.withLock { state in
            state.speeds -= 1
            return state.speeds >= 0
        }
    }
    func forgetConversation() async throws { try doing { $0.isForgotten = true } }
    func setTimer(for duration: Duration, named name: String?) async throws {
        try doing { state in
            let number = Int64(state.timers.count + 1)
            state.timers.append(
                RunningTimer(
                    number: number, name: name, duration: duration, remaining: duration))
        }
    }
    func timers() async -> [RunningTimer] { state.withLock { $0.timers } }
    func cancelTimers(_ numbers: [Int64]) async throws {
        try doing { $0.timers.removeAll { numbers.contains($0.number) } }
    }
}

struct SkillsTests {
    private struct Wall: WallClock {
        var time: LocalTime?
        func now() -> LocalTime? { time }
    }

    private struct Net: Network {
        var isConnected: Bool
    }

    private static let afternoon = LocalTime(
        year: 2026, month: 11, day: 21, weekday: 6, hour: 15, minute: 17)

    private func reply(
        _ question: String, in language: SpokenLanguage = .english, on device: FakeControls,
        time: LocalTime? = Self.afternoon, online: Bool = false, after exchanges: [Exchange] = [],
        last: Exchange? = nil, failures: [ProviderError] = []
    ) async throws -> String {
        let skills = Skills(
            language: language, wallClock: Wall(time: time), network: Net(isConnected: online),
            device: device, log: .silent)
        var reply = ""
        for try await piece in try await skills.reply(
            to: Prompt(
                question: question, exchanges: exchanges, last: last, failures: failures))
        {
            reply += piece
        }
        return reply
    }

    private let device = FakeControls()

    @Test("The time and the date, or that the clock was not set")
    func time() async throws {
        #expect(
            try await reply("what time is it", on: device)
                == "It is three o'clock and seventeen minutes, in the afternoon.")
        #expect(
            try await reply("what is the date", on: device)
                == "Today is Saturday, the twenty-first of November, twenty twenty-six.")
        for question in ["what time is it", "what is the date", "wake me at six"] {
            #expect(
                try await reply(question, on: device, time: nil)
                    == "I do not know the time yet, because my clock has not been set.")
        }
    }

    static let volumes: [(question: String, before: Int, after: Int, reply: String)] = [
        ("volume up", 50, 60, "My volume is sixty percent."),
        ("volume up", 95, 100, "My volume is one hundred percent."),
        ("volume up", 100, 100, "I cannot speak any louder."),
        ("volume down", 50, 40, "My volume is forty percent."),
        ("volume down", 5, 0, "My volume is zero percent."),
        ("volume down", 0, 0, "I cannot speak any more quietly."),
        ("set the volume to thirty", 50, 30, "My volume is thirty percent."),
        (
            "volume two hundred", 50, 50,
            "I can set my volume to anything from zero to one hundred percent."
        ),
        (
            "volume minus ten", 50, 50,
            "I can set my volume to anything from zero to one hundred percent."
        ),
        ("how loud are you", 35, 35, "My volume is thirty-five percent."),
    ]

    @Test("The volume goes up, down and to a number between 0 and 100", arguments: volumes)
    func volume(question: String, before: Int, after: Int, expected: String) async throws {
        let device = FakeControls { $0.volume = before }
        #expect(try await reply(question, on: device) == expected)
        #expect(device.state.withLock { $0.volume } == after)
    }

    private let exchange = Exchange(question: "what is up", reply: "The sky.")

    @Test("What was said last is said again, also more slowly")
    func again() async throws {
        #expect(try await reply("say that again", on: device, after: [exchange]) == "The sky.")
        #expect(try await reply("say that again", on: device) == "I have not said anything yet.")
        // Nothing is to be remembered, and still it can be said again.
        #expect(try await reply("say that again", on: device, last: exchange) == "The sky.")
        #expect(try await reply("slow down", on: device, after: [exchange]) == "The sky.")
        #expect(
            try await reply("slow down", on: device, after: [exchange])
                == "I cannot speak any more slowly. The sky.")
        let other = FakeControls()
        #expect(try await reply("slow down", on: other) == "I speak more slowly now.")
    }

    @Test("What was asked last is told, not that it was asked what was asked")
    func lastQuestion() async throws {
        let meta = Exchange(question: "what did i ask", reply: "You asked: what is up.")
        #expect(
            try await reply("what did i ask", on: device, after: [exchange, meta])
                == "You asked: what is up.")
        #expect(
            try await reply("what did i ask", on: device)
                == "You have not asked me anything yet.")
    }

    @Test("It forgets and closes its microphone when told to, and says so if it could not")
    func deeds() async throws {
        #expect(
            try await reply("start over", on: device) == "I have forgotten our conversation.")
        #expect(device.state.withLock { $0.isForgotten })
        #expect(
            try await reply("mute the microphone", on: device).hasPrefix("My microphone is muted"))
        #expect(device.state.withLock { $0.isMuted })
        #expect(try await reply("stop", on: device).isEmpty)

        let stubborn = FakeControls { $0.refuses = true }
        for question in [
            "start over", "mute the microphone", "volume up", "set a timer for ten minutes",
        ] {
            #expect(try await reply(question, on: stubborn).hasPrefix("I am sorry, I could not"))
        }
    }

    static let timers: [(question: String, seconds: Int?, name: String?, reply: String)] = [
        ("set a timer for ten minutes", 600, nil, "Your timer is set for ten minutes."),
        (
            "set a pizza timer for twelve minutes", 720, "pizza",
            "Your pizza timer is set for twelve minutes."
        ),
        (
            "wake me at half past six", 11_580, nil,
            "Your timer will ring at half past six in the evening."
        ),
        (
            "wake me at six in the morning", 52_980, nil,
            "Your timer will ring at six o'clock in the morning."
        ),
        ("timer for twenty four hours", 86_400, nil, "Your timer is set for twenty-four hours."),
        (
            "timer for zero seconds", nil, nil,
            "I can set a timer for anything from one second to twenty-four hours."
        ),
        (
            "timer for minus two minutes", nil, nil,
            "I can set a timer for anything from one second to twenty-four hours."
        ),
        (
            "timer for twenty five hours", nil, nil,
            "I can set a timer for anything from one second to twenty-four hours."
        ),
    ]

    @Test("A timer is set for more than nothing and at most a day", arguments: timers)
    func timer(question: String, seconds: Int?, name: String?, expected: String) async throws {
        let device = FakeControls()
        #expect(try await reply(question, on: device) == expected)
        let timers = device.state.withLock { $0.timers }
        #expect(timers.first?.duration == seconds.map { .seconds($0) })
        #expect(timers.first?.name == name)
    }

    private func twoTimers() -> FakeControls {
        FakeControls { state in
            state.timers = [
                RunningTimer(
                    number: 7, name: nil, duration: .seconds(600), remaining: .seconds(61)),
                RunningTimer(
                    number: 9, name: "pizza", duration: .seconds(7200), remaining: .seconds(3661)),
            ]
        }
    }

    @Test("What remains is told, the soonest first")
    func remaining() async throws {
        #expect(try await reply("how much time is left", on: device) == "There is no timer.")
        #expect(
            try await reply("how much time is left", on: twoTimers())
                == "Your timer for ten minutes has one minute and one second left."
                + " Your pizza timer has one hour and two minutes left.")
    }

    static let cancellations: [(question: String, left: [Int64], reply: String)] = [
        ("cancel all timers", [], "All timers are cancelled."),
        ("cancel the pizza timer", [7], "Your pizza timer is cancelled."),
        ("cancel the ten minute timer", [9], "Your timer for ten minutes is cancelled."),
        ("cancel the egg timer", [7, 9], "There is no such timer."),
        (
            "cancel the timer", [7, 9],
            "There are several timers; tell me which one. Your timer for ten minutes has one"
                + " minute and one second left. Your pizza timer has one hour and two minutes left."
        ),
    ]

    @Test("The timer that is meant is cancelled", arguments: cancellations)
    func cancel(question: String, left: [Int64], expected: String) async throws {
        let device = twoTimers()
        #expect(try await reply(question, on: device) == expected)
        #expect(device.state.withLock { $0.timers.map(\.number) } == left)
    }

    @Test("Its name, and where its page is, one group of digits at a time")
    func identity() async throws {
        #expect(
            try await reply("what is your address", on: device)
                == "My name is pressel. My page is at pressel dot local, or 192 168 1 20.")
        let offline = FakeControls { $0.addresses = [] }
        #expect(
            try await reply("what is your name", on: offline)
                == "My name is pressel. I am on no network, so nobody can see my page.")
        let both = FakeControls { $0.addresses = ["fd00::1", "10.0.0.7"] }
        #expect(try await reply("what is your name", on: both).hasSuffix(" 10 0 0 7."))
    }

    @Test("It is online or not, and says what it can do")
    func online() async throws {
        #expect(try await reply("are you online", on: device, online: true).hasPrefix("Yes"))
        #expect(try await reply("are you online", on: device).hasPrefix("No"))
        #expect(try await reply("what can you do", on: device).contains("what time it is"))
    }

    @Test("Anything else gets an honest answer")
    func honest() async throws {
        #expect(
            try await reply("tell me a story", on: device)
                .hasPrefix("I can't reach the network, so I can only"))
        #expect(
            try await reply("tell me a story", on: device, online: true)
                .hasPrefix("I can't reach a language model, so I can only"))
    }

    static let translated: [(language: SpokenLanguage, question: String, reply: String)] = [
        (.german, "wie spät ist es", "Es ist fünfzehn Uhr siebzehn."),
        (
            .german, "wie heißt du",
            "Ich heiße pressel. Meine Seite ist pressel Punkt local, oder 192, 168, 1, 20."
        ),
        (.german, "timer auf eine minute", "Der Timer läuft: eine Minute."),
        (
            .german, "weck mich um halb sieben",
            "Der Timer klingelt zu dieser Zeit: halb sieben abends."
        ),
        (.german, "lautstärke 1", "Meine Lautstärke ist ein Prozent."),
        (
            .german, "timer auf 25 stunden",
            "Ein Timer kann bei mir eine Sekunde bis vierundzwanzig Stunden lang sein."
        ),
        (.french, "quelle heure est-il", "Il est quinze heures dix-sept."),
        (.french, "minuteur d'une demi-heure", "Le minuteur est réglé : une demi-heure."),
        (.french, "volume à 80", "Mon volume est à quatre-vingts pour cent."),
        (
            .french, "comment tu t'appelles",
            "Je m'appelle pressel. Ma page est à pressel point local, ou 192, 168, 1, 20."
        ),
        (.spanish, "qué hora es", "Son las tres y diecisiete de la tarde."),
        (
            .spanish, "temporizador de hora y media",
            "El temporizador está puesto: una hora y media."
        ),
        (.spanish, "cuánto tiempo queda", "No hay ningún temporizador."),
        (.spanish, "sube el volumen", "Mi volumen está al sesenta por ciento."),
    ]

    @Test("In other languages", arguments: translated)
    func inOtherLanguages(language: SpokenLanguage, question: String, expected: String) async throws
    {
        let device = FakeControls()
        #expect(try await reply(question, in: language, on: device) == expected)
    }

    @Test("Whatever is asked in a language is answered in it", arguments: SpokenLanguage.allCases)
    func answered(language: SpokenLanguage) async throws {
        let refusal = try await reply("xyzzy", in: language, on: device)
        let examples: [SpokenLanguage: [RequestParserTests.Case]] = [
            .english: RequestParserTests.english, .german: RequestParserTests.german,
            .french: RequestParserTests.french, .spanish: RequestParserTests.spanish,
        ]
        for (sentence, request) in examples[language]! {
            let answer = try await reply(
                sentence, in: language, on: FakeControls(), after: [exchange])
            #expect((answer == refusal) == (request == nil), "\"\(sentence)\"")
            #expect(answer.isEmpty == (request == .stop), "\"\(sentence)\"")
        }
    }
}

struct SentencesTests {
    @Test("A timer says what it was, and when it should have rung")
    func timers() {
        let sentences = Sentences(.english)
        #expect(
            sentences.timerRings(after: .seconds(600), named: nil)
                == "Your timer for ten minutes is over.")
        #expect(
            sentences.timerRings(after: .seconds(600), named: "pizza")
                == "Your pizza timer for ten minutes is over.")
        #expect(
            sentences.timerRings(after: .seconds(600), named: nil, late: .seconds(300))
                == "Your timer for ten minutes ended five minutes ago, while I was off.")
        #expect(
            Sentences(.french).timerRings(after: .seconds(600), named: nil, late: .seconds(300))
                == "Ton minuteur, d'une durée de dix minutes, s'est terminé il y a cinq minutes,"
                + " pendant que j'étais éteint.")
    }

    @Test("No sentence is missing or left in English", arguments: SpokenLanguage.allCases)
    func complete(language: SpokenLanguage) {
        func all(_ sentences: Sentences) -> [String] {
            let plain = Mirror(reflecting: sentences).children.compactMap { $0.value as? String }
            return plain + [
                sentences.settingWrong("audio, volume", true), sentences.claimQuestion("10 0 0 7"),
                sentences.timerRings(after: .seconds(60), named: "tea"),
                sentences.timerRings(after: .seconds(60), named: nil, late: .seconds(60)),
            ]
        }
        let own = all(Sentences(language))
        #expect(own.count == 28)
        #expect(Set(own).count == own.count)
        #expect(own.allSatisfy { $0.count > 15 && ".?".contains($0.last!) })
        if language != .english { #expect(Set(own).isDisjoint(with: all(Sentences(.english)))) }
    }

    static let tags: [(tag: String, language: SpokenLanguage?)] = [
        ("en", .english), ("en-GB", .english), ("DE-at", .german), ("fr", .french),
        ("es-419", .spanish), ("pl", nil), ("", nil), ("end", nil),
    ]

    @Test("A language is known by its tag, whatever the region", arguments: tags)
    func known(tag: String, language: SpokenLanguage?) {
        #expect(SpokenLanguage(tag: tag) == language)
    }
}
