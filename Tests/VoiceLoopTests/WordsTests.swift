import Testing
import Voice

@testable import VoiceLoop

struct WordsTests {
    static let cases: [(sentence: String, words: [String])] = [
        ("What's the time?", ["whats", "the", "time"]),
        ("Öffne  die Tür!", ["offne", "die", "tur"]),
        ("Qu’est-ce que c’est", ["quest", "ce", "que", "cest"]),
        ("18h30", ["18", "h", "30"]), ("18:30.", ["18:30"]), ("1,5 Stunden", ["1.5", "stunden"]),
        ("40%", ["40"]), ("-10", ["minus", "10"]), ("vingt-deux", ["vingt", "deux"]), ("", []),
        ("a.m.", ["a", "m"]), ("¿Qué?", ["que"]), ("Que\u{301} e\u{300}", ["que", "e"]),
        ("D’une", ["d", "une"]),
    ]

    @Test("A sentence is a list of plain words", arguments: cases)
    func words(sentence: String, words: [String]) { #expect(Words.of(sentence) == words) }
}

struct NumberWordsTests {
    static let cases: [(language: SpokenLanguage, number: Int, words: String)] = [
        (.english, 0, "zero"), (.english, 21, "twenty-one"), (.english, 80, "eighty"),
        (.english, 105, "one hundred and five"), (.english, 2026, "two thousand and twenty-six"),
        (.german, 0, "null"), (.german, 1, "eins"), (.german, 21, "einundzwanzig"),
        (.german, 17, "siebzehn"), (.german, 30, "dreißig"), (.german, 100, "einhundert"),
        (.german, 101, "einhunderteins"), (.german, 2026, "zweitausendsechsundzwanzig"),
        (.french, 21, "vingt et un"), (.french, 71, "soixante et onze"),
        (.french, 80, "quatre-vingts"), (.french, 81, "quatre-vingt-un"),
        (.french, 97, "quatre-vingt-dix-sept"), (.french, 200, "deux cents"),
        (.french, 201, "deux cent un"), (.french, 2026, "deux mille vingt-six"),
        (.spanish, 16, "dieciséis"), (.spanish, 21, "veintiuno"), (.spanish, 31, "treinta y uno"),
        (.spanish, 100, "cien"), (.spanish, 101, "ciento uno"),
        (.spanish, 2026, "dos mil veintiséis"),
    ]

    @Test("Numbers in words", arguments: cases)
    func words(language: SpokenLanguage, number: Int, words: String) {
        #expect(NumberWords[language].words(for: number) == words)
    }

    static let bent:
        [(language: SpokenLanguage, number: Int, masculine: String, feminine: String)] = [
            (.english, 1, "one", "one"), (.german, 1, "ein", "eine"), (.french, 1, "un", "une"),
            (.french, 11, "onze", "onze"), (.french, 71, "soixante et onze", "soixante et onze"),
            (.french, 21, "vingt et un", "vingt et une"), (.spanish, 1, "un", "una"),
            (.spanish, 21, "veintiún", "veintiuna"), (.spanish, 11, "once", "once"),
            (.spanish, 31, "treinta y un", "treinta y una"),
            (.spanish, 200, "doscientos", "doscientas"),
        ]

    @Test("A noun bends them", arguments: bent)
    func bends(language: SpokenLanguage, number: Int, masculine: String, feminine: String) {
        #expect(NumberWords[language].words(for: number, .masculine) == masculine)
        #expect(NumberWords[language].words(for: number, .feminine) == feminine)
    }

    @Test("What is said is understood", arguments: SpokenLanguage.allCases)
    func roundTrip(language: SpokenLanguage) {
        let numbers = NumberWords[language]
        for number in NumberWords.understood {
            for form in NumberWords.Form.allCases {
                let words = Words.of(numbers.words(for: number, form))
                let readings = numbers.readings(of: words[...])
                #expect(readings.first?.number == number, "\(words)")
                #expect(readings.first?.count == words.count)
            }
            #expect(numbers.readings(of: ["\(number)"]).first?.number == number)
        }
    }

