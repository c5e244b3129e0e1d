import TestSupport
import Testing
import Voice

@testable import VoiceLoop

struct RequestParserTests {
    typealias Case = (sentence: String, request: Request?)

    private func check(_ language: SpokenLanguage, _ example: Case) {
        let request = RequestParser(language).request(in: example.sentence)
        #expect(request == example.request, "\"\(example.sentence)\"")
    }

    private static func set(_ seconds: Int, _ name: String? = nil) -> Request {
        .timer(.set(.seconds(seconds), name: name))
    }

    private static func at(_ hour: Int, _ minute: Int, twelve: Bool = true) -> Request {
        .timer(.setAt(TimeOfDay(hour: hour, minute: minute, isTwelveHour: twelve), name: nil))
    }

    static let english: [Case] = [
        ("what time is it", .time), ("What time is it?", .time), ("what's the time please", .time),
        ("please tell me the time", .time), ("hey what’s the time", .time),
        ("can you tell me the time", .time), ("what is the date", .date),
        ("What's today's date?", .date), ("what day is it", .date),
        ("volume up", .volume(.up)), ("Turn it up, please!", .volume(.up)),
        ("a bit louder", .volume(.up)), ("speak up", .volume(.up)),
        ("turn the volume down", .volume(.down)), ("be quieter", .volume(.down)),
        ("set the volume to forty percent", .volume(.to(40))),
        ("Set volume to 40%.", .volume(.to(40))), ("volume one hundred", .volume(.to(100))),
        ("turn the volume up to a hundred", .volume(.to(100))),
        ("volume two hundred", .volume(.to(200))), ("volume minus ten", .volume(.to(-10))),
        ("set the volume to -10", .volume(.to(-10))), ("how loud are you", .volume(.tell)),
        ("say that again", .again), ("repeat that please", .again), ("pardon", .again),
        ("could you repeat that", .again), ("slow down", .slower),
        ("say that again more slowly", .slower), ("what did i ask", .lastQuestion),
        ("What did I just ask you?", .lastQuestion), ("start over", .startOver),
        ("let's start over", .startOver), ("forget our conversation", .startOver),
        ("stop", .stop), ("never mind", .stop), ("shut up", .stop), ("forget it", .stop),
        ("mute your microphone", .mute), ("stop listening", .mute),
        ("set a timer for ten minutes", set(600)), ("timer ten minutes", set(600)),
        ("Set a 10 minute timer.", set(600)), ("set a timer for 90 seconds", set(90)),
        ("set a timer for a minute and a half", set(90)),
        ("set a timer for one and a half minutes", set(90)),
        ("set a timer for an hour and a quarter", set(4500)),
        ("set a timer for half an hour", set(1800)), ("half hour timer", set(1800)),
        ("set a timer for three quarters of an hour", set(2700)),
        ("set a timer for two hours and ten minutes", set(7800)),
        ("set a timer for two hours, ten minutes and five seconds", set(7805)),
        ("set a timer for 1.5 hours", set(5400)), ("set a timer for an hour thirty", set(5400)),
        ("set a timer for zero minutes", set(0)), ("set a timer for 30 hours", set(108_000)),
        ("set a timer for minus five minutes", set(-300)),
        ("set a pizza timer for twelve minutes", set(720, "pizza")),
        ("set a timer for the hard boiled eggs for ten minutes", set(600, "hard boiled eggs")),
        ("set a timer called tea for three minutes", set(180, "tea")),
        ("remind me in twenty five minutes", set(1500)),
        ("wake me at half past six", at(6, 30)), ("wake me up at six thirty", at(6, 30)),
        ("wake me at a quarter to seven", at(6, 45)), ("wake me at six", at(6, 0)),
        ("wake me at 6:30 pm", at(18, 30, twelve: false)),
        ("wake me at 6.30 a.m.", at(6, 30, twelve: false)),
        ("wake me at 06:30", at(6, 30, twelve: false)),
        ("wake me at ten past seven in the evening", at(19, 10, twelve: false)),
        ("wake me at twelve", at(12, 0)), ("wake me at noon", at(12, 0, twelve: false)),
        ("wake me at twelve at night", at(0, 0, twelve: false)),
        ("set an alarm for seven", at(7, 0)), ("timer until half past six", at(6, 30)),
        ("how much time is left", .timer(.remaining)),
        ("how long is left on the timer", .timer(.remaining)),
        ("cancel the timer", .timer(.cancel(.any))), ("stop the timer", .timer(.cancel(.any))),
        ("cancel all timers", .timer(.cancel(.all))),
        ("cancel the pizza timer", .timer(.cancel(.named("pizza")))),
        ("cancel the ten minute timer", .timer(.cancel(.lasting(.seconds(600))))),
        ("what is your name", .identity), ("where is your page", .identity),
        ("what is your ip address", .identity), ("are you online", .online),
        ("are you connected to the internet", .online), ("what can you do", .abilities),
        ("help", .abilities),
    ]

