extension Lexicon {
    static let french = Lexicon(
        .french,
        phrases: [
            (
                .time,
                [
                    "quelle heure est-il [maintenant]", "il est quelle heure [maintenant]",
                    "quelle heure il est", "donne-moi l'heure", "dis-moi l'heure",
                    "dis-moi quelle heure il est", "(tu as|as-tu|vous avez|avez-vous) l'heure",
                    "c'est quelle heure", "quelle est l'heure",
                ]
            ),
            (
                .date,
                [
                    "(quel jour|quelle date) sommes-nous [aujourd'hui]",
                    "(quel jour|quelle date) est-on [aujourd'hui]",
                    "on est quel jour [aujourd'hui]", "nous sommes quel jour [aujourd'hui]",
                    "(quel jour|quelle date) on est [aujourd'hui]",
                    "quelle est la date [aujourd'hui|d'aujourd'hui]", "dis-moi la date",
                    "quel jour est-ce [aujourd'hui]", "on est le combien [aujourd'hui]",
                ]
            ),
            (
                .volumeUp,
                [
                    "plus fort", "[parle] [un peu] plus fort", "monte le (volume|son)",
                    "augmente le (volume|son)", "mets plus fort", "volume plus fort",
                    "je ne t'entends pas", "je t'entends pas", "plus haut", "parle plus haut",
                ]
            ),
            (
                .volumeDown,
                [
                    "moins fort", "[parle] [un peu] moins fort", "baisse le (volume|son)",
                    "diminue le (volume|son)", "mets moins fort", "[parle] plus doucement",
                    "plus bas", "parle plus bas", "c'est trop fort",
                ]
            ),
            (
                .volumeTo,
                [
                    "[mets|règle|monte|baisse] [le] (volume|son) (à|sur) {number}"
                        + " [pour cent|pourcent]",
                    "volume {number} [pour cent|pourcent]",
                ]
            ),
            (
                .volumeTell,
                [
                    "quel est (le|ton) volume", "à combien est le (volume|son)",
                ]
            ),
            (
                .again,
                [
                    "répète", "répète (ça|cela)", "encore [une fois]", "redis-le", "redis ça",
                    "répète [ta|la] dernière réponse", "répète [ta|la] réponse",
                    "qu'est-ce que tu as dit", "qu'as-tu dit", "tu as dit quoi",
                    "(tu peux|peux-tu|pouvez-vous) répéter", "dis-le encore une fois",
                    "je n'ai pas (compris|entendu)", "pardon", "comment",
                ]
            ),
            (
                .slower,
                [
                    "[parle] [un peu] plus lentement", "moins vite", "parle moins vite",
                    "répète [ça] plus lentement", "ralentis", "(tu parles|c'est) trop vite",
                    "pas si vite",
                ]
            ),
            (
                .lastQuestion,
                [
                    "qu'est-ce que (j'ai|je t'ai) demandé", "qu'ai-je demandé",
                    "que t'ai-je demandé", "quelle était ma [dernière] question",
                    "c'était quoi ma [dernière] question", "qu'est-ce que j'ai dit",
                    "répète ma [dernière] question",
                ]
            ),
            (
                .startOver,
                [
                    "recommence [à zéro|depuis le début]", "on recommence [à zéro]",
                    "recommençons [à zéro]", "oublie [toute] (notre|la) conversation",
                    "oublie tout", "nouvelle conversation", "efface (notre|la) conversation",
                ]
            ),
            (
                .stop,
                [
                    "stop", "arrête", "arrête-toi", "arrête de parler", "tais-toi", "silence",
                    "annule", "laisse tomber", "ça suffit", "chut", "peu importe", "rien",
                ]
            ),
            (
                .mute,
                [
                    "(coupe|éteins|désactive|ferme) (le|ton) micro",
                    "(coupe|éteins|désactive|ferme) (le|ton) microphone", "n'écoute plus",
                    "arrête d'écouter",
                ]
            ),
            (
                .timerAt,
                [
                    "(réveille|rappelle|préviens)-moi à {time}",
                    "[mets|lance|règle] [un|une|le|mon] (minuteur|minuterie|timer|réveil|alarme)"
                        + " (à|jusqu'à) {clock}", "sonne à {time}",
                ]
            ),
            (
                .timer,
                [
                    "[mets|lance|règle|crée|démarre] [moi] [un|une|le]"
                        + " (minuteur|minuterie|timer|compte à rebours) (de|d'|pour|sur|à) {duration}",
                    "(minuteur|minuterie|timer) {duration}",
                    "(réveille|rappelle|préviens)-moi dans {duration}",
                    "[mets|lance|règle|crée] [un|une] (minuteur|minuterie|timer) pour"
                        + " [le|la|les|mon|ma|mes] {name} (de|d'|pour|sur) {duration}",
                    "[mets|lance|règle|crée] [un|une] (minuteur|minuterie|timer) (de|d'|pour)"
                        + " {duration} pour [le|la|les|mon|ma|mes] {name}",
                    "[mets|lance|règle|crée] [un|une] (minuteur|minuterie|timer) {name}"
                        + " (de|d'|pour) {duration}",
                ]
            ),
            (
                .timerAt,
                [
                    "[mets|lance|règle] [un|une|le|mon] (minuteur|minuterie|timer|réveil|alarme)"
                        + " pour {clock}"
                ]
            ),
            (
                .timerRemaining,
                [
                    "combien de temps [reste-t-il|il reste]", "il reste combien de temps",
                    "combien de temps (reste-t-il|il reste) [sur] [le|la|au] [minuteur|minuterie]",
                    "combien reste-t-il de temps", "quand sonne (le|mon) minuteur",
                    "où en est (le minuteur|la minuterie|le timer)",
                    "quels minuteurs (sont actifs|j'ai)", "(y a-t-il|il y a) un minuteur",
                ]
            ),
            (
                .timerCancelAll,
                [
                    "(annule|arrête|supprime|efface) (tous les|les|mes|tous mes)"
                        + " (minuteurs|timers)",
                    "(annule|arrête|supprime) (toutes les|les|mes) minuteries",
                ]
            ),
            (
                .timerCancel,
                [
                    "(annule|arrête|supprime|efface) (le|la|mon|ma)"
                        + " (minuteur|minuterie|timer|réveil|alarme)",
                    "(annule|arrête|supprime) (le|la) (minuteur|minuterie|timer) (de|d') {duration}",
                    "(annule|arrête|supprime) (le|la) (minuteur|minuterie|timer) {name}",
                ]
            ),
            (
                .identity,
                [
                    "comment tu t'appelles", "comment t'appelles-tu", "tu t'appelles comment",
                    "quel est ton nom", "c'est quoi ton nom", "qui es-tu", "tu es qui",
                    "quelle est ton adresse [ip]", "c'est quoi ton adresse",
                    "où est ta page [web]", "où (est-ce que je trouve|se trouve) ta page",
                    "quelle est l'adresse de ta page",
                ]
            ),
            (
                .online,
                [
                    "(es-tu|tu es|est-ce que tu es) (en ligne|connecté|connectée|hors ligne)",
                    "(es-tu|tu es|est-ce que tu es) (connecté|connectée) (à internet|au réseau)",
                    "(as-tu|tu as|est-ce que tu as) (internet|le réseau|du réseau)",
                    "(y a-t-il|il y a) (internet|du réseau)",
                ]
            ),
            (
                .abilities,
                [
                    "que sais-tu faire", "qu'est-ce que tu (sais|peux) faire", "que peux-tu faire",
                    "tu (sais|peux) faire quoi", "qu'est-ce que je peux [te] demander",
                    "que puis-je [te] demander", "aide", "aide-moi", "à l'aide",
                    "qu'est-ce que tu comprends",
                ]
            ),
        ],
        before: [
            "s'il te plaît", "s'il vous plaît", "bonjour", "salut", "euh", "alors", "et", "ok",
            "d'accord", "(peux-tu|tu peux|pourrais-tu|est-ce que tu peux)", "dis", "pressel",
        ],
        after: [
            "s'il te plaît", "s'il vous plaît", "maintenant", "merci", "merci beaucoup", "pressel",
        ],
        units: [
            (3600, ["heure", "heures", "h"]), (60, ["minute", "minutes", "min"]),
            (1, ["seconde", "secondes", "sec"]),
        ],
        durations: [
            DurationForm("{number} {unit}"),
            DurationForm("{number} {unit} et (demi|demie)", quarters: 2),
            DurationForm("{number} {unit} et [un] quart", quarters: 1),
            DurationForm("[une|un] (demi|demie) {unit}", quarters: 2),
            DurationForm("[un] quart d'heure", 900), DurationForm("trois quarts d'heure", 2700),
        ],
        and: "et",
        times: [
            TimeForm("{number} (heure|heures|h)"),
            TimeForm("{number} (heure|heures|h) et (demie|demi)", 30),
            TimeForm("{number} (heure|heures|h) [et] quart", 15),
            TimeForm("{number} (heure|heures|h) moins [le] quart", -15),
            TimeForm("{number} (heure|heures|h) moins {other}", sign: -1),
            TimeForm("{number} (heure|heures|h) {other}", sign: 1),
            TimeForm("{number}", isBare: true),
            TimeForm("midi", hour: 12), TimeForm("midi et (demi|demie)", 30, hour: 12),
            TimeForm("midi et quart", 15, hour: 12),
            TimeForm("midi moins [le] quart", -15, hour: 12), TimeForm("minuit", hour: 0),
            TimeForm("minuit et quart", 15, hour: 0),
            TimeForm("minuit moins [le] quart", -15, hour: 0),
            TimeForm("minuit et (demi|demie)", 30, hour: 0),
        ],
        dayParts: [
            (.morning, ["du matin", "ce matin", "demain matin"]),
            (.afternoon, ["de l'après-midi", "du soir", "ce soir", "cet après-midi"]),
            (.night, ["de la nuit", "cette nuit"]),
        ],
        notInNames: "un une le la les mon ma mes minuteur minuterie timer de pour sur a en tous")
}