    static let spellings: [(language: SpokenLanguage, words: String, number: Int)] = [
        (.english, "a hundred", 100), (.english, "a hundred and five", 105),
        (.english, "one hundred five", 105), (.german, "zwo", 2), (.german, "hundert", 100),
        (.german, "einer", 1), (.french, "nonante-neuf", 99), (.french, "septante et un", 71),
        (.french, "quatre vingt", 80), (.spanish, "ciento", 100), (.english, "minus ten", -10),
        (.english, "0042", 42),
    ]

    @Test("Other ways to say a number", arguments: spellings)
    func spelling(language: SpokenLanguage, words: String, number: Int) {
        let readings = NumberWords[language].readings(of: Words.of(words)[...])
        #expect(readings.first?.number == number)
    }

    @Test("What is no number is none", arguments: ["", "ten-ish minutes of fame", "hundred and"])
    func none(words: String) {
        let words = Words.of(words)
        #expect(
            !NumberWords[.english].readings(of: words[...]).contains { $0.count == words.count })
    }
}

struct SpokenDurationTests {
    static let cases: [(language: SpokenLanguage, seconds: Int, words: String)] = [
        (.english, 0, "zero seconds"), (.english, 1, "one second"),
        (
            .english, 90,
            "one minute and thirty seconds"
        ),
        (.english, 600, "ten minutes"), (.english, 1800, "half an hour"),
        (.english, 5400, "an hour and a half"),
        (
            .english, 7805,
            "two hours, ten minutes and five seconds"
        ),
        (.german, 60, "eine Minute"), (.german, 1260, "einundzwanzig Minuten"),
        (.german, 1800, "eine halbe Stunde"), (.german, 5400, "anderthalb Stunden"),
        (.german, 7800, "zwei Stunden und zehn Minuten"), (.french, 60, "une minute"),
        (.french, 1260, "vingt et une minutes"), (.french, 1800, "une demi-heure"),
        (.french, 5400, "une heure et demie"), (.spanish, 60, "un minuto"),
        (.spanish, 1260, "veintiún minutos"), (.spanish, 3600, "una hora"),
        (.spanish, 75_600, "veintiuna horas"), (.spanish, 5400, "una hora y media"),
    ]

    @Test("Lengths of time in words", arguments: cases)
    func words(language: SpokenLanguage, seconds: Int, words: String) {
        #expect(SpokenDuration(language).words(for: .seconds(seconds)) == words)
    }

    @Test("What is said is understood", arguments: SpokenLanguage.allCases)
    func roundTrip(language: SpokenLanguage) {
        let parser = RequestParser(language)
        let lengths =
            Array(1...180) + stride(from: 240, through: 7200, by: 60)
            + stride(from: 7201, through: 86_400, by: 977)
        for seconds in lengths {
            let words = Words.of(SpokenDuration(language).words(for: .seconds(seconds)))
            let reading = parser.durations(in: words[...]).first
            #expect(reading?.duration == .seconds(seconds), "\(words)")
            #expect(reading?.count == words.count)
        }
    }

    @Test("Who waits is told no seconds of a long time, and never that it is over")
    func rough() {
        let spoken = SpokenDuration(.english)
        #expect(spoken.roughly(.seconds(7805)) == "two hours and eleven minutes")
        #expect(spoken.roughly(.seconds(59)) == "fifty-nine seconds")
        #expect(spoken.roughly(.milliseconds(300)) == "one second")
    }
}

struct SpokenTimeTests {
    private func time(_ hour: Int, _ minute: Int) -> LocalTime {
        LocalTime(year: 2026, month: 11, day: 21, weekday: 6, hour: hour, minute: minute)
    }

