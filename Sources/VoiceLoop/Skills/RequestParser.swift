public import Voice

/// Tells what a sentence asks of the device, in one language.
///
/// A sentence asks for something only if it *is*, but for politeness, one of the phrases with its
/// slots filled: one that merely contains a phrase is about something else.
public struct RequestParser: Sendable {
    private let lexicon: Lexicon

    /// No sentence with more words asks for anything.
    private static let longest = 24

    public init(_ language: SpokenLanguage) { lexicon = Lexicon[language] }

    /// - Returns: nil if `sentence` asks the device for nothing.
    public func request(in sentence: String) -> Request? {
        let words = Words.of(sentence)
        guard !words.isEmpty, words.count <= Self.longest else { return nil }
        let starts = starts(in: words)
        let ends = ends(in: words)
        for start in starts {
            for end in ends where start < end {
                if let request = request(in: words[start..<end]) { return request }
            }
        }
        return nil
    }

    private func request(in words: ArraySlice<String>) -> Request? {
        for (kind, patterns) in lexicon.phrases {
            for pattern in patterns {
                let request = pattern.match(words, self) { slots, rest in
                    rest.isEmpty ? Request(kind, slots) : nil
                }
                if let request { return request }
            }
        }
        return nil
    }

    // MARK: - Politeness

    /// Where the sentence may begin, the whole of it first.
    private func starts(in words: [String]) -> [Int] {
        var starts = [0]
        var next = 0
        while next < starts.count {
            let rest = words[starts[next]...]
            for pattern in lexicon.politeness.before {
                let start = pattern.match(rest, self) { _, left in left.startIndex }
                if let start, !starts.contains(start) { starts.append(start) }
            }
            next += 1
        }
        return starts
    }

    /// Where the sentence may end, the whole of it first.
    private func ends(in words: [String]) -> [Int] {
        var ends = [words.count]
        var next = 0
        while next < ends.count {
            let end = ends[next]
            for start in 0..<end where !ends.contains(start) {
                let isPolite = lexicon.politeness.after.contains { pattern in
                    pattern.match(words[start..<end], self) { _, rest in
                        rest.isEmpty ? true : nil
                    } ?? false
                }
                if isPolite { ends.append(start) }
            }
            next += 1
        }
        return ends
    }
}

extension Request {
    /// - Returns: nil if the slots do not hold what `kind` needs.
    init?(_ kind: Lexicon.Kind, _ slots: Slots) {
        switch kind {
        case .time: self = .time
        case .date: self = .date
        case .volumeUp: self = .volume(.up)
        case .volumeDown: self = .volume(.down)
        case .volumeTell: self = .volume(.tell)
        case .again: self = .again
        case .slower: self = .slower
        case .lastQuestion: self = .lastQuestion
        case .startOver: self = .startOver
        case .stop: self = .stop
        case .mute: self = .mute
        case .timerRemaining: self = .timer(.remaining)
        case .timerCancelAll: self = .timer(.cancel(.all))
        case .identity: self = .identity
        case .online: self = .online
        case .abilities: self = .abilities
        case .volumeTo:
            guard let number = slots.number else { return nil }
            self = .volume(.to(number))
        case .timer:
            guard let duration = slots.duration else { return nil }
            self = .timer(.set(duration, name: slots.name))
        case .timerAt:
            guard let time = slots.time else { return nil }
            self = .timer(.setAt(time, name: slots.name))
        case .timerCancel:
            if let duration = slots.duration {
                self = .timer(.cancel(.lasting(duration)))
            } else {
                self = .timer(.cancel(slots.name.map(Which.named) ?? .any))
            }
        }
    }
}

// MARK: - Slots

extension RequestParser: SlotReader {
    func readings(
        of slot: Pattern.Slot, in words: ArraySlice<String>, after slots: Slots
    ) -> [(slots: Slots, count: Int)] {
        func filled<Value>(_ key: WritableKeyPath<Slots, Value?>, _ value: Value) -> Slots {
            var slots = slots
            slots[keyPath: key] = value
            return slots
        }
        switch slot {
        case .number:
            return lexicon.numbers.readings(of: words).map {
                (filled(\.number, $0.number), $0.count)
            }
        case .other:
            return lexicon.numbers.readings(of: words).map {
                (filled(\.other, $0.number), $0.count)
            }
        case .unit:
            guard let seconds = words.first.flatMap({ lexicon.units[$0] }) else { return [] }
            return [(filled(\.unit, seconds), 1)]
        case .duration:
            return durations(in: words).map { (filled(\.duration, $0.duration), $0.count) }
        case .time:
            return times(in: words).map { (filled(\.time, $0.time), $0.count) }
        case .clock:
            return times(in: words, bare: false).map { (filled(\.time, $0.time), $0.count) }
        case .name:
            let longest = words.prefix(3).prefix { word in
                !lexicon.notInNames.contains(word) && lexicon.units[word] == nil
                    && word.contains { $0.isLetter }
            }.count
            return stride(from: longest, to: 0, by: -1).map { count in
                (filled(\.name, words.prefix(count).joined(separator: " ")), count)
            }
        }
    }

    /// The lengths of time with which `words` may begin, the longest phrase first.
    func durations(in words: ArraySlice<String>) -> [(duration: Duration, count: Int)] {
        durations(in: words, below: .max).sorted { $0.count > $1.count }
    }

