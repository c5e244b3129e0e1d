extension Sentences {
    static let french = Sentences(
        .french,
        microphoneMissing: "Je n'entends rien, car mon micro est absent ou déjà utilisé. Vérifie"
            + " qu'il est bien branché.",
        microphoneMuted: "Je ne peux pas t'entendre, car mon micro est coupé dans les réglages.",
        notUnderstood: "Je suis désolé, je n'ai pas compris.",
        noRecognizer: "Je ne peux pas comprendre la parole, car la reconnaissance vocale ne"
            + " marche pas.",
        noAnswer: "Je suis désolé, je n'ai pas trouvé de réponse, car quelque chose a échoué.",
        onlyEnglishOffline: "Sans le réseau, je ne comprends que l'anglais. Le bouton seul peut"
            + " m'arrêter, répéter ma dernière réponse avec deux appuis, et oublier notre"
            + " conversation avec trois.",
        noNetwork: "Je ne peux pas joindre le réseau. Vérifie la box ou mon câble.",
        keyRefused: "Le service qui répond pour moi a refusé ma clé. Donnes-en une nouvelle sur ma"
            + " page.",
        creditUsedUp: "Le crédit chez le service qui répond pour moi est épuisé. Recharge-le"
            + " là-bas.",
        providerDown: "Le service qui répond pour moi ne marche pas. Réessaie plus tard.",
        clockNotSet: "Mon horloge n'est pas encore à l'heure, donc je ne peux pas vérifier à qui je"
            + " parlerais. Dès qu'elle le sera, je demanderai au service qui répond pour moi.",
        brokenOff: "Désolé, la réponse s'est interrompue ici.",
        notSetUp: "Je ne suis pas encore tout à fait configuré : un service qui doit répondre pour"
            + " moi n'a pas de clé. Ouvre ma page dans un navigateur sur le même réseau, et"
            + " demande-moi mon adresse si tu ne la connais pas.",
        forgetQuestion: "Dois-je oublier notre conversation ? Appuie une fois pour accepter.",
        forgotten: "J'ai oublié notre conversation.",
        notForgotten: "Je n'ai rien oublié.",
        settingWrong: { key, others in
            "Le réglage \(key) est faux. J'utilise sa valeur par défaut."
                + (others ? " D'autres aussi sont faux." : "")
        },
        storeDamaged: "Ma mémoire était abîmée. Je l'ai mise de côté et j'en ai commencé une"
            + " nouvelle.",
        storeNewer: "Ma mémoire vient d'une version plus récente, donc je ne peux pas m'en servir."
            + " Mets-moi à jour.",
        storeUnwritable: "Je ne peux pas écrire sur ma carte mémoire, donc je ne retiendrai rien.",
        storeInMemoryOnly: "J'oublierai tout ce qu'on me dit quand on m'éteindra, car rien n'est"
            + " gardé sur ma carte mémoire.",
        buttonStuck: "Le bouton semble bloqué. Vérifie-le.",
        recoveryDone: "Le mot de passe de ma page est effacé. Choisis-en un nouveau maintenant.",
        claimQuestion: { address in
            "Un navigateur à l'adresse \(address) veut me gérer. Garde le bouton appuyé trois"
                + " secondes pour accepter."
        },
        claimAgreed: "Tu as accepté. Choisis maintenant un mot de passe dans le navigateur.",
        claimRefused: "Personne n'a accepté, donc personne ne peut me gérer.",
        timer: { duration, name in
            "Ton minuteur\(name.map { " \($0)" } ?? "") est terminé : \(duration)."
        },
        lateTimer: { duration, name, ago in
            "Ton minuteur\(name.map { " \($0)" } ?? ""), d'une durée de \(duration), s'est terminé"
                + " il y a \(ago), pendant que j'étais éteint."
        })
}