    static let notEnglish: [String] = [
        "", " ", "?!", "please", "hey please", "time", "the date", "ten minutes",
        "half past six", "forty percent", "ten", "timer", "pizza", "what time is it in tokyo",
        "do not stop", "stop the music", "what is the time machine", "help me find my keys",
        "repeat after me", "go forward ten meters", "are you online or offline",
        "turn up the heating", "set the table", "stop the war", "set a timer",
        "set a timer for ten", "set the volume", "set the volume to purple",
        "set a timer for ten minutes in tokyo", "tell him to set a timer for ten minutes",
        "what did i ask my mother", "start over the hill", "cancel my flight",
        "set a timer for ten bananas", "wake me at forty", "wake me at six sixty six",
        "i said stop", "why did you stop", "what is your name in french",
        "volume one hundred and fifty thousand and three million",
        String(repeating: "please ", count: 40) + "stop",
    ]

    static let german: [Case] = [
        ("Wie spät ist es?", .time), ("wieviel uhr ist es", .time),
        ("sag mir bitte die Uhrzeit", .time), ("welcher Tag ist heute", .date),
        ("Den wievielten haben wir heute?", .date), ("lauter", .volume(.up)),
        ("etwas leiser bitte", .volume(.down)),
        ("Stell die Lautstärke auf vierzig Prozent.", .volume(.to(40))),
        ("lautstärke 55", .volume(.to(55))), ("wiederhole das", .again), ("noch mal", .again),
        ("Kannst du das bitte wiederholen?", .again), ("sprich langsamer", .slower),
        ("was habe ich gefragt", .lastQuestion), ("vergiss unser Gespräch", .startOver),
        ("fang von vorne an", .startOver), ("hör auf", .stop), ("stopp", .stop),
        ("Schalte das Mikrofon aus.", .mute), ("stell einen timer auf zehn minuten", set(600)),
        ("Stelle einen Timer auf eineinhalb Stunden", set(5400)),
        ("timer für anderthalb minuten", set(90)), ("timer auf eine halbe stunde", set(1800)),
        ("timer auf eine viertelstunde", set(900)),
        ("timer auf eine dreiviertel stunde", set(2700)),
        ("timer auf zweieinhalb minuten", set(150)),
        ("timer auf zwei stunden und zehn minuten", set(7800)),
        ("timer auf fünfundzwanzig minuten", set(1500)), ("timer auf 1,5 stunden", set(5400)),
        ("stell einen pizza timer auf zwölf minuten", set(720, "pizza")),
        ("Weck mich um halb sieben.", at(6, 30)), ("wecke mich um viertel vor sieben", at(6, 45)),
        ("weck mich um dreiviertel sieben", at(6, 45)),
        ("weck mich um fünf vor halb sieben", at(6, 25)), ("weck mich um sechs", at(6, 0)),
        ("weck mich um 6 uhr 30", at(6, 30)), ("weck mich um 18:30 uhr", at(18, 30, twelve: false)),
        ("weck mich um sieben uhr abends", at(19, 0, twelve: false)),
        ("wie lange noch", .timer(.remaining)), ("lösche den timer", .timer(.cancel(.any))),
        ("lösche alle timer", .timer(.cancel(.all))), ("wie heißt du", .identity),
        ("wo ist deine seite", .identity), ("bist du online", .online),
        ("was kannst du", .abilities), ("hilfe", .abilities),
        ("wie spät ist es in tokio", nil), ("mach die heizung an", nil), ("zehn minuten", nil),
        ("hör auf deine mutter", nil), ("", nil), ("bitte", nil), ("halb sieben", nil),
        ("vergiss die milch nicht", nil), ("what time is it", nil),
    ]

