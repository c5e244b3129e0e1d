extension Sentences {
    static let german = Sentences(
        .german,
        microphoneMissing: "Ich kann nichts hören, weil mein Mikrofon fehlt oder benutzt wird."
            + " Bitte sieh nach, ob es eingesteckt ist.",
        microphoneMuted: "Ich kann dich nicht hören, weil mein Mikrofon in den Einstellungen stumm"
            + " ist.",
        notUnderstood: "Es tut mir leid, das habe ich nicht verstanden.",
        noRecognizer: "Ich kann keine Sprache verstehen, weil die Spracherkennung nicht läuft.",
        noAnswer: "Es tut mir leid, ich habe keine Antwort gefunden, weil etwas fehlgeschlagen"
            + " ist.",
        onlyEnglishOffline: "Ohne das Netz verstehe ich nur Englisch. Der Knopf allein kann mich"
            + " anhalten, mit zweimal Tippen meine letzte Antwort wiederholen, und mit dreimal"
            + " unser Gespräch vergessen.",
        noNetwork: "Ich kann das Netz nicht erreichen. Bitte sieh nach dem Router oder nach meinem"
            + " Netzkabel.",
        keyRefused: "Der Dienst, der für mich antwortet, hat meinen Schlüssel abgelehnt. Bitte gib"
            + " auf meiner Seite einen neuen ein.",
        creditUsedUp: "Das Guthaben bei dem Dienst, der für mich antwortet, ist aufgebraucht."
            + " Bitte lade es dort auf.",
        providerDown: "Der Dienst, der für mich antwortet, ist gestört. Bitte versuche es später"
            + " noch einmal.",
        clockNotSet: "Meine Uhr ist noch nicht gestellt, darum kann ich nicht prüfen, mit wem ich"
            + " reden würde. Sobald sie stimmt, frage ich den Dienst, der für mich antwortet.",
        brokenOff: "Leider ist die Antwort an dieser Stelle abgebrochen.",
        notSetUp: "Ich bin noch nicht fertig eingerichtet: Ein Dienst, der für mich antworten soll,"
            + " hat keinen Schlüssel. Bitte öffne meine Seite in einem Browser im selben Netz, und"
            + " frag mich nach meiner Adresse, wenn du sie nicht kennst.",
        forgetQuestion: "Soll ich unser Gespräch vergessen? Tippe einmal, wenn ja.",
        forgotten: "Ich habe unser Gespräch vergessen.",
        notForgotten: "Ich habe nichts vergessen.",
        settingWrong: { key, others in
            "Die Einstellung \(key) ist falsch. Ich nehme den Standardwert."
                + (others ? " Andere sind es auch." : "")
        },
        storeDamaged: "Mein Gedächtnis war beschädigt. Ich habe es beiseitegelegt und ein neues"
            + " begonnen.",
        storeNewer: "Mein Gedächtnis stammt von einer neueren Version, darum kann ich es nicht"
            + " benutzen. Bitte aktualisiere mich.",
        storeUnwritable: "Ich kann nicht auf meine Speicherkarte schreiben und merke mir darum"
            + " nichts.",
        storeInMemoryOnly: "Was man mir sagt, habe ich nach dem Ausschalten vergessen, denn auf"
            + " meiner Speicherkarte wird nichts aufbewahrt.",
        buttonStuck: "Der Knopf scheint zu klemmen. Bitte sieh nach.",
        recoveryDone: "Das Passwort meiner Seite ist gelöscht. Bitte setze jetzt ein neues.",
        claimQuestion: { address in
            "Ein Browser mit der Adresse \(address) möchte mich verwalten. Halte den Knopf drei"
                + " Sekunden lang, wenn du einverstanden bist."
        },
        claimAgreed: "Du hast zugestimmt. Wähle jetzt im Browser ein Passwort.",
        claimRefused: "Niemand hat zugestimmt, also darf mich niemand verwalten.",
        timer: { duration, name in
            "Dein Timer\(name.map { " \($0)" } ?? "") ist abgelaufen: \(duration)."
        },
        lateTimer: { duration, name, ago in
            "Dein Timer\(name.map { " \($0)" } ?? ""), Dauer \(duration), ist abgelaufen, während"
                + " ich aus war. Seitdem vergangen: \(ago)."
        })
}
