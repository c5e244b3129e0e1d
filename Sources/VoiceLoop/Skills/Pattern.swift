/// A way to say something: "set [a|the] timer for {duration}". Brackets hold what may be left out,
/// parentheses what must be one of several, braces a slot.
struct Pattern: Sendable {
    enum Slot: String, Sendable {
        /// A whole number; a second one in the same pattern.
        case number, other
        /// A word for hours, minutes or seconds.
        case unit
        case duration
        case time
        /// A time of day that is more than a number.
        case clock
        /// One to three words of the person's own.
        case name
    }

    indirect enum Part: Sendable {
        /// As it is compared, and as it is written in the pattern.
        case word(String, written: String)
        case slot(Slot)
        case either([[Part]])
    }

    let parts: [Part]

    /// - Parameter text: one of our own patterns, so a mistake in it is ours.
    init(_ text: String) {
        var scanner = Scanner(rest: text[...])
        parts = scanner.sequence()
        precondition(scanner.rest.isEmpty, "the pattern \"\(text)\" is not closed")
    }

    /// Reads a pattern from the left to the right.
    private struct Scanner {
        var rest: Substring

        mutating func sequence() -> [Part] {
            var parts: [Part] = []
            while let next = rest.first, next != "|", next != "]", next != ")" {
                switch next {
                case "[": parts.append(.either(choices() + [[]]))
                case "(": parts.append(.either(choices()))
                case "{":
                    let name = rest.dropFirst().prefix { $0 != "}" }
                    rest = rest.dropFirst(name.count + 2)
                    parts.append(.slot(Slot(rawValue: String(name))!))
                default:
                    let text = rest.prefix { !"[]()|{".contains($0) }
                    rest = rest.dropFirst(text.count)
                    for written in text.split(separator: " ").map(String.init) {
                        let words = Words.of(written)
                        parts += words.map {
                            .word($0, written: words.count == 1 ? written.lowercased() : $0)
                        }
                    }
                }
            }
            return parts
        }

        private mutating func choices() -> [[Part]] {
            var choices: [[Part]] = []
            repeat {
                rest = rest.dropFirst()
                choices.append(sequence())
            } while rest.first == "|"
            rest = rest.dropFirst()
            return choices
        }
    }
}

/// What the slots of a pattern held.
struct Slots: Equatable, Sendable {
    var number: Int?
    var other: Int?
    /// Seconds.
    var unit: Int?
    var duration: Duration?
    var time: TimeOfDay?
    var name: String?
}

/// Fills slots in one language.
protocol SlotReader {
    /// What `words` may begin with: the slots with the value filled in, and how many words it is.
    func readings(
        of slot: Pattern.Slot, in words: ArraySlice<String>, after slots: Slots
    ) -> [(slots: Slots, count: Int)]
}

extension Pattern {
    /// The first way in which `words` begins with the pattern and `accept` takes what follows.
    @discardableResult
    func match<Result>(
        _ words: ArraySlice<String>, _ reader: some SlotReader,
        _ accept: (Slots, ArraySlice<String>) -> Result?
    ) -> Result? {
        Self.match(parts[...], words, Slots(), reader, accept)
    }

    private static func match<Result>(
        _ parts: ArraySlice<Part>, _ words: ArraySlice<String>, _ slots: Slots,
        _ reader: some SlotReader, _ accept: (Slots, ArraySlice<String>) -> Result?
    ) -> Result? {
        guard let part = parts.first else { return accept(slots, words) }
        let rest = parts.dropFirst()
        switch part {
        case .word(let word, _):
            guard words.first == word else { return nil }
            return match(rest, words.dropFirst(), slots, reader, accept)
        case .slot(let slot):
            for (filled, count) in reader.readings(of: slot, in: words, after: slots) {
                let found = match(rest, words.dropFirst(count), filled, reader, accept)
                if let found { return found }
            }
            return nil
        case .either(let choices):
            for choice in choices {
                let found = match(choice[...], words, slots, reader) { filled, left in
                    match(rest, left, filled, reader, accept)
                }
                if let found { return found }
            }
            return nil
        }
    }
}
