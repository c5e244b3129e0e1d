/// The English phrases as a grammar in JSGF, for a recognizer that can listen for them.
public enum SpokenGrammar {
    /// - Parameter knows: whether the recognizer has a word in its dictionary; what contains one
    ///   that it has not is left out.
    public static func english(knowing knows: (String) -> Bool) -> String {
        let lexicon = Lexicon.english
        let patterns =
            lexicon.phrases.flatMap(\.patterns) + lexicon.durations.map(\.pattern)
            + lexicon.times.map(\.pattern) + lexicon.dayParts.map(\.pattern)
        let words = Set(patterns.flatMap { Self.words(of: $0.parts) } + names)
        let known = words.filter { knows($0) }
        let writer = Writer(known: known)
        let requests = lexicon.phrases.flatMap(\.patterns).compactMap(writer.choices)
        let before = ["please", "hey", "can you", "could you", "can you please", "okay"]
        let after = ["please", "now", "thank you", "thanks"]
        var rules = [
            ("public <sentence>", "[\(oneOf(before))] <request> [\(oneOf(after))]"),
            ("<request>", requests.joined(separator: " | ")),
            ("<digit>", numbers(1...9)), ("<teen>", numbers(10...19)),
            ("<tens>", oneOf((2...9).map { EnglishNumbers.words(for: $0 * 10) })),
            ("<minutes>", "<digit> | <teen> | <tens> [<digit>]"),
            ("<number>", "zero | <minutes> | (a | one) hundred"),
            ("<hour>", numbers(1...12)), ("<few>", numbers(1...24)),
            ("<name>", oneOf(names.filter(known.contains))),
            ("<unit>", oneOf(lexicon.units.keys.filter { $0.utf8.count > 3 }.sorted())),
        ]
        let durations = lexicon.durations.compactMap { writer.choices($0.pattern) }
        let longer = "<few> (hour | hours) [and] <minutes> (minute | minutes)"
        rules.append(("<duration>", (durations + [longer]).joined(separator: " | ")))
        let day = lexicon.dayParts.compactMap { writer.choices($0.pattern) }
        // The hour stands where in a length of time the number does.
        let clock = Writer(known: known, number: "<hour>")
        for (name, forms) in [
            ("<time>", lexicon.times), ("<clock>", lexicon.times.filter { !$0.isBare }),
        ] {
            let times = forms.compactMap { clock.choices($0.pattern) }.joined(separator: " | ")
            rules.append((name, "(\(times)) [\(day.joined(separator: " | "))]"))
        }
        return "#JSGF V1.0;\ngrammar requests;\n"
            + rules.map { "\($0.0) = \($0.1);\n" }.joined()
    }

    /// What timers are for. Other names are understood where the recognizer knows all words.
    private static let names = [
        "pizza", "egg", "tea", "coffee", "pasta", "rice", "cake", "bread", "kitchen", "laundry",
        "oven", "potato", "chicken", "soup", "nap", "homework", "medicine",
    ]

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
        var number = "<number>"

        /// - Returns: nil if every way to say the pattern has an unknown word.
        func choices(_ pattern: Pattern) -> String? {
            sequence(pattern.parts).map { "(\($0))" }
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
