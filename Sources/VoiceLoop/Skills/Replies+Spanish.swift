struct SpanishReplies: Replies {
    let noClock = "Todavía no sé la hora, porque mi reloj no está puesto."
    let nothingSaidYet = "Todavía no he dicho nada."
    let nothingAskedYet = "Todavía no me has preguntado nada."
    func lastQuestion(_ question: String) -> String { "Has preguntado: \(question)." }
    let forgotten = "He olvidado nuestra conversación."
    let cannotForget = "Lo siento, no he podido olvidar nuestra conversación."

    func volume(_ volume: Int) -> String {
        let number = NumberWords[.spanish].words(for: volume, .masculine)
        return "Mi volumen está al \(number) por ciento."
    }
    let loudest = "No puedo hablar más alto."
    let softest = "No puedo hablar más bajo."
    let volumeRange = "Mi volumen va de cero a cien por ciento."
    let cannotChangeVolume = "Lo siento, no he podido cambiar mi volumen."
    let slowest = "No puedo hablar más despacio."
    let slowerNow = "Ahora hablo más despacio."
    let muted = "Mi micrófono está apagado. Puedes volver a encenderlo en mi página."
    let cannotMute = "Lo siento, no he podido apagar mi micrófono."

    func timerSet(_ duration: String, name: String?) -> String {
        "El temporizador\(Self.suffix(name)) está puesto: \(duration)."
    }
    func timerSet(at time: String, name: String?) -> String {
        "El temporizador\(Self.suffix(name)) sonará a esta hora: \(time)."
    }
    let timerRange = "Un temporizador puede durar de un segundo a veinticuatro horas."
    let cannotKeepTimer = "Lo siento, no he podido guardar ese temporizador. No sonará."
    func remaining(_ duration: String, label: TimerLabel) -> String {
        "\(Self.timer(label)): todavía \(duration)."
    }
    let noTimers = "No hay ningún temporizador."
    let noSuchTimer = "No existe ese temporizador."
    let whichTimer = "Hay varios temporizadores; dime cuál."
    func cancelled(_ label: TimerLabel) -> String { "\(Self.timer(label)) está cancelado." }
    let cancelledAll = "Todos los temporizadores están cancelados."
    let cannotCancelTimer = "Lo siento, no he podido cancelarlo."

    private static func suffix(_ name: String?) -> String { name.map { " \($0)" } ?? "" }

    private static func timer(_ label: TimerLabel) -> String {
        switch label {
        case .only: "Tu temporizador"
        case .named(let name): "El temporizador \(name)"
        case .lasting(let duration): "El temporizador de \(duration)"
        }
    }

    func identity(_ name: String, _ address: [String]?) -> String {
        "Me llamo \(name). "
            + (address.map { address in
                "Mi página está en \(name) punto local, o \(address.joined(separator: ", "))."
            } ?? "No estoy en ninguna red, así que nadie puede ver mi página.")
    }
    let online = "Sí, estoy conectado a una red."
    let offline = "No, no estoy conectado a ninguna red."
    let abilities =
        "Puedes preguntarme la hora y la fecha, o pedirme un temporizador, que hable más alto, más"
        + " bajo o más despacio, un volumen, que repita lo que he dicho, qué has preguntado,"
        + " empezar de nuevo, que apague mi micrófono, mi dirección, y si estoy en línea."
    func refusal(online: Bool) -> String {
        let missing = online ? "un modelo de lenguaje" : "la red"
        return "No puedo llegar a \(missing), así que solo sé hacer pocas cosas, como decir la hora"
            + " y la fecha o poner un temporizador. Pregúntame qué puedo hacer."
    }
}
