extension Sentences {
    static let english = Sentences(
        .english,
        microphoneMissing: "I cannot hear anything, because my microphone is missing or in use."
            + " Please check that it is plugged in.",
        microphoneMuted: "I cannot hear you, because my microphone is muted in the settings.",
        notUnderstood: "I am sorry, I did not understand that.",
        noRecognizer: "I cannot understand speech, because the speech recognizer is not working.",
        noAnswer: "I am sorry, I could not find an answer, because something failed.",
        onlyEnglishOffline: "Without the network I only understand English. The button alone can"
            + " stop me, repeat my last answer with two taps, and forget our conversation with"
            + " three.",
        noNetwork: "I cannot reach the network. Please check your router, or my network cable.",
        keyRefused: "The service that answers for me has refused my key. Please enter a new one on"
            + " my page.",
        creditUsedUp: "The credit with the service that answers for me is used up. Please add"
            + " some there.",
        providerDown: "The service that answers for me is not working. Please try again later.",
        clockNotSet: "My clock has not been set yet, so I cannot tell whom I would be talking to."
            + " I will ask the service that answers for me as soon as it is.",
        brokenOff: "I am sorry, the answer broke off there.",
        notSetUp: "I am not fully set up yet: a service that is to answer for me has no key. Please"
            + " open my page in a browser on the same network, and ask me for my address if you do"
            + " not know it.",
        forgetQuestion: "Shall I forget our conversation? Tap once to agree.",
        forgotten: "I have forgotten our conversation.",
        notForgotten: "I have not forgotten anything.",
        settingWrong: { key, others in
            "The setting \(key) is wrong. I use its default." + (others ? " So are others." : "")
        },
        storeDamaged: "My memory was damaged. I have put it aside and begun a new one.",
        storeNewer: "My memory was written by a newer version of me, so I cannot use it. Please"
            + " update me.",
        storeUnwritable: "I cannot write to my memory card, so I will not remember anything.",
        storeInMemoryOnly: "Whatever I am told, I will have forgotten when I am switched off, since"
            + " nothing is kept on my memory card.",
        buttonStuck: "The button seems to be stuck. Please check it.",
        recoveryDone: "The password of my page is cleared. Please set a new one now.",
        claimQuestion: { address in
            "A browser at \(address) wants to manage me. Hold the button for three seconds to"
                + " agree."
        },
        claimAgreed: "You have agreed. Now choose a password in the browser.",
        claimRefused: "Nobody agreed, so nobody may manage me.",
        timer: { duration, name in
            name.map { "Your \($0) timer for \(duration) is over." }
                ?? "Your timer for \(duration) is over."
        },
        lateTimer: { duration, name, ago in
            "Your \(name.map { "\($0) " } ?? "")timer for \(duration) ended \(ago) ago, while I"
                + " was off."
        })
}
