/// What `--help` prints.
enum Usage {
    /// Of one command; nil if there is none of that name.
    static func text(of command: String) -> String? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = lines.firstIndex { line in
            let words = line.split(separator: " ")
            return words.first == "pressel" && words.dropFirst().first ?? "" == command
        }
        guard let start else { return nil }
        let rest = lines[(start + 1)...]
        let end = rest.firstIndex { !$0.hasPrefix(" ") } ?? lines.endIndex
        let common = lines.firstIndex { $0.hasPrefix("All but --help") } ?? lines.endIndex
        return (lines[start..<end] + [""] + lines[common...]).joined(separator: "\n")
    }

    static let text = """
        Pressel: press, ask, hear the answer.

        pressel run [--settings FILE] [--state DIR]
            The service: waits for the button, listens, answers. Ends on SIGTERM.
        pressel demo [--out FILE]
            Shows one turn from press to answer, and leaves the answer in answer.wav or FILE. Needs
            neither a sound card nor a button; with a sound card, on a terminal, you ask instead,
            and hear the answers.
        pressel ask [--wav FILE | --text TEXT] [--out FILE] [--json]
            Answers a recording (WAV, FLAC, Ogg, MP3), a text, or what you say to the microphone,
            aloud, or into FILE as say does.
        pressel say TEXT [--out FILE]
            Speaks TEXT, or writes the speech to FILE: WAV, or MP3 if its name ends in .mp3.
        pressel devices [--json]
            Lists the sound cards: what each can do, whether it can be used now, and which the
            settings name; and the GPIO chips and input devices that a button could hang on.
        pressel doctor [--json] [--aloud]
            Tries every part, with a tone from the speaker to the microphone, and says for each
            whether it works, why not, and what mends it; --aloud says so through the speaker.
        pressel backup FILE
            Puts what the device remembers and the page's settings into FILE, also while it runs.
            Secrets are not in it; what was said is.
        pressel restore FILE
            Puts all of that back, in the place of what is there. The service must be stopped.
        pressel reset-password
            Clears the password of the page and logs everybody out, also while the service runs;
            the page can then be claimed anew at the device.
        pressel bench [--engine local|sandbox] [--profile P] [--providers] [--recognition]
                      [--soak TURNS [--fault RULES]] [--writes MINUTES] [--json]
            Measures the device's own delays, memory and idle load (local, some two minutes), and
            how much later than its providers allow an answer starts (sandbox, some fifteen): with
            providers of known latency, instant, fast, typical or slow.
            With --recognition instead: what the recognizer on the device understands of spoken
            commands, and whether it takes other sentences for commands. Takes ten minutes.
            With --providers instead: a row for each family of providers. With --soak instead:
            whether it grows over so many turns, of providers elsewhere and their faults too.
            With --writes instead: how many bytes it has the disk of --state write, over so many
            minutes of rest and for a turn.
        pressel --help
        pressel --version

        All but --help and --version take --settings and --state.
        Settings: /etc/pressel/settings.json, overlaid by STATE/settings.json.
        Environment: PRESSEL_STATE the state folder; keys to providers by the names of their own
        programs, OPENAI_API_KEY, ANTHROPIC_API_KEY, ELEVENLABS_API_KEY, MICROSOFT_SPEECH_KEY with
        MICROSOFT_REGION, AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY; OPENAI_BASE_URL,
        ANTHROPIC_BASE_URL and ELEVENLABS_BASE_URL likewise; PROXY_API_KEY what callers of the API
        must have; PRESSEL_LOG=debug tells more, including what was said; ALSA_CONFIG_PATH is
        ALSA's own.
        Exit status: 0 done; 1 failed, with one line saying why; 2 wrong usage.
        """
}