    static let times: [(language: SpokenLanguage, hour: Int, minute: Int, sentence: String)] = [
        (.english, 0, 0, "It is twelve o'clock, in the morning."),
        (.english, 0, 1, "It is twelve o'clock and one minute, in the morning."),
        (.english, 11, 59, "It is eleven o'clock and fifty-nine minutes, in the morning."),
        (.english, 12, 5, "It is twelve o'clock and five minutes, in the afternoon."),
        (.english, 18, 45, "It is six o'clock and forty-five minutes, in the evening."),
        (.german, 18, 30, "Es ist halb sieben abends."),
        (.german, 6, 45, "Es ist Viertel vor sieben morgens."),
        (.german, 13, 0, "Es ist ein Uhr mittags."), (.german, 0, 0, "Es ist Mitternacht."),
        (.german, 13, 17, "Es ist dreizehn Uhr siebzehn."),
        (.german, 1, 1, "Es ist ein Uhr eins."), (.german, 12, 30, "Es ist halb eins mittags."),
        (.french, 18, 30, "Il est six heures et demie du soir."),
        (.french, 12, 30, "Il est midi et demi."),
        (.french, 23, 45, "Il est minuit moins le quart."),
        (.french, 1, 0, "Il est une heure du matin."),
        (.french, 21, 21, "Il est vingt et une heures vingt et une."),
        (.french, 6, 45, "Il est sept heures moins le quart du matin."),
        (.spanish, 18, 30, "Son las seis y media de la tarde."),
        (.spanish, 13, 15, "Es la una y cuarto de la tarde."),
        (.spanish, 12, 50, "Es la una menos diez del mediodía."),
        (.spanish, 6, 45, "Son las siete menos cuarto de la mañana."),
        (.spanish, 21, 0, "Son las nueve de la noche."),
    ]

    @Test("The time of day", arguments: times)
    func now(language: SpokenLanguage, hour: Int, minute: Int, sentence: String) {
        #expect(SpokenTime(language).sentence(for: time(hour, minute)) == sentence)
    }

    @Test("In English the hour that it is, and no other, is the first word")
    func hourFirst() {
        for minute in 0..<1440 {
            let time = time(minute / 60, minute % 60)
            let hour = NumberWords[.english].words(for: (time.hour + 11) % 12 + 1)
            #expect(
                SpokenTime(.english).sentence(for: time).hasPrefix("It is \(hour) o'clock"))
        }
    }

    @Test("A time that is spoken of is understood again", arguments: SpokenLanguage.allCases)
    func roundTrip(language: SpokenLanguage) {
        let parser = RequestParser(language)
        for minute in 0..<1440 {
            let words = SpokenTime(language).words(hour: minute / 60, minute: minute % 60)
            let times = parser.times(in: Words.of(words)[...])
            guard let time = times.first?.time else {
                Issue.record("\"\(words)\"")
                continue
            }
            #expect(times.first?.count == Words.of(words).count, "\"\(words)\"")
            let understood = time.hour * 60 + time.minute
            // Without a part of the day it may be the other half.
            #expect(
                understood == minute || (time.isTwelveHour && understood % 720 == minute % 720),
                "\"\(words)\" is \(understood / 60):\(understood % 60)")
        }
    }

    static let dates: [(language: SpokenLanguage, day: Int, month: Int, sentence: String)] = [
        (.english, 21, 11, "Today is Saturday, the twenty-first of November, twenty twenty-six."),
        (.german, 1, 3, "Heute ist Samstag, der erste März zweitausendsechsundzwanzig."),
        (
            .german, 21, 11,
            "Heute ist Samstag, der einundzwanzigste November"
                + " zweitausendsechsundzwanzig."
        ),
        (.french, 1, 8, "Nous sommes le samedi premier août deux mille vingt-six."),
        (.french, 21, 11, "Nous sommes le samedi vingt et un novembre deux mille vingt-six."),
        (.spanish, 16, 1, "Hoy es sábado, dieciséis de enero de dos mil veintiséis."),
    ]

    @Test("The date", arguments: dates)
    func date(language: SpokenLanguage, day: Int, month: Int, sentence: String) {
        let time = LocalTime(
            year: 2026, month: month, day: day, weekday: 6, hour: 0, minute: 0)
        #expect(SpokenTime(language).sentence(forDateOf: time) == sentence)
    }
}
