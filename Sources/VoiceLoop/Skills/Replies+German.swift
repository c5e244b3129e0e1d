struct GermanReplies: Replies {
    let noClock = "Ich weiß noch nicht, wie spät es ist, weil meine Uhr nicht gestellt ist."
    let nothingSaidYet = "Ich habe noch nichts gesagt."
    let nothingAskedYet = "Du hast mich noch nichts gefragt."
    func lastQuestion(_ question: String) -> String { "Du hast gefragt: \(question)." }
    let forgotten = "Ich habe unser Gespräch vergessen."
    let cannotForget = "Es tut mir leid, ich konnte unser Gespräch nicht vergessen."

    func volume(_ volume: Int) -> String {
        "Meine Lautstärke ist \(NumberWords[.german].words(for: volume, .masculine)) Prozent."
    }
    let loudest = "Lauter kann ich nicht."
    let softest = "Leiser kann ich nicht."
    let volumeRange = "Meine Lautstärke geht von null bis hundert Prozent."
    let cannotChangeVolume = "Es tut mir leid, ich konnte meine Lautstärke nicht ändern."
    let slowest = "Langsamer kann ich nicht."
    let slowerNow = "Ich spreche jetzt langsamer."
    let muted =
        "Mein Mikrofon ist jetzt stumm. Auf meiner Seite kannst du es wieder einschalten."
    let cannotMute = "Es tut mir leid, ich konnte mein Mikrofon nicht stummschalten."

    func timerSet(_ duration: String, name: String?) -> String {
        "Der Timer\(Self.suffix(name)) läuft: \(duration)."
    }
    func timerSet(at time: String, name: String?) -> String {
        "Der Timer\(Self.suffix(name)) klingelt zu dieser Zeit: \(time)."
    }
    let timerRange =
        "Ein Timer kann bei mir eine Sekunde bis vierundzwanzig Stunden lang sein."
    let cannotKeepTimer =
        "Es tut mir leid, ich konnte mir diesen Timer nicht merken. Er wird nicht klingeln."
    func remaining(_ duration: String, label: TimerLabel) -> String {
        "\(Self.timer(label)): noch \(duration)."
    }
    let noTimers = "Es läuft kein Timer."
    let noSuchTimer = "So einen Timer gibt es nicht."
    let whichTimer = "Es laufen mehrere Timer; sag mir, welchen."
    func cancelled(_ label: TimerLabel) -> String { "\(Self.timer(label)) ist gelöscht." }
    let cancelledAll = "Alle Timer sind gelöscht."
    let cannotCancelTimer = "Es tut mir leid, das konnte ich nicht löschen."

    private static func suffix(_ name: String?) -> String { name.map { " \($0)" } ?? "" }

    private static func timer(_ label: TimerLabel) -> String {
        switch label {
        case .only: "Dein Timer"
        case .named(let name): "Der Timer \(name)"
        case .lasting(let duration): "Der Timer mit der Dauer \(duration)"
        }
    }

    func identity(_ name: String, _ address: [String]?) -> String {
        "Ich heiße \(name). "
            + (address.map { address in
                "Meine Seite ist \(name) Punkt local, oder \(address.joined(separator: ", "))."
            } ?? "Ich bin in keinem Netz, also kann niemand meine Seite sehen.")
    }
    let online = "Ja, ich bin mit einem Netz verbunden."
    let offline = "Nein, ich bin mit keinem Netz verbunden."
    let abilities =
        "Du kannst mich nach der Uhrzeit und dem Datum fragen, oder einen Timer stellen, mich"
        + " lauter, leiser oder langsamer sprechen lassen, die Lautstärke einstellen, mich etwas"
        + " wiederholen lassen, fragen, was du gefragt hast, von vorne anfangen, mein Mikrofon"
        + " stummschalten, und nach meiner Adresse fragen und ob ich online bin."
    func refusal(online: Bool) -> String {
        let missing = online ? "kein Sprachmodell" : "das Netz nicht"
        return "Ich kann \(missing) erreichen und darum nur wenig, zum Beispiel die Uhrzeit und"
            + " das Datum sagen oder einen Timer stellen. Frag mich, was ich kann."
    }
}
