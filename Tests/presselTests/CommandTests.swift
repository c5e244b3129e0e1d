import Codec
import Linux
import TestSupport
import Testing
import Voice

@Suite(.timeLimit(.minutes(10)))
struct CommandTests {
    private let folder = TemporaryFolder()

    static let misuses: [(arguments: [String], complaint: String)] = [
        ([], "no command given"), (["sing"], "\"sing\" is no command"),
        (["run", "now"], "run does not take \"now\""), (["run", "--loud"], "--loud is no option"),
        (["say"], "say needs a text"), (["say", "a", "b"], "say does not take \"b\""),
        (["ask", "--wav"], "--wav needs a value"),
        (["ask", "--wav", "a", "--text", "b"], "ask takes either --wav or --text"),
        (["bench", "--engine", "steam"], "--engine is \"steam\""),
        (["bench", "--profile", "moon"], "--profile is \"moon\""),
        (
            ["bench", "--engine", "local", "--profile", "typical"],
            "--profile is for --engine sandbox"
        ),
        (["backup"], "backup needs a file"),
        (["restore", "a", "b"], "restore does not take \"b\""),
    ]

    @Test("Wrong usage is status 2 and one line", arguments: misuses)
    func misuse(arguments: [String], complaint: String) async throws {
        let command = try await Command(arguments, errors: true)
        #expect(command.status == 2)
        #expect(command.output.hasPrefix("pressel: \(complaint)"))
        #expect(command.output.split(separator: "\n").count == 1)
    }

    @Test("Help and version are printed")
    func help() async throws {
        #expect(try await Command(["--help"]).output.contains("pressel run [--settings FILE]"))
        #expect(try await Command(["--version"]).output.hasPrefix("pressel "))
        let asked = try await Command(["backup", "--help"])
        #expect(asked.status == 0 && asked.output.hasPrefix("pressel backup FILE"))
        #expect(asked.output.contains("Exit status:") && !asked.output.contains("pressel restore"))
        #expect(try await Command(["sing", "--help"]).output.contains("pressel run [--settings"))
    }

    @Test("A text is answered, as one JSON object")
    func text() async throws {
        let answer = folder.path + "/answer.wav"
        let command = try await Command([
            "ask", "--text", "What can you do?", "--out", answer, "--json",
        ])
        #expect(command.status == 0)
        #expect(command.output.contains("\"outcome\":\"answered\""))
        #expect(command.output.contains("\"transcript\":\"What can you do?\""))
        #expect(command.output.contains("\"languageModel\":\"skills\""))
        #expect(command.output.contains("{\"milliseconds\":0,\"step\":\"pressed\"}"))
        let sound = try AudioFile.read(answer, atMost: .seconds(60)).sound
        #expect(sound.duration > .seconds(2))
    }

    // Thirteen recognizers at once would take 1.7 GB, and longer than each may.
    @Test(
        "A person's recording is transcribed, and answered honestly", .serialized,
        arguments: People.recordings)
    func recording(name: String, words: String) async throws {
        let path = folder.path + "/question.wav"
        try AudioFile.write(try People.sound(name), to: path)
        let command = try await Command([
            "ask", "--wav", path, "--out", folder.path + "/answer.wav", "--json",
        ])
        #expect(command.status == 0)
        #expect(command.output.contains("\"reply\":\"I can't reach "), "\(command.output)")
        #expect(command.output.contains("\"speechToText\":\"pocketsphinx\""))
        if name == "goforward.raw" {
            #expect(command.output.contains("\"transcript\":\"\(words)\""))
        }
    }

    @Test("A recording in which nothing is said is told so")
    func nothing() async throws {
        let path = folder.path + "/quiet.wav"
        try AudioFile.write(TestSound.noise(lasting: .seconds(2), amplitude: 0.001), to: path)
        let command = try await Command(["ask", "--wav", path, "--json"])
        #expect(command.status == 0)
        #expect(command.output.contains("\"outcome\":\"nothingHeard\""))
    }

