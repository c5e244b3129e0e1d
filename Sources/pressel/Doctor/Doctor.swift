import Audio
import Glibc
import Linux
import Panel
import Providers
import Store
import Voice
import VoiceLoop

/// Looks at every part a turn needs, by using it.
struct Doctor {
    let configuration: Configuration
    let appliance: Appliance

    /// Takes some five seconds, and a tone is heard. Opens every device for itself.
    func examine() async -> [Finding] {
        let microphone = appliance.microphone()
        let speaker = appliance.speaker()
        let panel = [await buttonFinding(), await lightFinding()]
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await microphone.run() }
            group.addTask { await speaker.run() }
            defer { group.cancelAll() }
            return await examine(microphone, speaker, panel: panel)
        }
    }

    /// The same on a device that runs, whose button and light are in use.
    func examine(
        _ microphone: any Microphone, _ speaker: any Speaker, panel: [Finding] = []
    ) async -> [Finding] {
        let audio = configuration.settings.audio
        var findings = settingsFindings + [stateFinding] + panel
        let test = SoundTest(microphone: microphone, speaker: speaker, clock: appliance.clock)
        findings += await test.run().findings(
            capture: audio.captureDevice, playback: audio.playbackDevice)
        findings.append(recognizerFinding)
        findings.append(await voiceFinding())
        findings += await chosenVoiceFindings()
        findings += [clockFinding, networkFinding]
        // Whoever is on the device was looked at above.
        let services = Service.all(
            of: appliance.parts(microphone: microphone, speaker: speaker)
        ).filter { $0.examined != nil }
        findings += await Self.findings(services)
        if let archive = await archiveFinding() { findings.append(archive) }
        return findings
    }

    private var settingsFindings: [Finding] {
        let wrong = configuration.complaints.map { complaint in
            let file = configuration.files.file(setting: complaint.key)
            return Finding.fails(
                .settings, "\(complaint)", "change it in \(file), or take it out")
        }
        let broken = configuration.problems.map {
            Finding.fails(.settings, $0, "mend the file; until then defaults hold")
        }
        let notes = configuration.secrets.notes.map { Finding.note(.settings, $0) }
        let found = wrong + broken + notes
        let board = configuration.settings.knownBoard
        return (found.isEmpty ? [.works(.settings, "all are understood")] : found)
            + [.works(.settings, "the board is \"\(board.name)\": \(board.title)")]
    }

    private var stateFinding: Finding {
        do {
            try configuration.state.prepare()
            if let problem = MemoryHealth(configuration.state).problem {
                return .note(.state, problem, "name a folder on a disk with --state")
            }
            return .works(.state, "\(configuration.state.path) can be written")
        } catch {
            return .fails(.state, "\(error)", "make it writable for this user")
        }
    }

    private func buttonFinding() async -> Finding {
        switch configuration.settings.button.source {
        case .keyboard: return .note(.button, "standard input, as button.source says")
        case .none: return .note(.button, "none, as button.source says")
        case .gpio, .input: break
        }
        guard let button = appliance.button() else {
            return .fails(
                .button, "button.source is \"input\", but button.device names none",
                "set button.device to one of /dev/input/by-id")
        }
        do throws(PanelError) {
            return try await button.probe()
                ? .note(
                    .button, "\(button.name) is down now",
                    "if nobody holds it, look at its wiring and at button.activeLow")
                : .works(.button, "\(button.name) is there and up")
        } catch {
            return .fails(
                .button, "cannot \(error.operation) \(error.object): \(error.reason)",
                error.advice ?? "look at its wiring and at the settings button.*")
        }
    }

    private func lightFinding() async -> Finding {
        guard let light = appliance.lights() else {
            return .note(.light, "none, as lights.kind says")
        }
        do throws(PanelError) {
            try await light.probe()
            return .works(.light, "\(light.name) is there")
        } catch {
            return .fails(
                .light, "cannot \(error.operation) \(error.object): \(error.reason)",
                error.advice ?? "look at its wiring and at the settings lights.*")
        }
    }

    private var recognizerFinding: Finding {
        let model = PocketSphinx.defaultModel
        guard access(model, R_OK) == 0 else {
            return .fails(
                .recognizer, "pocketsphinx has no model in \(model)",
                "apt install pocketsphinx-en-us")
        }
        let language = configuration.settings.language
        return PocketSphinx.knows(language)
            ? .works(.recognizer, "pocketsphinx has its model in \(model)")
            : .note(
                .recognizer, "pocketsphinx knows English only, and the language is \"\(language)\"",
                "what is said is understood by a service elsewhere; set a key to one, or a server of"
                    + " your own in speechToText")
    }

    private func voiceFinding() async -> Finding {
        do {
            let sound = try await appliance.ownVoice.recording(of: "One.")
            return sound.isEmpty
                ? .fails(.voice, "espeak-ng said nothing", "apt install --reinstall espeak-ng")
                : .works(.voice, "espeak-ng speaks")
        } catch {
            return .fails(.voice, "\(error)", "apt install espeak-ng")
        }
    }

    /// A voice of espeak-ng that the settings name and that it has not got: another one speaks.
    private func chosenVoiceFindings() async -> [Finding] {
        var findings: [Finding] = []
        for link in configuration.settings.textToSpeech ?? [] where link.provider == "espeak-ng" {
            guard let voice = link.voice else { continue }
            do {
                _ = try await ESpeak(voice: voice).recording(of: "One.")
            } catch {
                findings.append(
                    .fails(
                        .voice, "cannot speak with espeak-ng's voice \"\(voice)\": \(error)",
                        "set textToSpeech[].voice to one that espeak-ng --voices lists"))
            }
        }
        return findings
    }

    private var clockFinding: Finding {
        guard let now = appliance.time else {
            return .note(
                .clock, "the clock was never set, so no time can be told",
                "connect to a network, or set it: timedatectl set-time \"YYYY-MM-DD HH:MM\"")
        }
        let minute = now.minute < 10 ? "0\(now.minute)" : "\(now.minute)"
        let zone = configuration.settings.timeZone.map { " in \($0)" } ?? ""
        return .works(
            .clock, "it is \(now.hour):\(minute) on \(now.year)-\(now.month)-\(now.day)\(zone)")
    }

    private var networkFinding: Finding {
        RoutingTable().isConnected
            ? .works(.network, "there is a route to the world")
            : .note(
                .network, "there is no route to the world: the device answers by itself only",
                "plug in a cable, or set up Wi-Fi: nmtui")
    }
}
