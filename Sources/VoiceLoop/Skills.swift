public import Voice

/// What the device can do by itself: the last link of the language models' chain, which answers
/// without a network.
public struct Skills: LanguageModel {
    private let wallClock: any WallClock
    private let network: any Network

    public init(wallClock: any WallClock, network: any Network) {
        self.wallClock = wallClock
        self.network = network
    }

    /// Answers at once; never throws.
    public func reply(
        to question: String, after exchanges: [Exchange]
    ) async throws(ProviderError) -> TextStream {
        let reply = answer(to: question, after: exchanges)
        return TextStream { continuation in
            if !reply.isEmpty { continuation.yield(reply) }
            continuation.finish()
        }
    }

    private func answer(to question: String, after exchanges: [Exchange]) -> String {
        switch Skill(asked: question) {
        case .time:
            return wallClock.now().map { "It is \(SpokenTime.words(for: $0))." } ?? Self.noClock
        case .date:
            return wallClock.now().map { "Today is \(SpokenTime.words(forDateOf: $0))." }
                ?? Self.noClock
        case .help: return "You can ask me \(Self.abilities)."
        case .online:
            return network.isConnected
                ? "Yes, I am connected to a network."
                : "No, I am not connected to a network."
        case .again: return exchanges.last?.reply ?? "I have not said anything yet."
        case .stop: return ""
        case nil: return honestRefusal
        }
    }

    /// True whether the way out is missing, or only somebody to ask.
    private var honestRefusal: String {
        let missing = network.isConnected ? "a language model" : "the network"
        return "I can't reach \(missing), so I can only tell you \(Self.abilities)."
    }

    private static let noClock = "I do not know the time yet, because my clock has not been set."
    private static let abilities =
        "what time it is, what the date is, whether I am online, and what I just said"
}

/// Something the device does when it is asked for in one of a few ways.
///
/// A sentence asks for a skill only if it is, but for politeness, one of the phrases and nothing
/// else: a sentence that merely contains them is about something else.
enum Skill: CaseIterable {
    case time, date, help, online, again, stop

    /// In lower case, without punctuation, as a recognizer writes them.
    var phrases: [String] {
        switch self {
        case .time:
            [
                "what time is it", "what is the time", "what's the time", "tell me the time",
                "what time is it now", "what's the time now", "do you have the time",
            ]
        case .date:
            [
                "what is the date", "what's the date", "what day is it", "what is today's date",
                "what's today's date", "what day is it today", "what day is today",
                "tell me the date", "what is the date today",
            ]
        case .help:
            [
                "what can you do", "what can i ask", "what can i ask you", "what can i say", "help",
                "help me", "what do you do", "what are you able to do",
            ]
        case .online:
            [
                "are you online", "are you connected", "are you on line",
                "are you connected to the internet", "are you on the internet",
                "do you have a network", "do you have internet",
            ]
        case .again:
            [
                "repeat", "repeat that", "say that again", "say it again", "repeat it", "once more",
                "what did you say", "can you repeat that", "could you repeat that",
            ]
        case .stop:
            ["stop", "stop it", "be quiet", "never mind", "cancel", "shut up", "stop talking"]
        }
    }

    /// What PocketSphinx has been seen to make of the phrases: nonsense, or nearly so, that nobody
    /// means to say.
    private var mishearings: [String] {
        switch self {
        case .time:
            [
                "wow time is it", "what a time is it", "what type is it", "what is that time",
                "tell me that time", "what does that time",
            ]
        case .date: ["wow day is it", "what a day is it", "what does a date"]
        case .help: ["what can you in the", "what can you is a"]
        case .online: ["are you on a line"]
        case .again: ["repeat to that", "say that a dead"]
        case .stop: []
        }
    }

    /// The skill that `sentence` asks for, if any.
    init?(asked sentence: String) {
        let words = Self.words(of: sentence)
        let bare = Self.withoutPoliteness(words)
        let match = Self.allCases.first { skill in
            (skill.phrases + skill.mishearings).contains { phrase in
                let phrase = Self.words(of: phrase)
                return phrase == words || phrase == bare
            }
        }
        guard let match else { return nil }
        self = match
    }

    private static func words(of sentence: String) -> [String] {
        sentence.lowercased().split { !$0.isLetter && $0 != "'" && $0 != "’" }.map { word in
            String(word.map { $0 == "’" ? "'" : $0 })
        }
    }

    private static func withoutPoliteness(_ words: [String]) -> [String] {
        let before = [["please"], ["hello"], ["hey"], ["um"], ["uh"], ["so"], ["okay"], ["and"]]
        let after = [["please"], ["now"], ["thank", "you"], ["thanks"]]
        var words = words
        while let lead = before.first(where: { words.starts(with: $0) }), words.count > lead.count {
            words.removeFirst(lead.count)
        }
        while let trail = after.first(where: { words.suffix($0.count) == $0[...] }),
            words.count > trail.count
        {
            words.removeLast(trail.count)
        }
        return words
    }
}