    @Test("What cannot be done is status 1 and one line that says why")
    func failures() async throws {
        let settings = folder.file(
            "model.json",
            Array(#"{"speechToText":[{"provider":"pocketsphinx","model":"/no"}]}"#.utf8))
        let question = folder.path + "/question.wav"
        try AudioFile.write(try People.sound("goforward.raw"), to: question)
        let out = folder.path + "/answer.wav"
        let cases: [(arguments: [String], line: String)] = [
            (["ask", "--wav", "/no/such.wav"], "cannot read /no/such.wav: "),
            (
                ["say", "hello", "--out", "/no/such/folder.wav"],
                "cannot write /no/such/folder.wav: "
            ),
            (
                ["ask", "--text", "hello", "--out", "/no/such/folder.mp3"],
                "cannot write /no/such/folder.mp3: No such file or directory; name another file"
            ),
            (
                ["demo", "--out", folder.path + "/answer.ogg"],
                "cannot write \(folder.path)/answer.ogg: only WAV and MP3 are written; let its"
            ),
            (["run", "--settings", "/no/such.json"], "cannot read the settings /no/such.json: "),
            (
                ["backup", out, "--state", "/no/such"],
                "cannot back up /no/such: there is no such folder; name the state folder with"
            ),
            (
                ["restore", "/no/such", "--state", folder.path],
                "cannot read /no/such: No such file or directory; nothing was changed"
            ),
            (
                ["restore", question, "--state", folder.path],
                "cannot use \(question): it is no backup of Pressel; nothing was changed, take"
            ),
            (
                ["ask", "--wav", question, "--settings", settings, "--out", out],
                "cannot use pocketsphinx: no model in /no; install the package pocketsphinx-en-us"
            ),
        ]
        for example in cases {
            let command = try await Command(example.arguments, errors: true)
            #expect(command.status == 1)
            let lines = command.output.split(separator: "\n")
            #expect(lines.last?.hasPrefix("pressel: \(example.line)") == true, "\(command.output)")
        }
        // It said aloud what was the matter all the same.
        #expect(try AudioFile.read(out, atMost: .seconds(60)).sound.duration > .seconds(1))
    }

    @Test("What is said may be left as WAV or MP3, by the file's name")
    func spoken() async throws {
        for ending in ["wav", "mp3"] {
            let out = folder.path + "/said." + ending
            #expect(try await Command(["say", "Good morning.", "--out", out]).status == 0)
            let sound = try AudioFile.read(out, atMost: .seconds(60)).sound
            #expect(sound.duration > .milliseconds(500) && Level.decibels(of: sound.samples) > -40)
            let beginning = try readFile(out, atMost: 1_000_000).prefix(4)
            #expect((Array(beginning) == Array("RIFF".utf8)) == (ending == "wav"))
        }
    }

    @Test("A question may be an MP3 file, whatever it is called")
    func mp3() async throws {
        let question = try People.sound("goforward.raw")
        let encoder = MP3Encoder(format: .speech)
        let path = folder.file("question.wav", encoder.encode(question) + encoder.finish())
        let command = try await Command([
            "ask", "--wav", path, "--out", folder.path + "/answer.wav", "--json",
        ])
        #expect(command.status == 0)
        #expect(command.output.contains("\"transcript\":\"go forward ten meters\""))
    }

    @Test("Devices: what the settings name is looked at, as text and as one JSON object")
    func devices() async throws {
        let card = try testCard()
        let settings = folder.file(
            "owner.json",
            Array(
                #"{"audio": {"captureDevice": "\#(card.device)", "playbackDevice": "no_such"}}"#
                    .utf8))
        let text = try await Command(["devices", "--settings", settings])
        #expect(text.status == 0)
        #expect(text.output.contains("Sound cards:"))
        #expect(text.output.contains("\(card.device)\": works, 16000 Hz"), "\(text.output)")
        #expect(text.output.contains("\"no_such\": does not work: No such file"))
        let json = try await Command(["devices", "--json", "--settings", settings])
        #expect(json.status == 0)
        #expect(json.output.hasPrefix("{\"audio\":{\"captureDevice\":{\"device\":\""))
        #expect(json.output.contains("\"state\":\"free\""))
        #expect(json.output.split(separator: "\n").count == 1)
    }

    @Test("The demonstration asks, is answered, and leaves what was heard")
    func demo() async throws {
        let answer = folder.path + "/answer.wav"
        let command = try await Command(["demo", "--out", answer], errors: true)
        #expect(command.status == 0, "\(command.output)")
        #expect(command.output.contains("heard:  "))
        #expect(command.output.contains("reply:  It is "))
        #expect(command.output.contains("firstPlayed"))
        #expect(command.output.contains("The answer is in \(answer)"))
        #expect(try AudioFile.read(answer, atMost: .seconds(60)).sound.duration > .seconds(2))
    }
}