    static let french: [Case] = [
        ("Quelle heure est-il ?", .time), ("il est quelle heure", .time),
        ("donne-moi l’heure s’il te plaît", .time), ("quel jour sommes-nous", .date),
        ("plus fort", .volume(.up)), ("baisse le son", .volume(.down)),
        ("mets le volume à quarante pour cent", .volume(.to(40))),
        ("volume à 71", .volume(.to(71))), ("volume à soixante et onze", .volume(.to(71))),
        ("répète", .again), ("Tu peux répéter ?", .again), ("parle plus lentement", .slower),
        ("qu'est-ce que je t'ai demandé", .lastQuestion), ("recommence à zéro", .startOver),
        ("oublie notre conversation", .startOver), ("tais-toi", .stop), ("arrête", .stop),
        ("coupe le micro", .mute), ("mets un minuteur de dix minutes", set(600)),
        ("minuteur d'une heure et demie", set(5400)),
        ("minuteur de deux heures et demie", set(9000)),
        ("mets un minuteur pour un quart d'heure", set(900)),
        ("règle un minuteur sur trois quarts d'heure", set(2700)),
        ("mets une minuterie d’une demi-heure", set(1800)),
        ("minuteur de deux heures et dix minutes", set(7800)),
        ("minuteur de vingt et une minutes", set(1260)), ("minuteur de 1h30", set(5400)),
        ("réveille-moi dans vingt minutes", set(1200)),
        ("mets un minuteur pour les pâtes de huit minutes", set(480, "pates")),
        ("réveille-moi à six heures et demie", at(6, 30)),
        ("réveille-moi à sept heures moins le quart", at(6, 45)),
        ("réveille-moi à sept heures moins dix", at(6, 50)),
        ("réveille-moi à 18h30", at(18, 30, twelve: false)),
        ("réveille-moi à sept heures du soir", at(19, 0, twelve: false)),
        ("réveille-moi à midi et demi", at(12, 30, twelve: false)),
        ("combien de temps reste-t-il", .timer(.remaining)),
        ("annule le minuteur", .timer(.cancel(.any))),
        ("annule tous les minuteurs", .timer(.cancel(.all))),
        ("comment tu t'appelles", .identity), ("quelle est ton adresse", .identity),
        ("es-tu en ligne", .online), ("que sais-tu faire", .abilities), ("aide-moi", .abilities),
        ("quelle heure est-il à tokyo", nil), ("arrête la guerre", nil), ("dix minutes", nil),
        ("s'il te plaît", nil), ("", nil), ("monte le chauffage", nil),
    ]

    static let spanish: [Case] = [
        ("¿Qué hora es?", .time), ("dime la hora por favor", .time), ("qué día es hoy", .date),
        ("a cuánto estamos", .date), ("más alto", .volume(.up)),
        ("baja el volumen", .volume(.down)),
        ("pon el volumen al cuarenta por ciento", .volume(.to(40))), ("repite", .again),
        ("otra vez", .again), ("habla más despacio", .slower),
        ("qué te he preguntado", .lastQuestion), ("empieza de nuevo", .startOver),
        ("olvida nuestra conversación", .startOver), ("cállate", .stop), ("para", .stop),
        ("apaga el micrófono", .mute), ("pon un temporizador de diez minutos", set(600)),
        ("temporizador de media hora", set(1800)), ("temporizador de hora y media", set(5400)),
        ("temporizador de una hora y media", set(5400)),
        ("temporizador de un minuto y medio", set(90)),
        ("temporizador de un cuarto de hora", set(900)),
        ("temporizador de dos horas y diez minutos", set(7800)),
        ("temporizador de veintiún minutos", set(1260)),
        ("avísame en treinta y un minutos", set(1860)),
        ("pon un temporizador para la pizza de doce minutos", set(720, "pizza")),
        ("despiértame a las seis y media", at(6, 30)),
        ("despiértame a las siete menos cuarto", at(6, 45)),
        ("despiértame a la una y diez", at(1, 10)),
        ("despiértame a las siete de la tarde", at(19, 0, twelve: false)),
        ("despiértame a las 18:30", at(18, 30, twelve: false)),
        ("cuánto tiempo queda", .timer(.remaining)),
        ("cancela el temporizador", .timer(.cancel(.any))),
        ("cancela todos los temporizadores", .timer(.cancel(.all))),
        ("cómo te llamas", .identity), ("estás en línea", .online),
        ("qué puedes hacer", .abilities), ("ayuda", .abilities),
        ("qué hora es en tokio", nil), ("para la guerra", nil), ("diez minutos", nil),
        ("por favor", nil), ("", nil), ("sube la calefacción", nil),
    ]

