import Voice

/// Times and dates in words, as one says them.
struct SpokenTime: Sendable {
    let language: SpokenLanguage

    init(_ language: SpokenLanguage) { self.language = language }

    private func number(_ number: Int, _ form: NumberWords.Form = .alone) -> String {
        NumberWords[language].words(for: number, form)
    }

    // MARK: - Now

    /// The time of day as the whole sentence that answers for it. In English the hour it is comes
    /// first and is never that of the next hour: of all words it is the one that matters.
    func sentence(for time: LocalTime) -> String {
        switch language {
        case .english: "It is \(clock(time))."
        case .german: "Es ist \(words(hour: time.hour, minute: time.minute))."
        case .french: "Il est \(words(hour: time.hour, minute: time.minute))."
        case .spanish:
            "\(spanishHour(time.hour, time.minute) == 1 ? "Es" : "Son")"
                + " \(words(hour: time.hour, minute: time.minute))."
        }
    }

    /// "five o'clock and seventeen minutes, in the afternoon".
    private func clock(_ time: LocalTime) -> String {
        let hour = number((time.hour + 11) % 12 + 1)
        let part = englishPart(time.hour)
        switch time.minute {
        case 0: return "\(hour) o'clock, \(part)"
        case 1: return "\(hour) o'clock and one minute, \(part)"
        default: return "\(hour) o'clock and \(number(time.minute)) minutes, \(part)"
        }
    }

    // MARK: - Any time

    /// A time of day as one speaks of it: "half past six in the evening", "halb sieben abends",
    /// "six heures et demie du soir", "las seis y media de la tarde".
    func words(hour: Int, minute: Int) -> String {
        switch language {
        case .english: english(hour, minute)
        case .german: german(hour, minute)
        case .french: french(hour, minute)
        case .spanish: spanish(hour, minute)
        }
    }

    private func english(_ hour: Int, _ minute: Int) -> String {
        let this = number((hour + 11) % 12 + 1)
        let next = number(hour % 12 + 1)
        let part = englishPart(hour)
        switch minute {
        case 0:
            return hour == 0 ? "midnight" : hour == 12 ? "noon" : "\(this) o'clock \(part)"
        case 15: return "a quarter past \(this) \(part)"
        case 30: return "half past \(this) \(part)"
        case 45: return "a quarter to \(next) \(part)"
        case ..<10: return "\(this) oh \(number(minute)) \(part)"
        default: return "\(this) \(number(minute)) \(part)"
        }
    }

    private func englishPart(_ hour: Int) -> String {
        switch hour {
        case 0..<12: "in the morning"
        case 12..<18: "in the afternoon"
        default: "in the evening"
        }
    }

    private func german(_ hour: Int, _ minute: Int) -> String {
        let this = number((hour + 11) % 12 + 1)
        let next = number(hour % 12 + 1)
        let part =
            switch hour {
            case 0..<5: "nachts"
            case 5..<10: "morgens"
            case 10..<12: "vormittags"
            case 12..<14: "mittags"
            case 14..<18: "nachmittags"
            default: "abends"
            }
        switch minute {
        case 0:
            return hour == 0
                ? "Mitternacht" : "\(number((hour + 11) % 12 + 1, .masculine)) Uhr \(part)"
        case 15: return "Viertel nach \(this) \(part)"
        case 30: return "halb \(next) \(part)"
        case 45: return "Viertel vor \(next) \(part)"
        default: return "\(number(hour, .masculine)) Uhr \(number(minute))"
        }
    }

    private func french(_ hour: Int, _ minute: Int) -> String {
        func hours(_ hour: Int) -> String {
            switch hour {
            case 0, 24: "minuit"
            case 12: "midi"
            default: "\(number(hour % 12, .feminine)) heure\(hour % 12 == 1 ? "" : "s")"
            }
        }
        func part(_ hour: Int) -> String {
            switch hour {
            case 0, 12, 24: ""
            case ..<12: " du matin"
            case ..<18: " de l'après-midi"
            default: " du soir"
            }
        }
        switch minute {
        case 0: return hours(hour) + part(hour)
        case 15: return hours(hour) + " et quart" + part(hour)
        case 30: return hours(hour) + " et demi\(hour % 12 == 0 ? "" : "e")" + part(hour)
        case 45: return hours(hour + 1) + " moins le quart" + part(hour + 1)
        default:
            let name = hour < 2 ? "heure" : "heures"
            return "\(number(hour, .feminine)) \(name) \(number(minute, .feminine))"
        }
    }

    /// The hour that is named: after the half it is the next one.
    private func spanishHour(_ hour: Int, _ minute: Int) -> Int {
        (hour + (minute > 30 ? 1 : 0) + 11) % 12 + 1
    }

    private func spanish(_ hour: Int, _ minute: Int) -> String {
        let named = spanishHour(hour, minute)
        let article = named == 1 ? "la" : "las"
        let minutes =
            switch minute {
            case 0: ""
            case 15: " y cuarto"
            case 30: " y media"
            case 45: " menos cuarto"
            case ..<30: " y \(number(minute))"
            default: " menos \(number(60 - minute))"
            }
        let part =
            switch hour {
            case 0..<6: "de la madrugada"
            case 6..<12: "de la mañana"
            case 12: "del mediodía"
            case 13..<20: "de la tarde"
            default: "de la noche"
            }
        return "\(article) \(number(named, .feminine))\(minutes) \(part)"
    }

    // MARK: - The date

    /// "Today is Saturday, the twenty-first of November, twenty twenty-six."
    func sentence(forDateOf time: LocalTime) -> String {
        let day = Self.weekdays[language]![time.weekday]
        let month = Self.months[language]![time.month - 1]
        switch language {
        case .english:
            // As one says the years of this century; the clock is not believed before 2026.
            let year = "\(number(time.year / 100)) \(number(time.year % 100))"
            return "Today is \(day), the \(EnglishNumbers.ordinal(time.day)) of \(month), \(year)."
        case .german:
            let ordinal = GermanNumbers.ordinal(time.day)
            return "Heute ist \(day), der \(ordinal) \(month) \(number(time.year))."
        case .french:
            let number = time.day == 1 ? "premier" : number(time.day)
            return "Nous sommes le \(day) \(number) \(month) \(self.number(time.year))."
        case .spanish:
            return "Hoy es \(day), \(number(time.day)) de \(month) de \(number(time.year))."
        }
    }

    private static let weekdays: [SpokenLanguage: [String]] = [
        .english: [
            "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
        ],
        .german: [
            "Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag",
        ],
        .french: ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
        .spanish: ["domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"],
    ]

    private static let months: [SpokenLanguage: [String]] = [
        .english: [
            "January", "February", "March", "April", "May", "June", "July", "August",
            "September", "October", "November", "December",
        ],
        .german: [
            "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
            "Oktober", "November", "Dezember",
        ],
        .french: [
            "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
            "octobre", "novembre", "décembre",
        ],
        .spanish: [
            "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
            "septiembre", "octubre", "noviembre", "diciembre",
        ],
    ]
}
