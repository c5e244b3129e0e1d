extension Sentences {
    static let spanish = Sentences(
        .spanish,
        microphoneMissing: "No oigo nada, porque mi micrófono falta o está ocupado. Comprueba que"
            + " está enchufado.",
        microphoneMuted: "No puedo oírte, porque mi micrófono está apagado en los ajustes.",
        notUnderstood: "Lo siento, no lo he entendido.",
        noRecognizer: "No puedo entender lo que dices, porque el reconocimiento de voz no"
            + " funciona.",
        noAnswer: "Lo siento, no he encontrado una respuesta, porque algo ha fallado.",
        onlyEnglishOffline: "Sin la red solo entiendo inglés. El botón solo puede pararme, repetir"
            + " mi última respuesta con dos toques, y olvidar nuestra conversación con tres.",
        noNetwork: "No puedo llegar a la red. Comprueba el router o mi cable.",
        keyRefused: "El servicio que responde por mí ha rechazado mi clave. Pon una nueva en mi"
            + " página.",
        creditUsedUp: "El crédito del servicio que responde por mí se ha acabado. Recárgalo allí.",
        providerDown: "El servicio que responde por mí no funciona. Inténtalo más tarde.",
        clockNotSet: "Mi reloj todavía no está en hora, así que no puedo comprobar con quién"
            + " hablaría. En cuanto lo esté, preguntaré al servicio que responde por mí.",
        brokenOff: "Lo siento, la respuesta se ha cortado aquí.",
        notSetUp:
            "Todavía no estoy del todo configurado: a un servicio que debe responder por mí le"
            + " falta la clave. Abre mi página en un navegador de la misma red, y pregúntame mi"
            + " dirección si no la sabes.",
        forgetQuestion: "¿Quieres que olvide nuestra conversación? Toca una vez para aceptar.",
        forgotten: "He olvidado nuestra conversación.",
        notForgotten: "No he olvidado nada.",
        settingWrong: { key, others in
            "El ajuste \(key) está mal. Uso su valor por defecto."
                + (others ? " Otros también están mal." : "")
        },
        storeDamaged: "Mi memoria estaba dañada. La he apartado y he empezado una nueva.",
        storeNewer: "Mi memoria es de una versión más nueva, así que no puedo usarla. Actualízame.",
        storeUnwritable: "No puedo escribir en mi tarjeta de memoria, así que no recordaré nada.",
        storeInMemoryOnly: "Olvidaré lo que me digan cuando me apaguen, porque nada se guarda en mi"
            + " tarjeta de memoria.",
        buttonStuck: "El botón parece atascado. Compruébalo.",
        recoveryDone: "La contraseña de mi página está borrada. Pon una nueva ahora.",
        claimQuestion: { address in
            "Un navegador en la dirección \(address) quiere gestionarme. Mantén el botón pulsado"
                + " tres segundos para aceptar."
        },
        claimAgreed: "Has aceptado. Elige ahora una contraseña en el navegador.",
        claimRefused: "Nadie ha aceptado, así que nadie puede administrarme.",
        timer: { duration, name in
            "Tu temporizador\(name.map { " \($0)" } ?? "") ha terminado: \(duration)."
        },
        lateTimer: { duration, name, ago in
            "Tu temporizador\(name.map { " \($0)" } ?? "") de \(duration) terminó hace \(ago),"
                + " mientras yo estaba apagado."
        })
}
