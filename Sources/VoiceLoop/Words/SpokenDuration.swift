/// Lengths of time in words, as they stand alone or after a preposition.
public struct SpokenDuration: Sendable {
    private let language: SpokenLanguage

    public init(_ language: SpokenLanguage) { self.language = language }

    /// "ten minutes", "an hour and a half", "two hours and ten minutes"; whole seconds, the last
    /// one begun counting as one. A day or so at most.
    public func words(for duration: Duration) -> String {
        let (whole, rest) = duration.components
        let seconds = min(max(0, Int(whole) + (rest > 0 ? 1 : 0)), 99 * 3600)
        if let idiom = Self.idioms[language]?[seconds] { return idiom }
        let parts = [
            (seconds / 3600, Unit.hour), (seconds / 60 % 60, .minute), (seconds % 60, .second),
        ].filter { $0.0 > 0 }
        let words = (parts.isEmpty ? [(0, .second)] : parts).map(text)
        let last = words.suffix(2).joined(separator: " \(Lexicon[language].and) ")
        return (words.dropLast(2) + [last]).joined(separator: ", ")
    }

    /// The same without what is too little to matter to whoever waits: seconds of more than ten
    /// minutes.
    public func roughly(_ duration: Duration) -> String {
        guard duration >= .seconds(600) else { return words(for: duration) }
        return words(for: .seconds((duration.components.seconds + 59) / 60 * 60))
    }

    private enum Unit: Int { case hour, minute, second }

    private func text(_ count: Int, _ unit: Unit) -> String {
        let names = Self.names[language]![unit.rawValue]
        let isMasculine = language == .spanish && unit != .hour
        let number = NumberWords[language].words(
            for: count, isMasculine ? .masculine : .feminine)
        // French counts nothing and one as one.
        let isOne = count == 1 || (count == 0 && language == .french)
        return "\(number) \(isOne ? names.one : names.many)"
    }

    private static let names: [SpokenLanguage: [(one: String, many: String)]] = [
        .english: [("hour", "hours"), ("minute", "minutes"), ("second", "seconds")],
        .german: [("Stunde", "Stunden"), ("Minute", "Minuten"), ("Sekunde", "Sekunden")],
        .french: [("heure", "heures"), ("minute", "minutes"), ("seconde", "secondes")],
        .spanish: [("hora", "horas"), ("minuto", "minutos"), ("segundo", "segundos")],
    ]

    /// By seconds.
    private static let idioms: [SpokenLanguage: [Int: String]] = [
        .english: [1800: "half an hour", 5400: "an hour and a half"],
        .german: [1800: "eine halbe Stunde", 5400: "anderthalb Stunden"],
        .french: [1800: "une demi-heure", 5400: "une heure et demie"],
        .spanish: [1800: "media hora", 5400: "una hora y media"],
    ]
}
