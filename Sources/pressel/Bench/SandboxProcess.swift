import Glibc
import Store
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

    /// Of OpenAI's stand-in, its version included.
    let url: String
    private let wyomingURL: String
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
                "--wyoming-port", "0",
            ])
        var output: [UInt8] = []
        while output.count(where: { $0 == UInt8(ascii: "\n") }) < 2 {
            let part = try child.read(atMost: 4096)
            guard !part.isEmpty else {
                throw CommandFailure("the sandbox ended with status \(child.wait())")
            }
            output += part
        }
        // Each ends in an address.
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
        let addresses = lines.map { String($0.split(separator: " ").last ?? "") }
        url = addresses[0]
        wyomingURL = addresses[1]
    }

    deinit { child.kill() }

    func end() async {
        child.send(SIGTERM)
        _ = await onThread("sandbox end") { [child] in child.wait() }
    }

    /// A link that leads to a provider's stand-in.
    ///
    /// - Parameter name: the provider's; `http` behind it for its other transport.
    func link(_ name: String, model: String? = nil) -> Settings.Link {
        let words = name.split(separator: " ").map(String.init)
        var link = Settings.Link(provider: words[0])
        link.model = model
        switch words[0] {
        case "openai", "openai-realtime": link.baseURL = url
        case "wyoming": link.baseURL = wyomingURL
        default: link.baseURL = String(url.dropLast("/v1".count))
        }
        if words.last == "http" { link.transport = .http }
        return link
    }

    /// The settings of chains in which every provider has a place, as JSON members ending in a
    /// comma: whoever meets a fault makes way for the next.
    ///
    /// - Parameter lastRecognizer: as in `links`.
    func mixedLinks(lastRecognizer: String) -> String {
        func chain(_ stage: String, _ names: [String], _ last: String? = nil) -> String {
            let links = names.map { name in
                "{\"provider\": \"\(name)\", \"baseURL\": \"\(link(name).baseURL ?? "")\","
                    + " \"timeoutSeconds\": 1}"
            }
            let all = links + [last.map { "{\($0)}" }].compactMap { $0 }
            return "\"\(stage)\": [\(all.joined(separator: ", "))], "
        }
        return chain(
            "speechToText", ["openai-realtime", "azure", "wyoming", "openai"], lastRecognizer)
            + chain("languageModel", ["anthropic", "openai"])
            + chain(
                "textToSpeech",
                ["elevenlabs", "openai-realtime", "azure", "wyoming", "google-translate", "openai"])
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
