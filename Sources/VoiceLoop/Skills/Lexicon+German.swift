extension Lexicon {
    static let german = Lexicon(
        .german,
        phrases: [
            (
                .time,
                [
                    "wie spät ist es [jetzt|gerade]", "wie viel uhr ist es [jetzt]",
                    "wieviel uhr ist es [jetzt]", "sag mir [bitte] die uhrzeit",
                    "wie spät haben wir [es]", "sag mir [bitte] wie spät es ist",
                    "(was ist die|wie ist die) uhrzeit", "welche uhrzeit (ist es|haben wir)",
                    "weißt du wie spät es ist", "wie spät ist es denn",
                ]
            ),
            (
                .date,
                [
                    "(welcher tag|welches datum) ist heute", "(der wievielte|welcher) ist heute",
                    "welchen tag haben wir [heute]", "welches datum haben wir [heute]",
                    "den wievielten haben wir [heute]", "was ist heute für ein (tag|datum)",
                    "was für ein (tag|datum) ist heute", "was für einen tag haben wir [heute]",
                    "sag mir [bitte] das datum", "welcher wochentag ist heute",
                    "wie ist das datum",
                ]
            ),
            (
                .volumeUp,
                [
                    "lauter", "[etwas|ein bisschen|ein wenig] lauter",
                    "(sprich|rede|mach) [etwas|ein bisschen] lauter", "mach es lauter",
                    "mach mal lauter", "lautstärke (höher|rauf|hoch|erhöhen)",
                    "stell [dich] lauter", "dreh lauter", "ich (kann|höre) dich nicht [hören]",
                    "erhöhe die lautstärke", "du bist zu leise",
                ]
            ),
            (
                .volumeDown,
                [
                    "leiser", "[etwas|ein bisschen|ein wenig] leiser",
                    "(sprich|rede|mach) [etwas|ein bisschen] leiser", "mach es leiser",
                    "mach mal leiser", "lautstärke (niedriger|runter|herunter|verringern)",
                    "stell [dich] leiser", "dreh leiser", "nicht so laut",
                    "(verringere|senke) die lautstärke", "du bist zu laut",
                ]
            ),
            (
                .volumeTo,
                [
                    "[stell|stelle|setz|setze|dreh|mach] [die] lautstärke auf {number} [prozent]",
                    "lautstärke {number} [prozent]", "{number} prozent lautstärke",
                ]
            ),
            (
                .volumeTell,
                [
                    "wie laut bist du [eingestellt]", "wie ist [die|deine] lautstärke",
                    "wie hoch ist [die|deine] lautstärke",
                ]
            ),
            (
                .again,
                [
                    "wiederhole", "wiederhole das", "wiederhole das [bitte] noch einmal",
                    "wiederhol das [bitte]", "noch einmal", "nochmal", "noch mal",
                    "sag das [bitte] (noch einmal|nochmal|noch mal)",
                    "sag es [bitte] (noch einmal|nochmal|noch mal)",
                    "was hast du [gerade|eben] gesagt", "wie bitte",
                    "(kannst|könntest) du das [bitte] wiederholen",
                    "wiederhole (die|deine) [letzte] antwort", "das habe ich nicht verstanden",
                ]
            ),
            (
                .slower,
                [
                    "langsamer", "[etwas|ein bisschen] langsamer",
                    "(sprich|rede) [etwas|ein bisschen] langsamer", "nicht so schnell",
                    "sag das [noch einmal|nochmal|noch mal] langsamer",
                    "wiederhole das langsamer", "du (sprichst|redest) zu schnell",
                    "du bist zu schnell",
                ]
            ),
            (
                .lastQuestion,
                [
                    "was habe ich [dich] [gerade|eben|zuletzt] gefragt",
                    "was hab ich [dich] [gerade|eben|zuletzt] gefragt",
                    "was war meine [letzte] frage", "was habe ich [gerade|eben] gesagt",
                    "wiederhole meine [letzte] frage",
                ]
            ),
            (
                .startOver,
                [
                    "[fang] von vorne [an]", "fang [noch einmal|nochmal|noch mal] von vorne an",
                    "fang [noch einmal|nochmal] von vorn an",
                    "vergiss (unser|das) gespräch", "vergiss alles", "[ein] neues gespräch",
                    "lass uns von vorne anfangen", "beginne ein neues gespräch",
                ]
            ),
            (
                .stop,
                [
                    "stopp", "stop", "halt", "hör auf [zu reden|zu sprechen]", "sei still",
                    "sei (leise|ruhig)", "ruhe", "abbrechen", "schon gut", "vergiss es", "egal",
                    "halt den mund", "genug", "das reicht", "nichts",
                ]
            ),
            (
                .mute,
                [
                    "[schalte|schalt|mach|stell] [das|dein] mikrofon (aus|stumm|ab|zu)",
                    "mikrofon (ausschalten|stummschalten|stumm schalten)",
                    "hör nicht mehr zu", "stummschalten", "schalte dich stumm",
                ]
            ),
            (
                .timer,
                [
                    "[stell|stelle|setz|setze|mach|starte] [mir] [einen|den|noch einen]"
                        + " (timer|wecker|kurzzeitwecker) (auf|für|von|über|mit) {duration}",
                    "(timer|wecker) {duration}", "(weck|wecke|erinnere) mich in {duration}",
                    "[stell|stelle|setz|setze|mach|starte] [einen] {name} timer"
                        + " (auf|für|von|über) {duration}",
                    "[stell|stelle|setz|setze|mach|starte] [einen] timer für"
                        + " [die|den|das|meine|meinen|mein] {name} (auf|für|von|über) {duration}",
                    "[stell|stelle|setz|setze|mach|starte] [einen] timer"
                        + " (auf|von|über) {duration} für [die|den|das] {name}",
                    "[stell|stelle|setz|setze|mach|starte] [einen] timer namens {name}"
                        + " (auf|für|von|über) {duration}",
                ]
            ),
            (
                .timerAt,
                [
                    "(weck|wecke|erinnere) mich um {time}",
                    "[stell|stelle|setz|setze|mach] [mir] [einen|den|meinen] (timer|wecker)"
                        + " (um|bis) {time}",
                    "[stell|stelle|setz|setze|mach] [mir] [einen|den|meinen] (timer|wecker)"
                        + " (auf|für) {clock}",
                    "klingle um {time}",
                ]
            ),
            (
                .timerRemaining,
                [
                    "wie (lange|viel zeit) [noch]", "wie lange [dauert|läuft] [es] noch",
                    "wie lange (läuft|geht|dauert) (der|mein) timer [noch]",
                    "wie lange noch auf dem timer", "wie viel zeit (bleibt|ist) [mir] noch",
                    "wie viel zeit habe ich noch", "wann klingelt (der|mein) (timer|wecker)",
                    "welche timer (laufen|gibt es|habe ich)", "läuft [noch] ein timer",
                    "wie viel zeit ist noch übrig", "wie steht (der|mein) timer",
                ]
            ),
            (
                .timerCancelAll,
                [
                    "(lösche|lösch|stoppe|stopp|beende) (alle|die|meine) timer",
                    "brich (alle|die|meine) timer ab", "alle timer (löschen|abbrechen|stoppen)",
                ]
            ),
            (
                .timerCancel,
                [
                    "(lösche|lösch|stoppe|stopp|beende) (den|meinen) (timer|wecker)",
                    "brich (den|meinen) timer ab",
                    "(schalte|schalt|mach) (den|meinen) (timer|wecker) aus",
                    "[den] (timer|wecker) (löschen|abbrechen|stoppen|ausschalten)",
                    "(lösche|lösch|stoppe|stopp|beende) den timer (für|über|von) {duration}",
                    "(lösche|lösch|stoppe|stopp|beende) den {name} timer",
                ]
            ),
            (
                .identity,
                [
                    "wie heißt du", "(wie|was) ist dein name", "wer bist du",
                    "(wie|was) ist deine adresse", "wo (ist|finde ich) deine [web] seite",
                    "(wie|was) ist deine ip [adresse]", "wie erreiche ich (dich|deine seite)",
                    "unter welcher adresse (erreiche|finde) ich (dich|deine seite)",
                ]
            ),
            (
                .online,
                [
                    "bist du (online|verbunden|im internet|im netz|offline)",
                    "bist du mit dem (internet|netz) verbunden",
                    "hast du [eine] (internet|netz|internetverbindung|netzverbindung|verbindung)",
                    "gibt es [eine] (internet|netz|internetverbindung)",
                ]
            ),
            (
                .abilities,
                [
                    "was kannst du [alles] [tun|machen]", "was kann ich [dich] fragen",
                    "was kann ich [alles] sagen", "hilfe", "hilf mir", "was verstehst du",
                    "wie kannst du mir helfen", "was kannst du für mich tun",
                    "was kann ich dich [alles] fragen",
                ]
            ),
        ],
        before: [
            "bitte", "hallo", "hey", "äh", "ähm", "also", "und", "okay", "so",
            "(kannst|könntest|würdest) du [bitte]", "hallo pressel", "pressel",
        ],
        after: ["bitte", "jetzt", "danke", "danke schön", "mal", "für mich", "pressel"],
        units: [
            (3600, ["stunde", "stunden", "h"]), (60, ["minute", "minuten", "min"]),
            (1, ["sekunde", "sekunden", "sek"]),
        ],
        durations: [
            DurationForm("{number} {unit}"),
            DurationForm("[eine|einer] (halbe|halben) {unit}", quarters: 2),
            DurationForm("(anderthalb|eineinhalb|einundeinhalb) {unit}", 1, quarters: 2),
            DurationForm("{number} und [eine] (halbe|halb) {unit}", quarters: 2),
            DurationForm("{number} {unit} und eine halbe", quarters: 2),
            DurationForm("{number} {unit} und eine viertel", quarters: 1),
            DurationForm("[eine|einer] viertel {unit}", quarters: 1),
            DurationForm("[eine|einer] (dreiviertel|drei viertel) {unit}", quarters: 3),
            DurationForm("[eine|einer] viertelstunde", 900),
            DurationForm("[eine|einer] dreiviertelstunde", 2700),
            DurationForm("ein paar {unit}", 2),
        ] + (2...12).map { DurationForm("\(NumberWords.halved($0)) {unit}", $0, quarters: 2) },
        and: "und",
        times: [
            TimeForm("halb {number}", -30), TimeForm("viertel nach {number}", 15),
            TimeForm("viertel vor {number}", -15),
            TimeForm("(dreiviertel|drei viertel) {number}", -15),
            TimeForm("viertel {number}", -45),
            TimeForm("{other} [minuten] vor halb {number}", -30, sign: -1),
            TimeForm("{other} [minuten] nach halb {number}", -30, sign: 1),
            TimeForm("{other} [minuten] nach {number} [uhr]", sign: 1),
            TimeForm("{other} [minuten] vor {number} [uhr]", sign: -1),
            TimeForm("{number} uhr"), TimeForm("{number}", isBare: true),
            TimeForm("{number} uhr {other}", sign: 1),
            TimeForm("mittag", hour: 12), TimeForm("mitternacht", hour: 0),
        ],
        dayParts: [
            (
                .morning,
                [
                    "morgens", "[am] vormittag", "vormittags", "früh", "am morgen",
                    "morgen früh",
                ]
            ),
            (
                .afternoon,
                [
                    "nachmittags", "abends", "am (nachmittag|abend)", "heute abend",
                    "mittags",
                ]
            ),
            (.night, ["nachts", "in der nacht"]),
        ],
        notInNames: "ein eine einen der die das den mein meine meinen timer wecker auf für von"
            + " über um bis mit noch alle bitte")
}

extension NumberWords {
    /// "zweieinhalb" for 2.
    fileprivate static func halved(_ number: Int) -> String {
        GermanNumbers.words(for: number, .alone) + "einhalb"
    }
}
