extension Lexicon {
    static let spanish = Lexicon(
        .spanish,
        phrases: [
            (
                .time,
                [
                    "qué hora es [ahora]", "qué horas son", "dime la hora", "dime qué hora es",
                    "(tienes|sabes) la hora", "me dices la hora", "sabes qué hora es",
                    "cuál es la hora", "qué hora tienes",
                ]
            ),
            (
                .date,
                [
                    "qué día es [hoy]", "qué fecha es [hoy]", "cuál es la fecha [de hoy]",
                    "a qué (día|fecha) estamos [hoy]", "en qué (día|fecha) estamos [hoy]",
                    "a cuánto estamos [hoy]", "a cuántos estamos [hoy]", "dime la fecha",
                    "qué día de la semana es [hoy]", "hoy qué día es", "dime qué día es [hoy]",
                ]
            ),
            (
                .volumeUp,
                [
                    "[habla] [un poco] más (alto|fuerte)", "(sube|aumenta) el (volumen|sonido)",
                    "súbelo", "volumen más alto", "no te oigo", "más volumen", "sube la voz",
                ]
            ),
            (
                .volumeDown,
                [
                    "[habla] [un poco] más (bajo|flojo)", "(baja|reduce) el (volumen|sonido)",
                    "bájalo", "volumen más bajo", "menos volumen", "no tan (alto|fuerte)",
                    "baja la voz",
                ]
            ),
            (
                .volumeTo,
                [
                    "[pon|sube|baja|ajusta] [el] volumen (a|al|en) {number} [por ciento]",
                    "volumen {number} [por ciento]",
                ]
            ),
            (
                .volumeTell,
                [
                    "(cuál es|qué) [el|tu] volumen [tienes]", "a cuánto está el volumen",
                    "cómo está el volumen",
                ]
            ),
            (
                .again,
                [
                    "repite", "repite eso", "repítelo", "repítemelo", "otra vez",
                    "una vez más", "dilo (otra vez|de nuevo)", "de nuevo",
                    "qué (has dicho|dijiste)", "(puedes|podrías) repetir [eso|lo]",
                    "(puedes|podrías) repetirlo", "repite [tu|la] última respuesta",
                    "repite [tu|la] respuesta", "cómo", "cómo dices", "no (te|lo) he entendido",
                    "no (te|lo) entendí",
                ]
            ),
            (
                .slower,
                [
                    "[habla] [un poco] más (despacio|lento)", "no tan (rápido|deprisa)",
                    "repite [eso] más (despacio|lento)", "repítelo más (despacio|lento)",
                    "dilo más (despacio|lento)", "hablas (muy|demasiado) rápido",
                    "más lentamente",
                ]
            ),
            (
                .lastQuestion,
                [
                    "qué [te] (he preguntado|pregunté)", "qué te he dicho", "qué dije",
                    "cuál (era|fue) mi [última] pregunta", "repite mi [última] pregunta",
                ]
            ),
            (
                .startOver,
                [
                    "(empieza|empecemos|empezar) (de nuevo|otra vez|de cero|desde el principio)",
                    "(olvida|borra) (nuestra|la) conversación", "olvídalo todo", "olvida todo",
                    "[una] nueva conversación", "[una] conversación nueva",
                ]
            ),
            (
                .stop,
                [
                    "para", "para ya", "detente", "basta", "silencio", "cállate", "calla",
                    "cancela", "cancelar", "deja de hablar", "no importa", "da igual", "déjalo",
                    "olvídalo", "stop", "alto", "nada", "ya basta",
                ]
            ),
            (
                .mute,
                [
                    "(silencia|apaga|desactiva|cierra) (el|tu) micrófono",
                    "(silencia|apaga|desactiva|cierra) (el|tu) micro", "deja de escuchar",
                    "no escuches [más]",
                ]
            ),
            (
                .timer,
                [
                    "[pon|ponme|programa|inicia|crea] [un|el|otro] (temporizador|timer|minutero)"
                        + " (de|para|por|a) {duration}",
                    "(temporizador|timer) {duration}",
                    "(despiértame|avísame|recuérdame) (en|dentro de) {duration}",
                    "[pon|ponme|programa|inicia|crea] [un] (temporizador|timer) para"
                        + " [el|la|los|las|mi|mis] {name} (de|por) {duration}",
                    "[pon|ponme|programa|inicia|crea] [un] (temporizador|timer) de {duration}"
                        + " para [el|la|los|las|mi|mis] {name}",
                    "[pon|ponme|programa|inicia|crea] [un] (temporizador|timer) {name}"
                        + " de {duration}",
                ]
            ),
            (
                .timerAt,
                [
                    "(despiértame|avísame|recuérdame) (a|al) {time}",
                    "[pon|ponme|programa] [un|una|el|la] (temporizador|timer|alarma|despertador)"
                        + " (a|para|al|hasta) {clock}",
                    "suena a {time}",
                ]
            ),
            (
                .timerRemaining,
                [
                    "cuánto [tiempo] (queda|falta)", "cuánto [tiempo] me (queda|falta)",
                    "cuánto [tiempo] (queda|falta) (en el|del|al|para el) temporizador",
                    "cuánto [tiempo] le (queda|falta) al temporizador",
                    "cuándo suena (el|mi) temporizador", "qué temporizadores (hay|tengo)",
                    "hay [algún|un] temporizador", "cómo va el temporizador",
                ]
            ),
            (
                .timerCancelAll,
                [
                    "(cancela|para|borra|elimina|quita) (todos los|los|mis|todos mis)"
                        + " (temporizadores|timers)"
                ]
            ),
            (
                .timerCancel,
                [
                    "(cancela|para|borra|elimina|quita|apaga) (el|la|mi)"
                        + " (temporizador|timer|alarma|despertador)",
                    "(cancela|para|borra|elimina|quita) el (temporizador|timer) de {duration}",
                    "(cancela|para|borra|elimina|quita) el (temporizador|timer) {name}",
                ]
            ),
            (
                .identity,
                [
                    "cómo te llamas", "cuál es tu (nombre|dirección)", "quién eres",
                    "dime tu (nombre|dirección)", "cuál es tu [dirección] ip",
                    "dónde está tu página [web]", "dónde encuentro tu página",
                    "cuál es la dirección de tu página", "cuál es tu página",
                ]
            ),
            (
                .online,
                [
                    "estás (en línea|conectado|conectada|online|sin conexión)",
                    "estás (conectado|conectada) a (internet|la red)",
                    "tienes [conexión a|conexión] (internet|red)", "tienes conexión",
                    "hay (internet|red|conexión)",
                ]
            ),
            (
                .abilities,
                [
                    "qué (puedes|sabes) hacer [por mí]", "qué te puedo (preguntar|pedir)",
                    "qué puedo (preguntarte|pedirte|decir|decirte|preguntar)", "ayuda",
                    "ayúdame", "qué entiendes", "cómo puedes ayudarme", "qué haces",
                ]
            ),
        ],
        before: [
            "por favor", "hola", "oye", "eh", "pues", "y", "bueno", "vale",
            "(puedes|podrías|quieres)", "pressel",
        ],
        after: ["por favor", "ahora", "gracias", "muchas gracias", "pressel"],
        units: [
            (3600, ["hora", "horas", "h"]), (60, ["minuto", "minutos", "min"]),
            (1, ["segundo", "segundos", "seg"]),
        ],
        durations: [
            DurationForm("{number} {unit}"),
            DurationForm("{number} {unit} y (media|medio)", quarters: 2),
            DurationForm("{unit} y (media|medio)", 1, quarters: 2),
            DurationForm("{number} {unit} y [un] cuarto", quarters: 1),
            DurationForm("{unit} y cuarto", 1, quarters: 1),
            DurationForm("(media|medio) {unit}", quarters: 2),
            DurationForm("[un] cuarto de {unit}", quarters: 1),
            DurationForm("tres cuartos de {unit}", quarters: 3),
        ],
        and: "y",
        times: [
            TimeForm("(las|la) {number} [horas]"), TimeForm("[las|la] {number} y media", 30),
            TimeForm("[las|la] {number} en punto"), TimeForm("[las|la] {number} y cuarto", 15),
            TimeForm("[las|la] {number} menos cuarto", -15),
            TimeForm("[las|la] {number} [horas] [y] {other} [minutos]", sign: 1),
            TimeForm("[las|la] {number} menos {other} [minutos]", sign: -1),
            TimeForm("cuarto para [las|la] {number}", -15),
            TimeForm("{other} [minutos] para [las|la] {number}", sign: -1),
            TimeForm("(mediodía|medio día)", hour: 12),
            TimeForm("(medianoche|media noche)", hour: 0),
        ],
        dayParts: [
            (.morning, ["de la mañana", "por la mañana", "de la madrugada"]),
            (.afternoon, ["de la tarde", "por la tarde", "del mediodía"]),
            (.night, ["de la noche", "por la noche", "esta noche"]),
        ],
        articles: ["las", "la"],
        notInNames: "un una el la los las mi mis temporizador timer de para por a en todos")
}