    @Test("English", arguments: english)
    func inEnglish(example: Case) { check(.english, example) }

    @Test("German", arguments: german)
    func inGerman(example: Case) { check(.german, example) }

    @Test("French", arguments: french)
    func inFrench(example: Case) { check(.french, example) }

    @Test("Spanish", arguments: spanish)
    func inSpanish(example: Case) { check(.spanish, example) }

    @Test("What merely contains a phrase, or is only part of one, asks for nothing")
    func others() {
        for sentence in Self.notEnglish { check(.english, (sentence, nil)) }
    }

    @Test("No sentence that people recorded asks for anything", arguments: People.recordings)
    func people(name: String, words: String) {
        for language in SpokenLanguage.allCases {
            #expect(RequestParser(language).request(in: words) == nil)
        }
    }

    @Test("No phrase stands under two requests", arguments: SpokenLanguage.allCases)
    func unambiguous(language: SpokenLanguage) {
        var seen: [String: Lexicon.Kind] = [:]
        for (kind, patterns) in Lexicon[language].phrases {
            for sentence in patterns.flatMap({ Self.sentences($0.parts) }) {
                #expect(seen[sentence, default: kind] == kind, "\"\(sentence)\"")
                seen[sentence] = kind
            }
        }
        #expect(seen.count > 200)
    }

    /// Every way to say `parts`, with the names of the slots.
    private static func sentences(_ parts: [Pattern.Part]) -> [String] {
        parts.reduce([""]) { heads, part in
            let tails: [String] =
                switch part {
                case .word(let word, _): [word]
                case .slot(let slot): ["{\(slot)}"]
                case .either(let choices): choices.flatMap(sentences)
                }
            return heads.flatMap { head in
                tails.map { [head, $0].filter { !$0.isEmpty }.joined(separator: " ") }
            }
        }
    }

    @Test("Every phrase is understood in its language", arguments: SpokenLanguage.allCases)
    func phrases(language: SpokenLanguage) {
        let parser = RequestParser(language)
        let filler: [SpokenLanguage: (duration: String, time: String)] = [
            .english: ("ten minutes", "half past six"), .german: ("zehn minuten", "halb sieben"),
            .french: ("dix minutes", "six heures et demie"),
            .spanish: ("diez minutos", "las seis y media"),
        ]
        let (duration, time) = filler[language]!
        for (kind, patterns) in Lexicon[language].phrases {
            for sentence in patterns.flatMap({ Self.sentences($0.parts) }) {
                let spoken = sentence.replacing("{number}", with: "40")
                    .replacing("{duration}", with: duration).replacing("{time}", with: time)
                    .replacing("{clock}", with: time).replacing("{name}", with: "pizza")
                #expect(parser.request(in: spoken) != nil, "\(kind): \"\(spoken)\"")
            }
        }
    }
}

struct TimeOfDayTests {
    static let cases: [(time: TimeOfDay, seconds: Int)] = [
        (TimeOfDay(hour: 15, minute: 18, isTwelveHour: false), 30),
        (TimeOfDay(hour: 3, minute: 18, isTwelveHour: true), 30),
        (TimeOfDay(hour: 3, minute: 17, isTwelveHour: true), 43_170),
        (TimeOfDay(hour: 15, minute: 17, isTwelveHour: false), 86_370),
        (TimeOfDay(hour: 0, minute: 0, isTwelveHour: false), 31_350),
    ]

    @Test("The next time that the clock shows it, at 15:17:30", arguments: cases)
    func next(time: TimeOfDay, seconds: Int) {
        let now = LocalTime(
            year: 2026, month: 11, day: 21, weekday: 6, hour: 15, minute: 17, second: 30)
        #expect(time.next(after: now) == .seconds(seconds))
    }
}
