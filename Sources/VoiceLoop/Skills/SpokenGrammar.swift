/// The English phrases as a grammar in JSGF, for a recognizer that can listen for them.
public enum SpokenGrammar {
    /// - Parameter knows: whether the recognizer has a word in its dictionary; what contains one
    ///   that it has not is left out.
    public static func english(knowing knows: (String) -> Bool) -> String {
        let lexicon = Lexicon.english
        let patterns =
            lexicon.phrases.flatMap(\.patterns) + lexicon.durations.map(\.pattern)
            + lexicon.times.map(\.pattern) + lexicon.dayParts.map(\.pattern)
        let words = Set(
            patterns.flatMap { Self.words(of: $0.parts) } + names + things + deeds + kinds)
        let known = words.filter { knows($0) }
        let writer = Writer(known: known, number: "<level>")
        let requests = requests(of: lexicon.phrases.flatMap(\.patterns), writer)
        let before = ["please", "can you", "could you"]
        let after = ["please"]
        var rules = [
            (
                "public <sentence>",
                "/1/ [\(oneOf(before))] <request> [\(oneOf(after))] | /\(otherWeight)/ <other>"
            ),
            ("<request>", requests.joined(separator: " | ")),
            ("<thing>", oneOf(things.filter(known.contains))),
            ("<deed>", oneOf(deeds.filter(known.contains))),
            ("<kind>", oneOf(kinds.filter(known.contains))),
            ("<other>", others.joined(separator: " | ")),
            ("<before>", beforeThings.joined(separator: " | ")),
            ("<digit>", numbers(1...9)), ("<teen>", numbers(10...19)),
            ("<tens>", oneOf((2...9).map { EnglishNumbers.words(for: $0 * 10) })),
            ("<minutes>", "<digit> | <teen> | <tens> [<digit>]"),
            // Who sets a volume means no fifty-eight, which is how "fifty" may end.
            ("<level>", "zero | <digit> | <teen> | <tens> [five] | (a | one) hundred"),
            ("<hour>", numbers(1...12)), ("<few>", numbers(2...24)),
            ("<name>", oneOf(names.filter(known.contains))),
            ("<unit>", oneOf(lexicon.units.keys.filter { $0.utf8.count > 3 }.sorted())),
        ]
        let lengths = Writer(known: known, number: "<minutes>")
        let durations = lexicon.durations.compactMap { lengths.choices($0.pattern.parts) }
        // "Five hour eight minutes" sounds like "five minutes", so numbers agree with their units.
        let many = "\(numbers(2...9)) | <teen> | <tens> [<digit>]"
        let longer = "((one | an) hour | <few> hours) [and] (one minute | (\(many)) minutes)"
        rules.append(("<duration>", (durations + [longer]).joined(separator: " | ")))
        let day = lexicon.dayParts.compactMap { writer.choices($0.pattern.parts) }
        // The hour stands where in a length of time the number does.
        let clock = Writer(known: known, number: "<hour>")
        for (name, forms) in [
            ("<time>", lexicon.times), ("<clock>", lexicon.times.filter { !$0.isBare }),
        ] {
            let times = forms.compactMap { clock.choices($0.pattern.parts) }.joined(
                separator: " | ")
            rules.append((name, "(\(times)) [\(day.joined(separator: " | "))]"))
        }
        return "#JSGF V1.0;\ngrammar requests;\n"
            + rules.map { "\($0.0) = \($0.1);\n" }.joined()
    }

    /// Sentences that begin like a request and are none. Without them the grammar would take
    /// "what can you see" for what is nearest; with them it hears the difference.
    private static let others = [
        "<before> <thing>", "what can (you | i | we) <deed>",
        "what (did | do | will) (you | i | he | she | they) <deed>",
        "what time (does | did) (he | she | it) <deed>",
        "turn (the | my | your) <thing> (up | down | on | off)", "how much <thing> is left",
        "are you <kind> [or <kind>]", "are you (online | connected) or <kind>",
        "how <kind> are you", "repeat after (me | him | her)", "be <kind>",
        "(the | my) <thing> is <kind>",
    ]
    private static let beforeThings = [
        "what is (your | my | his | her | the)", "what is your <kind>",
        "where is (your | my | his | her | the)",
        "what (time | day) is [it in] [my | your | the]",
        "what is the (time | date | name | address | volume | capital) of [my | your | the | his]",
        "turn (up | down | on | off) (the | my | your)",
        "(stop | start | cancel | repeat | forget | set | mute) (the | my | all)",
        "(set | make) a <thing> for <minutes>", "how much (is | are) (the | my)",
        "how long is (the | my)", "(tell | give | call | show | read | sing) me (a | the | some)",
        "help me <deed> (my | the | a)", "(start | stop) (at | with) (the | my)",
        "never <deed> the", "never mind the", "(speak | talk) to (my | the | your)",
        "say (hello | thank you) to (my | the | your)", "(play | <deed>) some",
        "(who | when) is (the | my | your)", "<minutes>", "i <deed> (the | a)",
    ]
    /// How much less likely one of them is than a request.
    private static let otherWeight = "0.000001"

