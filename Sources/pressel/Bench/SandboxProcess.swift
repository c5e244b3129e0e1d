import Glibc
import Linux
import Synchronization

/// A `sandbox` of our own: a stand-in for OpenAI on loopback, with a profile's latencies.
final class SandboxProcess: Sendable {
    /// How long the stand-in takes for each step; the same figures as in its own profiles.
    struct Profile: Sendable {
        let name: String
        /// From the last byte of the recording to the transcript.
        let transcription: Int
        /// From the request to the first token.
        let firstToken: Int
        /// Between one token and the next.
        let token: Int
        /// From the request to the first sound.
        let speech: Int

        static let all = [
            Profile(name: "instant", transcription: 0, firstToken: 0, token: 0, speech: 0),
            Profile(name: "fast", transcription: 150, firstToken: 150, token: 8, speech: 100),
            Profile(name: "typical", transcription: 350, firstToken: 400, token: 15, speech: 250),
            Profile(name: "slow", transcription: 800, firstToken: 900, token: 30, speech: 600),
        ]

        /// What nobody can do without: until the first clause is written, and its sound begins.
        ///
        /// - Parameter tokens: how many show that the first clause is complete.
        func criticalPath(tokens: Int) -> Duration {
            .milliseconds(transcription + firstToken + (tokens - 1) * token + speech)
        }
    }

    let url: String
    private let child: ChildProcess

    static let key = "sandbox-key"

    /// - Parameter faults: as the program takes them.
    init(_ profile: Profile, reply: String, faults: String = "") throws {
        let own = pathOfThisProgram()
        let program = own[..<(own.lastIndex(of: "/") ?? own.startIndex)] + "/sandbox"
        guard access(String(program), X_OK) == 0 else {
            throw CommandFailure(
                "cannot find the stand-in for the cloud, \(program); build it with: swift build -c"
                    + " release --product sandbox")
        }
        child = try ChildProcess(
            String(program),
            [
                "--port", "0", "--profile", profile.name, "--reply", reply, "--transcript",
                "What time is it?", "--key", Self.key, "--fault", faults,
            ])
        var output: [UInt8] = []
        while output.last != UInt8(ascii: "\n") {
            let part = try child.read(atMost: 4096)
            guard !part.isEmpty else {
                throw CommandFailure("the sandbox ended with status \(child.wait())")
            }
            output += part
        }
        let line = String(decoding: output.dropLast(), as: UTF8.self)
        url = String(line.split(separator: " ").last ?? "")
    }

    deinit { child.kill() }

    func end() async {
        child.send(SIGTERM)
        _ = await onThread("sandbox end") { [child] in child.wait() }
    }

    /// The settings of chains that lead here, as JSON members ending in a comma.
    var links: String { links(patience: 15, lastRecognizer: "\"provider\": \"pocketsphinx\"") }

    /// - Parameters:
    ///   - patience: seconds.
    ///   - lastRecognizer: the members of the link behind it.
    func links(patience: Int, lastRecognizer: String) -> String {
        let models = [
            ("speechToText", "gpt-transcribe"), ("languageModel", "gpt-6-luna"),
            ("textToSpeech", "gpt-4o-mini-tts"),
        ]
        return models.map { stage, model in
            "\"\(stage)\": [{\"provider\": \"openai\", \"baseURL\": \"\(url)\","
                + " \"model\": \"\(model)\", \"timeoutSeconds\": \(patience)}"
                + (stage == "speechToText" ? ", {\(lastRecognizer)}" : "") + "], "
        }.joined()
    }
}