    /// - Parameter limit: the unit of what came before, in seconds: hours come before minutes.
    private func durations(
        in words: ArraySlice<String>, below limit: Int
    ) -> [(duration: Duration, count: Int)] {
        var found: [(duration: Duration, count: Int)] = []
        func add(_ duration: Duration, _ unit: Int, _ rest: ArraySlice<String>) {
            guard unit < limit else { return }
            let count = rest.startIndex - words.startIndex
            found.append((duration, count))
            var rest = rest
            // "An hour thirty": what follows without its unit is minutes.
            if unit == 3600, let (minutes, length) = lexicon.numbers.readings(of: rest).first,
                (1...59).contains(minutes)
            {
                found.append((duration + .seconds(60 * minutes), count + length))
            }
            if rest.first == lexicon.and { rest = rest.dropFirst() }
            let skipped = rest.startIndex - words.startIndex
            for (more, length) in durations(in: rest, below: unit) {
                found.append((duration + more, skipped + length))
            }
        }
        if let tenths = words.first.flatMap(Self.decimal),
            let unit = words.dropFirst().first.flatMap({ lexicon.units[$0] })
        {
            add(.milliseconds(unit * tenths * 10), unit, words.dropFirst(2))
        }
        for form in lexicon.durations {
            form.pattern.match(words, self) { slots, rest -> Never? in
                let unit = slots.unit ?? 1
                let count = slots.number ?? form.count
                guard abs(count) < 1_000_000 else { return nil }
                add(.seconds(unit * count) + .seconds(unit) * form.quarters / 4, unit, rest)
                return nil
            }
        }
        return found
    }

    /// "1.5" in hundredths.
    private static func decimal(_ word: String) -> Int? {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let whole = Int(parts[0]), parts[0].utf8.count <= 4,
            let rest = Int(parts[1]), parts[1].utf8.count <= 2
        else { return nil }
        return whole * 100 + (parts[1].utf8.count == 1 ? rest * 10 : rest)
    }

    /// The times of day with which `words` may begin, the longest phrase first.
    ///
    /// - Parameter bare: whether a number alone is one.
    func times(
        in words: ArraySlice<String>, bare: Bool = true
    ) -> [(time: TimeOfDay, count: Int)] {
        var found: [(time: TimeOfDay, count: Int)] = []
        func add(hour: Int, minutes: Int, isWord: Bool, isBare: Bool, _ rest: ArraySlice<String>) {
            guard (0...24).contains(hour) else { return }
            let count = rest.startIndex - words.startIndex
            let minute = ((hour % 24) * 60 + minutes + 1440) % 1440
            if bare || !isBare {
                let isTwelveHour = (1...12).contains(hour) && !isWord
                found.append((TimeOfDay(minute: minute, isTwelveHour: isTwelveHour), count))
            }
            guard (1...12).contains(hour) else { return }
            for (pattern, part) in lexicon.dayParts {
                pattern.match(rest, self) { _, left -> Never? in
                    let time = TimeOfDay(minute: part.minute(minute), isTwelveHour: false)
                    found.append((time, left.startIndex - words.startIndex))
                    return nil
                }
            }
        }
        let written = words.drop { lexicon.articles.contains($0) }
        if let (hour, minute) = written.first.flatMap(Self.digits) {
            let rest = written.dropFirst()
            let isWord = written.first!.hasPrefix("0")
            for end in [rest, rest.first == "uhr" ? rest.dropFirst() : rest] {
                add(hour: hour, minutes: minute, isWord: isWord, isBare: false, end)
            }
        }
        for form in lexicon.times {
            form.pattern.match(words, self) { slots, rest -> Never? in
                let other = slots.other ?? 0
                guard let hour = form.hour ?? slots.number, (0...59).contains(other) else {
                    return nil
                }
                add(
                    hour: hour, minutes: form.minutes + form.sign * other,
                    isWord: form.hour != nil, isBare: form.isBare, rest)
                return nil
            }
        }
        return found.sorted { $0.count > $1.count }
    }

    /// "18:30", "6.30".
    private static func digits(_ word: String) -> (hour: Int, minute: Int)? {
        let parts = word.split { $0 == ":" || $0 == "." }
        guard parts.count == 2, parts[1].utf8.count == 2, let hour = Int(parts[0]),
            let minute = Int(parts[1]), minute < 60
        else { return nil }
        return (hour, minute)
    }
}

extension TimeOfDay {
    /// - Parameter minute: of the day.
    fileprivate init(minute: Int, isTwelveHour: Bool) {
        self.init(hour: minute / 60, minute: minute % 60, isTwelveHour: isTwelveHour)
    }

    /// How long it is from `now` to the next time the clock shows this: more than none, at most
    /// a day. A change to or from summer time in between is not thought of.
    public func next(after now: LocalTime) -> Duration {
        let seconds = (now.hour * 60 + now.minute) * 60 + now.second
        func wait(_ minute: Int) -> Int {
            let wait = (minute * 60 - seconds + 86_400) % 86_400
            return wait == 0 ? 86_400 : wait
        }
        let minute = hour * 60 + self.minute
        return .seconds(
            isTwelveHour ? min(wait(minute), wait((minute + 720) % 1440)) : wait(minute))
    }
}

extension Lexicon.DayPart {
    /// The minute of the day that is meant by `minute` on the face of a clock.
    fileprivate func minute(_ minute: Int) -> Int {
        let face = minute % 720
        return switch self {
        case .morning: face
        case .afternoon: face + 720
        case .night: face < 360 ? face : face + 720
        }
    }
}
