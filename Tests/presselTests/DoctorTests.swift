import Audio
import Glibc
import Linux
import TestSupport
import Testing

/// `pressel doctor` on a device that works, and on one that does not.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DoctorTests {
    private let folder = TemporaryFolder()

    private func examine(_ settings: String, _ options: [String] = []) async throws -> Command {
        let file = folder.file("owner.json", Array(settings.utf8))
        return try await Command(
            ["doctor", "--settings", file, "--state", folder.path + "/state"] + options,
            errors: true)
    }

    @Test("All works: each part says with what, and the microphone hears the speaker")
    func healthy() async throws {
        let card = try testCard(output: .microphone)
        let command = try await examine(
            """
            {"board": "wm8960", "button": {"source": "none"},
             "audio": {"captureDevice": "\(card.device)", "playbackDevice": "\(card.device)"}}
            """, ["--json"])
        #expect(command.status == 0, "\(command.output)")
        #expect(command.output.contains("\"healthy\":true"))
        #expect(command.output.contains("Waveshare WM8960 Audio HAT"))
        for part in ["settings", "state", "microphone", "speaker", "sound", "recognizer", "voice"] {
            // Where tests keep their files need not outlive the power.
            let verdict = part == "state" && isInMemory(folder.path) ? "note" : "works"
            let found = try Regex(
                #""part":"\#(part)",("remedy":"[^"]*",)?"verdict":"\#(verdict)""#)
            #expect(command.output.contains(found), "\(part): \(command.output)")
        }
    }

    @Test("A microphone that does not hear the speaker is told of, and is no failure")
    func deaf() async throws {
        let card = try testCard()
        let command = try await examine(
            """
            {"button": {"source": "none"},
             "audio": {"captureDevice": "\(card.device)", "playbackDevice": "\(card.device)"}}
            """)
        #expect(command.output.contains("the microphone does not hear the speaker"))
    }

    @Test("A file that cannot be read is a failure, and a language that nobody here knows is told")
    func settings() async throws {
        let broken = try await examine("{ \"language\": ")
        #expect(broken.status == 1)
        #expect(broken.output.contains("settings    FAILS cannot read"))
        let german = try await examine(
            #"{"button": {"source": "none"}, "language": "de","#
                + #""textToSpeech": [{"provider": "espeak-ng", "voice": "nobody"}]}"#)
        #expect(german.output.contains("voice       FAILS cannot speak with espeak-ng's voice"))
        #expect(
            german.output.contains(
                "recognizer  note  pocketsphinx knows English only, and the language is \"de\""))
    }

    @Test("What does not work has a reason and a remedy, and the status is 1")
    func broken() async throws {
        let card = try testCard()
        let command = try await examine(
            """
            {"button": {"chip": "no-such-chip"}, "volume": 3,
             "lights": {"kind": "apa102", "device": "/dev/no_such_spi", "count": 3},
             "audio": {"captureDevice": "no_such_device", "playbackDevice": "\(card.device)"}}
            """, ["--aloud"])
        #expect(command.status == 1)
        for words in [
            "settings    FAILS setting volume is unknown",
            "button      FAILS cannot", "light       FAILS cannot",
            "microphone  FAILS cannot open audio device \"no_such_device\"",
            "→ see pressel devices",
        ] {
            #expect(command.output.contains(words), "\(words): \(command.output)")
        }
        // The tone, and then what is wrong, aloud.
        #expect(try card.heard().duration > .seconds(3))
    }
}
