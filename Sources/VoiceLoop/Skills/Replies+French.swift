struct FrenchReplies: Replies {
    let noClock = "Je ne sais pas encore l'heure, car mon horloge n'est pas réglée."
    let nothingSaidYet = "Je n'ai encore rien dit."
    let nothingAskedYet = "Tu ne m'as encore rien demandé."
    func lastQuestion(_ question: String) -> String { "Tu as demandé : \(question)." }
    let forgotten = "J'ai oublié notre conversation."
    let cannotForget = "Je suis désolé, je n'ai pas pu oublier notre conversation."

    func volume(_ volume: Int) -> String {
        "Mon volume est à \(SpokenLanguage.french.number(volume)) pour cent."
    }
    let loudest = "Je ne peux pas parler plus fort."
    let softest = "Je ne peux pas parler moins fort."
    let volumeRange = "Mon volume va de zéro à cent pour cent."
    let cannotChangeVolume = "Je suis désolé, je n'ai pas pu changer mon volume."
    let slowest = "Je ne peux pas parler plus lentement."
    let slowerNow = "Je parle maintenant plus lentement."
    let muted = "Mon micro est coupé. Tu peux le rouvrir sur ma page."
    let cannotMute = "Je suis désolé, je n'ai pas pu couper mon micro."

    func timerSet(_ duration: String, name: String?) -> String {
        "Le minuteur\(Self.suffix(name)) est réglé : \(duration)."
    }
    func timerSet(at time: String, name: String?) -> String {
        "Le minuteur\(Self.suffix(name)) sonnera à cette heure : \(time)."
    }
    let timerRange = "Un minuteur peut durer d'une seconde à vingt-quatre heures."
    let cannotKeepTimer =
        "Je suis désolé, je n'ai pas pu garder ce minuteur. Il ne sonnera pas."
    func remaining(_ duration: String, label: TimerLabel) -> String {
        "\(Self.timer(label)) : encore \(duration)."
    }
    let noTimers = "Il n'y a pas de minuteur."
    let noSuchTimer = "Ce minuteur n'existe pas."
    let whichTimer = "Il y a plusieurs minuteurs ; dis-moi lequel."
    func cancelled(_ label: TimerLabel) -> String { "\(Self.timer(label)) est annulé." }
    let cancelledAll = "Tous les minuteurs sont annulés."
    let cannotCancelTimer = "Je suis désolé, je n'ai pas pu annuler cela."

    private static func suffix(_ name: String?) -> String { name.map { " \($0)" } ?? "" }

    private static func timer(_ label: TimerLabel) -> String {
        switch label {
        case .only: "Ton minuteur"
        case .named(let name): "Le minuteur \(name)"
        case .lasting(let duration): "Le minuteur, d'une durée de \(duration),"
        }
    }

    func identity(_ name: String, _ address: [String]?) -> String {
        "Je m'appelle \(name). "
            + (address.map { address in
                "Ma page est à \(name) point local, ou \(address.joined(separator: ", "))."
            } ?? "Je ne suis sur aucun réseau, donc personne ne peut voir ma page.")
    }
    let online = "Oui, je suis connecté à un réseau."
    let offline = "Non, je ne suis connecté à aucun réseau."
    let abilities =
        "Tu peux me demander l'heure et la date, de régler un minuteur, de parler plus fort, moins"
        + " fort ou plus lentement, de régler mon volume, de répéter ce que j'ai dit, ce que tu as"
        + " demandé, de recommencer, de couper mon micro, mon adresse, et si je suis en ligne."
    func refusal(online: Bool) -> String {
        let missing = online ? "de modèle de langue" : "le réseau"
        let verb = online ? "Je ne trouve pas" : "Je ne peux pas joindre"
        return "\(verb) \(missing), donc je ne sais faire que peu de choses, comme donner l'heure"
            + " et la date ou régler un minuteur. Demande-moi ce que je sais faire."
    }
}
