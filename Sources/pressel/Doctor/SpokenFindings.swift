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

    /// What fails, what deserves a note, or that all is well.
    func words(_ findings: [Finding]) -> String {
        let failing = findings.filter { $0.verdict == .fails }
        var parts: [Finding.Part] = []
        for finding in failing where !parts.contains(finding.part) { parts.append(finding.part) }
        guard !parts.isEmpty else {
            let isHeard = findings.contains { $0.part == .sound && $0.verdict == .works }
            return words.allWell + (isHeard ? " " + words.heardMyself : "")
        }
        return parts.map { words.fails(words.names[$0] ?? $0.rawValue) }.joined(separator: " ")
    }

    private struct Words: Sendable {
        let allWell: String
        let heardMyself: String
        let fails: @Sendable (String) -> String
        let names: [Finding.Part: String]

        static let english = Words(
            allWell: "Everything works.", heardMyself: "I can hear myself well.",
            fails: { "There is a problem with \($0)." },
            names: [
                .settings: "the settings", .state: "my memory", .button: "the button",
                .light: "the light", .microphone: "the microphone", .speaker: "the speaker",
                .sound: "the sound", .recognizer: "the speech recognizer", .voice: "my voice",
                .clock: "the clock", .network: "the network",
                .services: "a service that I use", .archive: "the archive",
            ])
        static let german =
            Words(
                allWell: "Alles funktioniert.", heardMyself: "Ich kann mich gut hören.",
                fails: { "Es gibt ein Problem: \($0)." },
                names: [
                    .settings: "die Einstellungen", .state: "mein Speicher",
                    .button: "der Knopf", .light: "das Licht", .microphone: "das Mikrofon",
                    .speaker: "der Lautsprecher", .sound: "der Ton",
                    .recognizer: "die Spracherkennung", .voice: "meine Stimme",
                    .clock: "die Uhr", .network: "das Netzwerk",
                    .services: "ein Dienst, den ich nutze",
                    .archive: "das Archiv",
                ])
        static let french =
            Words(
                allWell: "Tout fonctionne.", heardMyself: "Je m'entends bien.",
                fails: { "Il y a un problème : \($0)." },
                names: [
                    .settings: "les réglages", .state: "ma mémoire", .button: "le bouton",
                    .light: "la lumière", .microphone: "le microphone",
                    .speaker: "le haut-parleur", .sound: "le son",
                    .recognizer: "la reconnaissance vocale", .voice: "ma voix",
                    .clock: "l'horloge", .network: "le réseau",
                    .services: "un service que j'utilise",
                    .archive: "l'archive",
                ])
        static let spanish =
            Words(
                allWell: "Todo funciona.", heardMyself: "Me oigo bien.",
                fails: { "Hay un problema: \($0)." },
                names: [
                    .settings: "los ajustes", .state: "mi memoria", .button: "el botón",
                    .light: "la luz", .microphone: "el micrófono", .speaker: "el altavoz",
                    .sound: "el sonido", .recognizer: "el reconocimiento de voz",
                    .voice: "mi voz", .clock: "el reloj", .network: "la red",
                    .services: "un servicio que uso",
                    .archive: "el archivo",
                ])
    }
}
