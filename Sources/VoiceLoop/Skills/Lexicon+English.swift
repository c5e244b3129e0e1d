extension Lexicon {
    static let english = Lexicon(
        .english,
        phrases: [
            (
                .time,
                [
                    "what time is it [now|right now]", "(what is|what's) the time [now]",
                    "tell me [what] the time [is]",
                    "do you (have|know) the time", "what time do you have",
                    "tell me what time it is", "do you know what time it is",
                ]
            ),
            (
                .date,
                [
                    "what is the date [today]", "what's the date [today]",
                    "what (day|date) is it [today]", "what (day|date) is today",
                    "(what is|what's) today's date", "tell me [today's|the] date",
                    "what day of the week is it [today]", "what day do we have [today]",
                    "tell me what day it is",
                ]
            ),
            (
                .volumeUp,
                [
                    "volume up", "turn up the volume", "turn the volume up", "turn it up",
                    "turn up [your|the] sound", "[a bit|a little] louder",
                    "(speak|talk) (louder|up)", "(speak|talk) a (bit|little) louder",
                    "make it louder", "(increase|raise) the volume", "be louder",
                    "you are too quiet", "i (can't|cannot) hear you",
                ]
            ),
            (
                .volumeDown,
                [
                    "volume down", "turn down the volume", "turn the volume down", "turn it down",
                    "[a bit|a little] (quieter|softer)", "(speak|talk) (quieter|softer)",
                    "(speak|talk) more (quietly|softly)", "(speak|talk) a (bit|little) quieter",
                    "make it quieter", "(decrease|lower|reduce) the volume", "be quieter",
                    "you are too loud", "not so loud",
                ]
            ),
            (
                .volumeTo,
                [
                    "(set|turn|put|change) [the] volume [up|down] to {number} [percent]",
                    "volume [to|at] {number} [percent]", "set [the] volume at {number} [percent]",
                    "{number} percent volume",
                ]
            ),
            (
                .volumeTell,
                [
                    "(what is|what's) (the|your) volume", "how loud are you",
                    "(what is|what's) the volume set to",
                ]
            ),
            (
                .again,
                [
                    "repeat", "repeat (that|it|yourself)", "repeat that again",
                    "repeat (the|your) last (answer|reply)", "repeat (the|your) answer",
                    "say (that|it) again", "say (that|it) once more", "once more", "again",
                    "what did you [just] say", "come again", "i did not (hear|get) that",
                    "i didn't (hear|get|catch) that", "tell me again", "pardon [me]",
                ]
            ),
            (
                .slower,
                [
                    "slower", "more slowly", "slow down", "(speak|talk) (slower|slowly)",
                    "(speak|talk) more slowly", "(speak|talk) a (bit|little) slower",
                    "say (that|it) [again] (slower|slowly|more slowly)",
                    "repeat (that|it) (slower|slowly|more slowly)", "not so fast",
                    "you (speak|talk) too fast", "you are too fast",
                    "you are (speaking|talking) too fast",
                ]
            ),
            (
                .lastQuestion,
                [
                    "what did i [just] (ask|say)", "what did i [just] ask you",
                    "what was my [last] question", "what have i [just] asked [you]",
                    "repeat my [last] question",
                ]
            ),
            (
                .startOver,
                [
                    "start (over|again)", "start from the beginning", "(let's|let us) start over",
                    "forget (our|the|this) conversation", "forget everything",
                    "forget what i said", "[start] a new conversation", "clear our conversation",
                    "forget it all",
                ]
            ),
            (
                .stop,
                [
                    "stop [it|that]", "stop (talking|speaking)", "be (quiet|silent)",
                    "never mind", "forget that", "cancel [that]", "shut up", "silence", "hush",
                    "that's enough",
                    "quiet", "nothing", "forget it",
                ]
            ),
            (
                .mute,
                [
                    "mute", "mute [the|your] microphone", "mute yourself",
                    "(turn|switch) (the|your) microphone off",
                    "(turn|switch) off (the|your) microphone", "stop listening",
                    "close (the|your) microphone", "don't listen",
                ]
            ),
            (
                .timer,
                [
                    "[set|start|make|create] [a|an|the|another|me a] timer (for|of|to) {duration}",
                    "[set|start|make] [a|an|another] {duration} timer",
                    "[set|start|make] [a|an|another] {name} timer (for|of|to) {duration}",
                    "[set|start|make] [a|an|another] {duration} {name} timer",
                    "[set|start|make] [a|another] timer (for|of) {duration} (for|called|named)"
                        + " [the|my] {name}",
                    "[set|start|make] [a|another] timer (called|named) {name} for {duration}",
                    "[set|start|make] [a|another] timer for [the|my] {name} for {duration}",
                    "(wake|remind) me [up] in {duration}", "timer {duration}",
                    "set [an|the] alarm in {duration}",
                ]
            ),
            (
                .timerAt,
                [
                    "(wake|remind) me [up] at {time}",
                    "[set|start|make] [a|an|the|another] alarm (for|at|until|to) {time}",
                    "[set|start|make] [a|an|the|another] timer (at|until) {time}",
                    "[set|start|make] [a|an|the|another] timer (for|to) {clock}",
                    "[set|start|make] [a|an|another] {name} (timer|alarm) (for|at|until) {clock}",
                    "ring at {time}", "wake me up when it is {time}",
                ]
            ),
            (
                .timerRemaining,
                [
                    "how (much time|long) is left [on (the|my) timer]",
                    "how (much time|long) is left on (the|my) timers",
                    "how much (longer|time)", "how long does the timer [still] (have|run|take)",
                    "how much time do i have [left]", "how much time is there left",
                    "how much time remains", "how much (longer|time) [is left] on the timer",
                    "(check|tell me about) (the|my) timer", "what timers (are there|do i have)",
                    "when does (the|my) timer (ring|end|go off)", "is there a timer",
                    "what is left on the timer", "how is (the|my) timer doing",
                    "are (there any|any) timers running",
                ]
            ),
            (
                .timerCancelAll,
                [
                    "(cancel|stop|delete|clear|remove) (all|all the|all my|the|my|all of the)"
                        + " timers", "(cancel|stop|delete) (every|each) timer",
                ]
            ),
            (
                .timerCancel,
                [
                    "(cancel|stop|delete|clear|remove) [the|my|that] (timer|alarm)",
                    "(cancel|stop|delete) [the|my] {duration} timer",
                    "(cancel|stop|delete) [the|my] timer for {duration}",
                    "(cancel|stop|delete) [the|my] {name} timer",
                    "(turn|switch) off the (timer|alarm)",
                ]
            ),
            (
                .identity,
                [
                    "(what is|what's) your (name|address)", "what are you called",
                    "who are you", "where is your [web|status] page",
                    "(what is|what's) your [web|status] page", "(what is|what's) your i p address",
                    "what is your ip address", "tell me your (name|address)",
                    "how (do|can) i (reach|find|open) (you|your page)",
                    "(what is|what's) the address of your page", "where can i find your page",
                ]
            ),
            (
                .online,
                [
                    "are you (online|on line|connected|offline)",
                    "are you connected to (the internet|a network|the network)",
                    "are you on the internet", "do you have [a|an] (network|internet) [connection]",
                    "is there [a|an] (network|internet) [connection]",
                    "is the (network|internet) (working|there|up)", "do you have internet access",
                ]
            ),
            (
                .abilities,
                [
                    "what can you [all] do [for me]", "what can i (ask|say) [you]",
                    "what can i ask you for", "what can i say to you", "help [me]",
                    "what do you do", "what are you able to do", "what do you understand",
                    "what do you know", "how can you help me", "how do you work",
                    "what are my options", "tell me what you can do",
                ]
            ),
        ],
        before: [
            "please", "hello", "hey", "hi", "um", "uh", "so", "okay", "ok", "and", "well",
            "(can|could|would|will) you [please]", "i would like you to", "i want you to",
            "hey pressel", "hello pressel", "pressel",
        ],
        after: ["please", "now", "thank you", "thanks", "for me", "will you", "pressel"],
        units: [
            (3600, ["hour", "hours", "h"]), (60, ["minute", "minutes", "min"]),
            (1, ["second", "seconds", "sec"]),
        ],
        durations: [
            DurationForm("{number} {unit}"), DurationForm("(a|an) {unit}", 1),
            DurationForm("{number} {unit} and a half", quarters: 2),
            DurationForm("(a|an) {unit} and a half", 1, quarters: 2),
            DurationForm("{number} {unit} and a quarter", quarters: 1),
            DurationForm("(a|an) {unit} and a quarter", 1, quarters: 1),
            DurationForm("{number} and a half {unit}", quarters: 2),
            DurationForm("{number} and a quarter {unit}", quarters: 1),
            DurationForm("{number} and three quarters {unit}", quarters: 3),
            DurationForm("[a] half [a|an] {unit}", quarters: 2),
            DurationForm("[a] quarter [of] [a|an] {unit}", quarters: 1),
            DurationForm("three quarters of (a|an) {unit}", quarters: 3),
            DurationForm("a couple of {unit}", 2),
        ],
        and: "and",
        times: [
            TimeForm("half past {number}", 30), TimeForm("half {number}", 30),
            TimeForm("[a] quarter (past|after) {number}", 15),
            TimeForm("[a] quarter (to|of|before) {number}", -15),
            TimeForm("{other} [minutes|minute] (past|after) {number}", sign: 1),
            TimeForm("{other} [minutes|minute] (to|before) {number}", sign: -1),
            TimeForm("{number} o'clock"), TimeForm("{number}", isBare: true),
            TimeForm("{number} {other}", sign: 1, isBare: true),
            TimeForm("{number} (oh|o) {other}", sign: 1),
            TimeForm("(noon|midday|twelve noon)", hour: 12), TimeForm("midnight", hour: 0),
        ],
        dayParts: [
            (.morning, ["in the morning", "am", "a m", "this morning", "tomorrow morning"]),
            (.afternoon, ["in the (afternoon|evening)", "pm", "p m", "this (afternoon|evening)"]),
            (.night, ["at night", "tonight"]),
        ],
        notInNames: "a an the my timer timers alarm for of to at in and all please")
}
