import VoiceLoop

/// What `bench --recognition` says to the recognizer.
enum SpokenCommands {
    /// Commands, over all skills, and what each asks for.
    static let commands: [(sentence: String, request: Request)] = [
        ("What time is it?", .time), ("What is the time?", .time), ("Tell me the time.", .time),
        ("Do you have the time?", .time),
        ("What is the date?", .date), ("What day is it?", .date), ("Tell me the date.", .date),
        ("What is the date today?", .date),
        ("Turn up the volume.", .volume(.up)), ("Volume up.", .volume(.up)),
        ("Louder please.", .volume(.up)), ("Turn down the volume.", .volume(.down)),
        ("Volume down.", .volume(.down)), ("Speak more quietly.", .volume(.down)),
        ("Set the volume to forty percent.", .volume(.to(40))),
        ("Turn the volume to eighty.", .volume(.to(80))), ("Volume fifty.", .volume(.to(50))),
        ("Repeat that.", .again), ("Say that again.", .again), ("What did you say?", .again),
        ("Please repeat the last answer.", .again),
        ("Speak more slowly.", .slower), ("Slow down please.", .slower),
        ("Say that more slowly.", .slower),
        ("What did I ask?", .lastQuestion), ("What was my question?", .lastQuestion),
        ("Start over.", .startOver), ("Forget our conversation.", .startOver),
        ("Let's start over.", .startOver),
        ("Stop.", .stop), ("Be quiet.", .stop), ("Never mind.", .stop), ("Stop talking.", .stop),
        ("Mute the microphone.", .mute), ("Mute your microphone.", .mute),
        ("Set a timer for ten minutes.", .timer(.set(.seconds(600), name: nil))),
        ("Set a timer for five minutes.", .timer(.set(.seconds(300), name: nil))),
        ("Set a timer for one minute.", .timer(.set(.seconds(60), name: nil))),
        (
            "Set a timer for a minute and a half.",
            .timer(.set(.seconds(90), name: nil))
        ),
        ("Set a timer for half an hour.", .timer(.set(.seconds(1800), name: nil))),
        ("Timer for twenty five minutes.", .timer(.set(.seconds(1500), name: nil))),
        (
            "Set a timer for two hours and ten minutes.",
            .timer(.set(.seconds(7800), name: nil))
        ),
        ("Set a pizza timer for twelve minutes.", .timer(.set(.seconds(720), name: "pizza"))),
        (
            "Wake me at half past six.",
            .timer(.setAt(TimeOfDay(hour: 6, minute: 30, isTwelveHour: true), name: nil))
        ),
        ("How much time is left?", .timer(.remaining)),
        ("How long is left on the timer?", .timer(.remaining)),
        ("Cancel the timer.", .timer(.cancel(.any))),
        ("Cancel all timers.", .timer(.cancel(.all))),
        ("What is your name?", .identity), ("What is your address?", .identity),
        ("Where is your page?", .identity),
        ("Are you online?", .online), ("Are you connected to the internet?", .online),
        ("What can you do?", .abilities), ("What can I ask you?", .abilities),
        ("Help me.", .abilities),
    ]

    /// Sentences that ask for nothing the device does by itself: near misses of every skill, and
    /// what people ask of such a device, or say near one.
    static let others = [
        "What time is it in Tokyo?", "What time does the shop open?", "It is about time.",
        "What is the time of the next train?", "Have a good time.", "Tell me a joke.",
        "What is the date of the election?", "What day is Christmas?", "I have a date tonight.",
        "What is the matter?", "Turn up the heating.", "Turn down the offer.",
        "Turn the lights off.", "The volume of a cube is its height cubed.",
        "Louder than a bomb.", "Say hello to your mother.", "Repeat after me.",
        "What did the doctor say?", "The last answer was wrong.", "Slow food is better.",
        "What did I eat?", "What was the question of the day?", "Start the car.",
        "Forget about him.", "Let's go over there.", "Stop the war.", "Stop at the next corner.",
        "Be quick.", "Never in my life.", "Mute swans are birds.", "The microphone is broken.",
        "Set the table.", "Set a place for ten people.", "A timer is a kind of clock.",
        "I baked a pizza for twelve people.", "Wake up, it is half past six.",
        "How much money is left?", "How long is the river Nile?", "Cancel my subscription.",
        "Cancel all meetings.", "What is your favourite colour?", "What is her address?",
        "Where is your brother?", "Are you hungry?", "Are you connected to my sister?",
        "What can you see?", "What can I cook tonight?", "Help me find my keys.",
        "Go forward ten meters.", "Ten minutes.", "Play some music.",
        "Who is the president of France?", "How is the weather tomorrow?",
        "Call me tomorrow morning.", "Read me the news.", "I like it here.",
    ]

    /// Recordings of people in Debian's package pocketsphinx-testdata, none of which is a command.
    static let recordings =
        [
            "goforward.raw", "numbers.raw", "something.raw", "cards/001.wav", "cards/002.wav",
            "cards/003.wav", "cards/004.wav", "cards/005.wav",
        ]
        + ["0870", "0880", "0890", "0920", "0930"].map {
            "librivox/sense_and_sensibility_01_austen_64kb-\($0).wav"
        }
}
