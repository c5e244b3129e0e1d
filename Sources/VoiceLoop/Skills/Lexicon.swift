/// What a parser knows of one language: all of it data.
struct Lexicon: Sendable {
    /// What can be asked for in one of a few ways; a slot's value makes the request whole.
    enum Kind: CaseIterable, Sendable {
        case time, date
        case volumeUp, volumeDown, volumeTo, volumeTell
        case again, slower, lastQuestion, startOver, stop, mute
        case timer, timerAt, timerRemaining, timerCancel, timerCancelAll
        case identity, online, abilities
    }

    /// A length of time by a word for its unit: the number, or `count` if there is none, and so
    /// many quarters of the unit.
    struct DurationForm: Sendable {
        let pattern: Pattern
        let count: Int
        let quarters: Int

        init(_ pattern: String, _ count: Int = 0, quarters: Int = 0) {
            self.pattern = Pattern(pattern)
            self.count = count
            self.quarters = quarters
        }
    }

    /// A time of day: `{number}` is the hour, to which `minutes` and `sign` times `{other}` are
    /// added.
    struct TimeForm: Sendable {
        let pattern: Pattern
        let minutes: Int
        let sign: Int
        let hour: Int?
        /// Only numbers, which might be those of something else.
        let isBare: Bool

        init(
            _ pattern: String, _ minutes: Int = 0, sign: Int = 0, hour: Int? = nil,
            isBare: Bool = false
        ) {
            self.pattern = Pattern(pattern)
            self.minutes = minutes
            self.sign = sign
            self.hour = hour
            self.isBare = isBare
        }
    }

    enum DayPart: Sendable { case morning, afternoon, night }

    private let language: SpokenLanguage
    /// Made when a number is first asked for.
    var numbers: NumberWords { NumberWords[language] }
    let phrases: [(kind: Kind, patterns: [Pattern])]
    /// Said before and after a request without changing it.
    let politeness: (before: [Pattern], after: [Pattern])
    /// Seconds.
    let units: [String: Int]
    let durations: [DurationForm]
    /// Between hours and minutes.
    let and: String
    let times: [TimeForm]
    let dayParts: [(pattern: Pattern, part: DayPart)]
    /// What may stand before a time in digits.
    let articles: Set<String>
    /// Words that are not in the name of a timer.
    let notInNames: Set<String>

    init(
        _ language: SpokenLanguage, phrases: [(Kind, [String])], before: [String],
        after: [String], units: [(seconds: Int, words: [String])], durations: [DurationForm],
        and: String, times: [TimeForm], dayParts: [(DayPart, [String])],
        articles: Set<String> = [], notInNames: String
    ) {
        self.language = language
        self.phrases = phrases.map { ($0, $1.map(Pattern.init)) }
        politeness = (before.map(Pattern.init), after.map(Pattern.init))
        self.units = Dictionary(
            uniqueKeysWithValues: units.flatMap { unit in
                unit.words.flatMap(Words.of).map { ($0, unit.seconds) }
            })
        self.durations = durations
        self.and = and
        self.times = times
        self.dayParts = dayParts.flatMap { part, texts in
            texts.map { (Pattern($0), part) }
        }
        self.articles = articles
        self.notInNames = Set(Words.of(notInNames))
    }

    static subscript(language: SpokenLanguage) -> Lexicon {
        switch language {
        case .english: english
        case .german: german
        case .french: french
        case .spanish: spanish
        }
    }
}