    private static let things = [
        "phone", "house", "car", "door", "light", "lights", "lamp", "heating", "water", "music",
        "radio", "television", "weather", "news", "story", "joke", "song", "name", "word", "money",
        "work", "school", "office", "table", "room", "bed", "city", "country", "france", "london",
        "tokyo", "man", "woman", "mother", "father", "brother", "sister", "friend", "doctor",
        "dog", "cat", "food", "dinner", "breakfast", "fish", "shop", "train", "bus", "river",
        "world", "war", "game", "book", "color", "machine", "question", "meeting", "meetings",
        "order", "engine", "christmas", "birthday", "keys", "capital", "president", "sun", "gap",
        "people", "meters",
    ]
    private static let deeds = [
        "see", "hear", "say", "eat", "cook", "drink", "buy", "find", "read", "play", "know",
        "think", "want", "need", "like", "make", "go", "come", "leave", "open", "close", "wear",
        "feel", "take", "give", "sleep", "live", "mean", "get",
    ]
    private static let kinds = [
        "hungry", "happy", "tired", "sure", "ready", "sad", "old", "young", "good", "bad", "hot",
        "cold", "big", "small", "new", "favorite", "human", "married", "careful", "nice", "late",
        "there", "here", "okay", "broken", "wrong", "right",
    ]

    /// What timers are for. Other names are understood where the recognizer knows all words.
    private static let names = [
        "pizza", "egg", "tea", "coffee", "pasta", "rice", "cake", "bread", "kitchen", "laundry",
        "oven", "potato", "chicken", "soup", "nap", "homework", "medicine",
    ]

    /// Patterns that end with the same long slot share it: every mention of a rule is a copy of
    /// it, which takes memory, and time to load.
    private static func requests(of patterns: [Pattern], _ writer: Writer) -> [String] {
        var requests: [String] = []
        var heads: [String: [String]] = [:]
        for pattern in patterns {
            guard case .slot(let slot) = pattern.parts.last, slot.isLong else {
                // Rarely said, and long.
                let slots = pattern.parts.filter { if case .slot = $0 { true } else { false } }
                if slots.count < 2, let request = writer.choices(pattern.parts) {
                    requests.append(request)
                }
                continue
            }
            if let head = writer.choices(pattern.parts.dropLast()) {
                heads[slot.rawValue, default: []].append(head)
            }
        }
        return requests
            + heads.sorted { $0.key < $1.key }.map { "(\(oneOf($0.value))) <\($0.key)>" }
    }

    private static func words(of parts: [Pattern.Part]) -> [String] {
        parts.flatMap { part -> [String] in
            switch part {
            case .word(_, let written): [written]
            case .slot: []
            case .either(let choices): choices.flatMap { words(of: $0) }
            }
        }
    }

    private static func oneOf(_ choices: [String]) -> String {
        choices.joined(separator: " | ")
    }

    private static func numbers(_ range: ClosedRange<Int>) -> String {
        oneOf(range.map { Words.of(EnglishNumbers.words(for: $0)).joined(separator: " ") })
    }

    /// Writes patterns as JSGF, which has the same brackets.
    private struct Writer {
        let known: Set<String>
        /// The rule for the number of a pattern.
        let number: String

        /// - Returns: nil if every way to say the pattern has an unknown word.
        func choices(_ parts: [Pattern.Part]) -> String? {
            sequence(parts).map { "(\($0))" }
        }

        private func sequence(_ parts: [Pattern.Part]) -> String? {
            var written: [String] = []
            for part in parts {
                switch part {
                case .word(_, let word):
                    guard known.contains(word) else { return nil }
                    written.append(word)
                case .slot(.number): written.append(number)
                case .slot(.other): written.append("<minutes>")
                case .slot(let slot): written.append("<\(slot.rawValue)>")
                case .either(let choices):
                    let some = choices.filter { !$0.isEmpty }.compactMap(sequence)
                    let isOptional = choices.contains { $0.isEmpty }
                    guard isOptional || !some.isEmpty else { return nil }
                    guard !some.isEmpty else { continue }
                    let text = some.joined(separator: " | ")
                    written.append(isOptional ? "[\(text)]" : "(\(text))")
                }
            }
            return written.isEmpty ? nil : written.joined(separator: " ")
        }
    }
}

extension Pattern.Slot {
    /// Whether many phrases can stand in it.
    fileprivate var isLong: Bool { self == .duration || self == .time || self == .clock }
}
