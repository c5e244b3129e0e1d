import FoundationEssentials
public import Voice

/// The device's skills as tools of a language model. What they say is what the model is told, in
/// the owner's language; what is wrong with the arguments, in English.
public struct SkillTools: Tools {
    private let skills: Skills

    public init(_ skills: Skills) { self.skills = skills }

    public var offered: [Tool] { Self.entries.map(\.tool) }

    public func call(
        _ name: String, arguments: String, for prompt: Prompt
    ) async -> String {
        guard let entry = Self.entries.first(where: { $0.tool.name == name }) else {
            let names = Self.entries.map(\.tool.name).joined(separator: ", ")
            return "There is no tool of that name. There are: \(names)."
        }
        let requests: [Request]
        do {
            requests = try entry.requests(ToolArguments(arguments))
        } catch {
            return "Nothing was done: \(error)"
        }
        var answers: [String] = []
        for request in requests {
            // The model repeats itself better than the device could.
            let before = request == .slower ? [] : prompt.exchanges
            let answer = await skills.within(prompt.device).answer(to: request, after: before)
            if answers.last != answer { answers.append(answer) }
        }
        return answers.joined(separator: " ")
    }
}

// MARK: - The tools

extension SkillTools {
    private struct Entry: Sendable {
        let tool: Tool
        let requests: @Sendable (ToolArguments) throws(ToolArguments.Wrong) -> [Request]

        init(
            _ name: String, _ purpose: String, parameters: [Parameter] = [],
            _ requests:
                @escaping @Sendable (ToolArguments) throws(ToolArguments.Wrong) -> [Request]
        ) {
            tool = Tool(name: name, purpose: purpose, parameters: Parameter.schema(of: parameters))
            self.requests = requests
        }
    }

    private static let name = Parameter(
        "name", "string", "What the timer is for, in the person's own words, such as \"pizza\".",
        limits: #""minLength":1,"maxLength":\#(ToolArguments.longestName)"#)

    private static let seconds = Parameter(
        "seconds", "integer", "How long the timer runs, in seconds.",
        limits: #""minimum":1,"maximum":\#(ToolArguments.day)"#)

    private static let entries: [Entry] = [
        Entry(
            "set_timer",
            "Sets a timer that rings on this device, also if it is restarted meanwhile. Give either"
                + " `seconds` or `at`.",
            parameters: [
                seconds,
                Parameter(
                    "at", "string", "The time of day at which it rings, 24 hours, such as 07:30.",
                    limits: #""pattern":"^([01][0-9]|2[0-3]):[0-5][0-9]$""#),
                name,
            ]
        ) { arguments throws(ToolArguments.Wrong) in
            switch (try arguments.seconds, try arguments.time) {
            case (let seconds?, nil):
                [.timer(.set(.seconds(seconds), name: try arguments.name))]
            case (nil, let time?): [.timer(.setAt(time, name: try arguments.name))]
            case (nil, nil), (.some, .some): throw .either("seconds", "at")
            }
        },
        Entry("list_timers", "Tells which timers run and how much time each has left.") { _ in
            [.timer(.remaining)]
        },
        Entry(
            "cancel_timer",
            "Cancels a timer: the one called `name`, the one that was set for `seconds`, or all."
                + " Without arguments the only one; if several run, none, and they are listed.",
            parameters: [
                name, seconds, Parameter("all", "boolean", "Whether to cancel every timer."),
            ]
        ) { arguments throws(ToolArguments.Wrong) in
            switch (try arguments.name, try arguments.seconds, arguments.all) {
            case (let name?, nil, false): [.timer(.cancel(.named(name)))]
            case (nil, let seconds?, false): [.timer(.cancel(.lasting(.seconds(seconds))))]
            case (nil, nil, true): [.timer(.cancel(.all))]
            case (nil, nil, false): [.timer(.cancel(.any))]
            case (_, _, _): throw .either("name", "seconds", "all")
            }
        },
        Entry("get_volume", "Tells how loud this device speaks, in percent.") { _ in
            [.volume(.tell)]
        },
        Entry(
            "set_volume", "Sets how loud this device speaks.",
            parameters: [
                Parameter(
                    "percent", "integer", "0 is silent, 100 the loudest.",
                    limits: #""minimum":0,"maximum":100"#, isRequired: true)
            ]
        ) { arguments throws(ToolArguments.Wrong) in [.volume(.to(try arguments.percent))] },
        Entry("volume_up", "Makes this device speak a little louder.") { _ in [.volume(.up)] },
        Entry("volume_down", "Makes this device speak a little more quietly.") { _ in
            [.volume(.down)]
        },
        Entry("speak_slower", "Makes this device speak more slowly from the next answer on.") {
            _ in [.slower]
        },
        Entry("get_time", "Tells the time and the date where the person lives.") { _ in
            [.time, .date]
        },
        Entry(
            "forget_conversation",
            "Forgets everything said in this conversation. Only when the person asks for it."
        ) { _ in [.startOver] },
        Entry(
            "mute_microphone",
            "Closes the microphone, which can then only be opened again on the device's page. Only"
                + " when the person asks for it."
        ) { _ in [.mute] },
        Entry("get_address", "Tells this device's name, and at which address its page is.") { _ in
            [.identity]
        },
        Entry("is_online", "Tells whether this device is connected to a network.") { _ in
            [.online]
        },
    ]
}

/// An argument, as a model is told of it.
private struct Parameter {
    let name: String
    let description: String
    let isRequired: Bool

    /// - Parameter limits: more members of the schema, as JSON.
    init(
        _ name: String, _ type: String, _ text: String, limits: String = "",
        isRequired: Bool = false
    ) {
        self.name = name
        self.isRequired = isRequired
        let quoted = text.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\\\"")
        let more = limits.isEmpty ? "" : ",\(limits)"
        description = #""\#(name)":{"type":"\#(type)","description":"\#(quoted)"\#(more)}"#
    }

    static func schema(of parameters: [Parameter]) -> String {
        let properties = parameters.map(\.description).joined(separator: ",")
        let required = parameters.filter(\.isRequired).map { "\"\($0.name)\"" }
            .joined(separator: ",")
        return #"{"type":"object","properties":{\#(properties)},"required":[\#(required)],"#
            + #""additionalProperties":false}"#
    }
}
