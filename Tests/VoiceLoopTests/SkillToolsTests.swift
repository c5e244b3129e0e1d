import FoundationEssentials
import Testing
import Voice

@testable import VoiceLoop

struct SkillToolsTests {
    private struct Wall: WallClock {
        var time: LocalTime?
        func now() -> LocalTime? { time }
    }

    private struct Net: Network {
        let isConnected = true
    }

    private static func tools(
        on device: FakeControls, in language: SpokenLanguage = .english, knowsTime: Bool = true
    ) -> SkillTools {
        let afternoon = LocalTime(
            year: 2026, month: 11, day: 21, weekday: 6, hour: 15, minute: 17)
        return SkillTools(
            Skills(
                language: language, wallClock: Wall(time: knowsTime ? afternoon : nil),
                network: Net(), device: device, log: .silent))
    }

    private let exchange = Exchange(question: "What is up?", reply: "The sky.")

    static let calls: [(name: String, arguments: String, result: String)] = [
        ("set_timer", #"{"seconds":600}"#, "Your timer is set for ten minutes."),
        ("set_timer", #"{"seconds":600.0,"at":null}"#, "Your timer is set for ten minutes."),
        (
            "set_timer", #"{"seconds":86400,"name":" pizza \n"}"#,
            "Your pizza timer is set for twenty-four hours."
        ),
        ("set_timer", #"{"at":"18:30"}"#, "Your timer will ring at half past six in the evening."),
        (
            "set_timer", #"{"at":"6:00","name":"tea"}"#,
            "Your tea timer will ring at six o'clock in the morning."
        ),
        ("list_timers", "{}", "There is no timer."),
        ("cancel_timer", "", "There is no timer."),
        ("get_volume", "", "My volume is fifty percent."),
        ("get_volume", "null", "My volume is fifty percent."),
        ("get_volume", #"{"unknown":[1,{}]}"#, "My volume is fifty percent."),
        ("set_volume", #"{"percent":0}"#, "My volume is zero percent."),
        ("set_volume", #"{"percent":100}"#, "My volume is one hundred percent."),
        ("volume_up", "{}", "My volume is sixty percent."),
        ("volume_down", "{}", "My volume is forty percent."),
        ("speak_slower", "{}", "I speak more slowly now."),
        (
            "get_time", "{}",
            "It is three o'clock and seventeen minutes, in the afternoon."
                + " Today is Saturday, the twenty-first of November, twenty twenty-six."
        ),
        ("forget_conversation", "{}", "I have forgotten our conversation."),
        (
            "mute_microphone", "{}",
            "My microphone is muted now. You can switch it on again on my page."
        ),
        (
            "get_address", "{}",
            "My name is pressel. My page is at pressel dot local, or 192 168 1 20."
        ),
        ("is_online", "{}", "Yes, I am connected to a network."),
    ]

    @Test("A tool does what the skill does, and says so", arguments: calls)
    func call(name: String, arguments: String, result: String) async {
        let tools = Self.tools(on: FakeControls())
        let prompt = Prompt(question: "", exchanges: [exchange])
        #expect(await tools.call(name, arguments: arguments, for: prompt) == result)
    }

    static let wrong: [(name: String, arguments: String, reason: String)] = [
        ("set_timer", "{}", "give one of the arguments seconds, at, and only one."),
        (
            "set_timer", #"{"seconds":5,"at":"10:00"}"#,
            "give one of the arguments seconds, at, and only one."
        ),
        (
            "set_timer", #"{"seconds":0}"#,
            "the argument seconds must be a whole number from 1 to 86400."
        ),
        (
            "set_timer", #"{"seconds":-5}"#,
            "the argument seconds must be a whole number from 1 to 86400."
        ),
        (
            "set_timer", #"{"seconds":86401}"#,
            "the argument seconds must be a whole number from 1 to 86400."
        ),
        ("set_timer", #"{"seconds":1e400}"#, "the arguments are no JSON object."),
        (
            "set_timer", #"{"seconds":1.5}"#,
            "the argument seconds must be a whole number from 1 to 86400."
        ),
        (
            "set_timer", #"{"seconds":1e30}"#,
            "the argument seconds must be a whole number from 1 to 86400."
        ),
        (
            "set_timer", #"{"seconds":"ten"}"#,
            "the argument seconds has no value of the right type."
        ),
        ("set_timer", #"{"at":"24:00"}"#, "the argument at must be a time from 00:00 to 23:59."),
        ("set_timer", #"{"at":"+1:-2"}"#, "the argument at must be a time from 00:00 to 23:59."),
        ("set_timer", #"{"at":"noon"}"#, "the argument at must be a time from 00:00 to 23:59."),
        ("set_timer", #"{"at":""}"#, "the argument at must be a time from 00:00 to 23:59."),
        (
            "set_timer", #"{"seconds":5,"name":"\#(String(repeating: "x", count: 61))"}"#,
            "the argument name has more than 60 characters."
        ),
        ("set_volume", "{}", "the argument percent is missing."),
        (
            "set_volume", #"{"percent":101}"#,
            "the argument percent must be a whole number from 0 to 100."
        ),
        (
            "set_volume", #"{"percent":true}"#,
            "the argument percent has no value of the right type."
        ),
        (
            "cancel_timer", #"{"all":true,"name":"x"}"#,
            "give one of the arguments name, seconds, all, and only one."
        ),
        ("get_volume", "volume, please", "the arguments are no JSON object."),
        ("get_volume", "[1]", "the arguments are no JSON object."),
        ("get_volume", #"{"percent":"#, "the arguments are no JSON object."),
        ("get_volume", "\u{0}", "the arguments are no JSON object."),
        ("get_volume", String(repeating: "[", count: 4000), "the arguments are no JSON object."),
        ("get_volume", String(repeating: " ", count: 5000), "the arguments are too long."),
    ]

    @Test("What the model got wrong it is told, and nothing is done", arguments: wrong)
    func refuses(name: String, arguments: String, reason: String) async {
        let device = FakeControls()
        let answer = await Self.tools(on: device).call(
            name, arguments: arguments, for: Prompt(question: ""))
        #expect(answer == "Nothing was done: \(reason)")
        #expect(device.state.withLock { $0.timers.isEmpty && $0.volume == 50 })
    }

    @Test("Who asks reaches what is within their reach, and nothing else")
    func reach() async {
        let device = FakeControls()
        let own = FakeControls { $0.refuses = true }
        let prompt = Prompt(question: "", device: own)
        for (name, arguments) in [("set_volume", #"{"percent":10}"#), ("mute_microphone", "")] {
            let answer = await Self.tools(on: device).call(
                name, arguments: arguments, for: prompt)
            #expect(answer.hasPrefix("I am sorry, I could not"))
        }
        #expect(device.state.withLock { $0.volume == 50 && !$0.isMuted })
    }

    @Test("A tool that there is not is told from those that there are")
    func unknown() async {
        let answer = await Self.tools(on: FakeControls()).call(
            "order_pizza", arguments: "", for: Prompt(question: ""))
        #expect(
            answer.hasPrefix("There is no tool of that name. There are: set_timer, list_timers,"))
    }

    @Test("What the device could not do is told, in its owner's language")
    func failures() async {
        let stubborn = FakeControls { $0.refuses = true }
        let calls = [
            ("set_timer", #"{"seconds":5}"#), ("volume_up", ""), ("mute_microphone", ""),
            ("forget_conversation", ""),
        ]
        for (name, arguments) in calls {
            let answer = await Self.tools(on: stubborn).call(
                name, arguments: arguments, for: Prompt(question: ""))
            #expect(answer.hasPrefix("I am sorry, I could not"), "\(name)")
        }
        #expect(
            await Self.tools(on: stubborn, knowsTime: false).call(
                "get_time", arguments: "", for: Prompt(question: ""))
                == "I do not know the time yet, because my clock has not been set.")
        #expect(
            await Self.tools(on: FakeControls(), in: .german)
                .call("set_timer", arguments: #"{"seconds":60}"#, for: Prompt(question: ""))
                == "Der Timer läuft: eine Minute.")
    }

    static let cancellations: [(arguments: String, left: [Int64])] = [
        ("{}", [7, 9]), (#"{"all":true}"#, []), (#"{"name":"Pizza"}"#, [7]),
        (#"{"seconds":600,"all":false}"#, [9]), (#"{"name":"egg"}"#, [7, 9]),
    ]

    @Test("The timer that is meant is cancelled", arguments: cancellations)
    func cancels(arguments: String, left: [Int64]) async {
        let device = FakeControls { state in
            state.timers = [
                RunningTimer(
                    number: 7, name: nil, duration: .seconds(600), remaining: .seconds(61)),
                RunningTimer(
                    number: 9, name: "pizza", duration: .seconds(7200), remaining: .seconds(3661)),
            ]
        }
        _ = await Self.tools(on: device).call(
            "cancel_timer", arguments: arguments, for: Prompt(question: ""))
        #expect(device.state.withLock { $0.timers.map(\.number) } == left)
    }

    private struct Schema: Decodable {
        struct Property: Decodable {
            let type: String
            let description: String
        }
        let type: String
        let properties: [String: Property]
        let required: [String]
    }

    @Test("What is offered has a name of its own, a purpose, and a schema that is JSON")
    func offered() throws {
        let tools = Self.tools(on: FakeControls()).offered
        #expect(tools.count == 13)
        #expect(Set(tools.map(\.name)).count == tools.count)
        for tool in tools {
            #expect(tool.name.allSatisfy { $0.isLowercase || $0 == "_" })
            #expect(tool.purpose.hasSuffix("."))
            let schema = try JSONDecoder().decode(Schema.self, from: Data(tool.parameters.utf8))
            #expect(schema.type == "object")
            #expect(Set(schema.required).isSubset(of: schema.properties.keys))
            for property in schema.properties.values {
                #expect(["string", "integer", "boolean"].contains(property.type))
                #expect(!property.description.isEmpty)
            }
        }
    }
}
