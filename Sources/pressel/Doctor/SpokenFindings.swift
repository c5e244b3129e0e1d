import VoiceLoop

/// The doctor's findings as the device says them.
struct SpokenFindings {
    private let words: Words

    init(_ language: SpokenLanguage) {
        words =
            switch language {
            case .english: .english
            case .german: .german
            case .french: .french
            case .spanish: .spanish
            }
    }

    /// What fails, or that all is well, and what a person should know of the rest.
    func words(_ findings: [Finding]) -> String {
        func parts(_ verdict: Finding.Verdict) -> [Finding.Part] {
            Finding.Part.allCases.filter { part in
                findings.contains { $0.part == part && $0.verdict == verdict }
            }
        }
        let notes = parts(.note).compactMap { words.notes[$0] }
        let failing = parts(.fails).map { words.fails(words.names[$0] ?? $0.rawValue) }
        guard failing.isEmpty else { return (failing + notes).joined(separator: " ") }
        let isHeard = findings.contains { $0.part == .sound && $0.verdict == .works }
        let all = notes.isEmpty ? [words.allWell] : notes + [words.restWell]
        return (all + (isHeard ? [words.heardMyself] : [])).joined(separator: " ")
    }

    private struct Words: Sendable {
        let allWell: String
        let restWell: String
        let heardMyself: String
        let fails: @Sendable (String) -> String
        let names: [Finding.Part: String]
        /// What is no failure, and yet not what somebody would expect who hears that all is well.
        let notes: [Finding.Part: String]

        static let english = Words(
            allWell: "Everything works.", restWell: "Everything else works.",
            heardMyself: "I can hear myself well.",
            fails: { "There is a problem with \($0)." },
            names: [
                .settings: "the settings", .state: "my memory", .button: "the button",
                .light: "the light", .microphone: "the microphone", .speaker: "the speaker",
                .sound: "the sound", .recognizer: "the speech recognizer", .voice: "my voice",
                .clock: "the clock", .network: "the network",
                .services: "a service that I use", .archive: "the archive",
            ],
            notes: [
                .microphone: "The microphone is muted.", .sound: "I cannot hear myself well.",
                .clock: "I do not know what time it is.", .network: "There is no network.",
            ])
        static let german =
            Words(
                allWell: "Alles funktioniert.", restWell: "Alles andere funktioniert.",
                heardMyself: "Ich kann mich gut hören.",
                fails: { "Es gibt ein Problem: \($0)." },
                names: [
                    .settings: "die Einstellungen", .state: "mein Speicher",
                    .button: "der Knopf", .light: "das Licht", .microphone: "das Mikrofon",
                    .speaker: "der Lautsprecher", .sound: "der Ton",
                    .recognizer: "die Spracherkennung", .voice: "meine Stimme",
                    .clock: "die Uhr", .network: "das Netzwerk",
                    .services: "ein Dienst, den ich nutze",
                    .archive: "das Archiv",
                ],
                notes: [
                    .microphone: "Das Mikrofon ist stumm geschaltet.",
                    .sound: "Ich kann mich nicht gut hören.",
                    .clock: "Ich weiß nicht, wie spät es ist.", .network: "Es gibt kein Netzwerk.",
                ])
        static let french =
            Words(
                allWell: "Tout fonctionne.", restWell: "Tout le reste fonctionne.",
                heardMyself: "Je m'entends bien.",
                fails: { "Il y a un problème : \($0)." },
                names: [
                    .settings: "les réglages", .state: "ma mémoire", .button: "le bouton",
                    .light: "la lumière", .microphone: "le microphone",
                    .speaker: "le haut-parleur", .sound: "le son",
                    .recognizer: "la reconnaissance vocale", .voice: "ma voix",
                    .clock: "l'horloge", .network: "le réseau",
                    .services: "un service que j'utilise",
                    .archive: "l'archive",
                ],
                notes: [
                    .microphone: "Le microphone est coupé.", .sound: "Je ne m'entends pas bien.",
                    .clock: "Je ne sais pas quelle heure il est.",
                    .network: "Il n'y a pas de réseau.",
                ])
        static let spanish =
            Words(
                allWell: "Todo funciona.", restWell: "Todo lo demás funciona.",
                heardMyself: "Me oigo bien.",
                fails: { "Hay un problema: \($0)." },
                names: [
                    .settings: "los ajustes", .state: "mi memoria", .button: "el botón",
                    .light: "la luz", .microphone: "el micrófono", .speaker: "el altavoz",
                    .sound: "el sonido", .recognizer: "el reconocimiento de voz",
                    .voice: "mi voz", .clock: "el reloj", .network: "la red",
                    .services: "un servicio que uso",
                    .archive: "el archivo",
                ],
                notes: [
                    .microphone: "El micrófono está silenciado.", .sound: "No me oigo bien.",
                    .clock: "No sé qué hora es.", .network: "No hay red.",
                ])
    }
}
