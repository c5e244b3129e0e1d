import FoundationEssentials
import Voice

/// What the sandbox does until it is told otherwise.
struct Script {
    var profile = Profile.instant
    var faults: [FaultRule] = []
    /// What the language model says; nil: something about what it was asked.
    var reply: String?
    /// What the recognizer understands.
    var transcript = "Hello from the sandbox."
    /// The key that must be given; nil: any, empty: none.
    var key: String?
    var toolCall: ToolCall?
    /// Whether the Wyoming server takes texts, and gives transcripts, piece by piece.
    var wyomingStreams = true
    /// How many voices of one's own an account may have, and whether by its plan any.
    var voiceSlots = 3
    var canClone = true
    /// Whether a new voice has to be shown to be somebody's own before it can be used.
    var requiresVerification = false

    /// A function that the language model calls when it is offered.
    struct ToolCall: Equatable {
        let name: String
        /// A JSON object.
        let arguments: String
        /// What the user's last message must contain, or nothing.
        var trigger: String?

        /// As on the command line: `NAME:ARGUMENTS`.
        init(_ text: String, trigger: String? = nil) {
            let halves = text.split(separator: ":", maxSplits: 1).map(String.init)
            name = halves.first ?? ""
            arguments = halves.count > 1 ? halves[1] : "{}"
            self.trigger = trigger
        }

        func isTriggered(by message: String) -> Bool {
            trigger.map { message.lowercased().contains($0.lowercased()) } ?? true
        }
    }

    func reply(to question: String) -> String {
        reply ?? "You said: \(question) That is all I can tell you."
    }
}

/// A script that cannot be followed, in one line.
struct ScriptError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension Script {
    /// What `POST /sandbox/script` changes: a key that is absent stays as it is, one that is null
    /// returns to what it is at the start.
    ///
    /// - Returns: whether it says something about faults, whose counts begin anew then.
    mutating func change(by body: [UInt8]) throws(ScriptError) -> Bool {
        guard let tree = try? JSONDecoder().decode(JSONValue.self, from: Data(body)),
            case .object(let keys) = tree
        else { throw ScriptError("the script is no JSON object") }
        for (key, value) in keys.sorted(by: { $0.key < $1.key }) { try change(key, value) }
        return keys["faults"] != nil
    }

    private mutating func change(_ key: String, _ value: JSONValue) throws(ScriptError) {
        switch (key, value) {
        case ("profile", .string(let name)):
            guard let profile = Profile.named[name] else {
                throw ScriptError("\"\(name)\" is no profile")
            }
            self.profile = profile
        case ("profile", .object(let times)):
            for (name, time) in times { try profile.change(name, time) }
        case ("profile", .null): profile = .instant
        case ("faults", .array(let list)):
            faults = []
            for value in list {
                guard case .string(let text) = value else {
                    throw ScriptError("faults are strings, as on the command line")
                }
                faults.append(try FaultRule(text))
            }
        case ("faults", .null): faults = []
        case ("reply", .string(let text)): reply = text
        case ("reply", .null): reply = nil
        case ("transcript", .string(let text)): transcript = text
        case ("transcript", .null): transcript = Script().transcript
        case ("key", .string(let text)): self.key = text
        case ("key", .null): self.key = nil
        case ("toolCall", .string(let text)): toolCall = ToolCall(text, trigger: toolCall?.trigger)
        case ("toolCall", .null): toolCall = nil
        case ("wyomingStreams", .bool(let streams)): wyomingStreams = streams
        case ("wyomingStreams", .null): wyomingStreams = true
        case ("voiceSlots", .number(let number)) where 0...1000 ~= number:
            voiceSlots = Int(number)
        case ("canClone", .bool(let bool)): canClone = bool
        case ("requiresVerification", .bool(let bool)): requiresVerification = bool
        case ("toolTrigger", .string(let text)): toolCall?.trigger = text
        default: throw ScriptError("\"\(key)\": \(value) does not fit a script")
        }
    }
}

extension Profile {
    fileprivate mutating func change(_ name: String, _ value: JSONValue) throws(ScriptError) {
        guard case .number(let number) = value, number >= 0, number < 1e9 else {
            throw ScriptError("\"\(name)\" of a profile is a number of milliseconds")
        }
        let time = Duration.nanoseconds(Int64(number * 1e6))
        switch name {
        case "connectionMilliseconds": connection = time
        case "transcriptionMilliseconds": transcription = time
        case "firstTokenMilliseconds": firstToken = time
        case "tokenMilliseconds": token = time
        case "speechMilliseconds": speech = time
        case "uplinkBitsPerSecond": uplink = number == 0 ? nil : Int(number)
        default: throw ScriptError("\"\(name)\" is no time of a profile")
        }
    }
}
