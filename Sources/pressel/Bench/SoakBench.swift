import Audio
import Glibc
import Linux
import Providers
import Voice

/// Many turns, one after the other, as fast as they go: what `pressel run` takes must not grow.
struct SoakBench {
    let turns: Int
    /// What goes wrong with the stand-ins of providers elsewhere, as `sandbox --fault` takes it; nil
    /// for turns that the device's own engines answer.
    let faults: String?
    /// Whether every provider has a place in the chains.
    let isMixed: Bool

    /// Every so many turns it is looked at; what it takes by the first look is its own.
    private static let interval = 500
    /// A card that is faster loses sound while its reader sleeps, which a speaker does not.
    private static let speed = 32
    private static let speakerSpeed = 100
    private static let keys = [
        "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ELEVENLABS_API_KEY", "MICROSOFT_SPEECH_KEY",
    ]
    private static let question = "What time is it?"

    struct Look: Encodable {
        let turns: Int
        /// Of all so far. On a busy machine the card's hurried sound may be lost before it is read.
        let unanswered: Int
        let anonymousKilobytes: Int
        let threads: Int
        let descriptors: Int
    }

    func run(_ tell: @escaping @Sendable (String) -> Void) async throws -> [Look] {
        let card = try SimulatedCard(speed: Self.speed)
        let speaker = try SimulatedCard(speed: Self.speakerSpeed, output: .nobody)
        let voice = Appliance(try Configuration(Options([], flags: [], valued: [])), log: .silent)
            .ownVoice
        let question = try await voice.recording(of: Self.question)
        let model = try SmallModel()
        let local = "\"provider\": \"pocketsphinx\", \"model\": \"\(model.path)\""
        let sandbox = try faults.map { faults in
            try SandboxProcess(
                SandboxProcess.Profile.all[0], reply: "It is four o'clock.", faults: faults)
        }
        for key in Self.keys { setenv(key, SandboxProcess.key, 1) }
        defer { for key in Self.keys { unsetenv(key) } }
        // A toggled button has no gestures to be waited for.
        let service = try Service(
            card, speaker: speaker,
            settings: sandbox.map {
                isMixed
                    ? $0.mixedLinks(lastRecognizer: local)
                    : $0.links(patience: 1, lastRecognizer: local)
            } ?? "\"speechToText\": [{\(local)}],",
            button: "\"mode\": \"toggle\",", logging: "info")
        let looks = try await service.during { service in
            try await ask(question, service, card, tell)
        }
        await sandbox?.end()
        return looks
    }

    /// Holds the turns, and looks at the service now and then.
    private func ask(
        _ question: AudioChunk, _ service: Service, _ card: SimulatedCard,
        _ tell: @escaping @Sendable (String) -> Void
    ) async throws -> [Look] {
        try await service.says("recording from")
        let clock = MonotonicClock()
        let length = question.duration / Self.speed
        var looks: [Look] = []
        var unanswered = 0
        for turn in 1...turns {
            // A turn's sound begins 50 ms after the device's own voice, in our time.
            try await clock.sleep(for: .milliseconds(60))
            try service.write("press\n")
            try await clock.sleep(for: .milliseconds(2))
            try card.speak(question)
            try await clock.sleep(for: length + .milliseconds(15))
            try service.write("press\n")
            // One line tells of the turn's end, whatever it was.
            if try await !service.says("[loop] turn").text.contains(": answered") {
                unanswered += 1
            }
            guard turn.isMultiple(of: Self.interval) || turn == turns else { continue }
            let usage = service.usage
            looks.append(
                Look(
                    turns: turn, unanswered: unanswered,
                    anonymousKilobytes: usage.anonymousMemory / 1024,
                    threads: usage.threads, descriptors: usage.descriptors))
            tell("\(turn) turns, \(usage.anonymousMemory / 1024) kB")
        }
        return looks
    }

    /// As Markdown.
    static func table(_ looks: [Look]) -> String {
        var lines = [
            "| turns | not answered | anonymous memory | threads | descriptors |",
            "|---|---|---|---|---|",
        ]
        for look in looks {
            lines.append(
                "| \(look.turns) | \(look.unanswered) | \(look.anonymousKilobytes) kB | \(look.threads) |"
                    + " \(look.descriptors) |")
        }
        if let first = looks.first, let last = looks.last, looks.count > 1 {
            let growth = last.anonymousKilobytes - first.anonymousKilobytes
            lines.append(
                "\nanonymous memory grew by \(growth) kB after the first \(first.turns) turns;"
                    + " bar: ≤ 1000 kB")
        }
        return lines.joined(separator: "\n")
    }
}

/// PocketSphinx's acoustic model with a vocabulary of a few words, which loads in a fiftieth of the
/// time. Lives in a folder that goes with it.
private final class SmallModel {
    let path: String
    private static let words = ["what", "time", "is", "it"]
    private static let names = ["en-us.lm.bin", "cmudict-en-us.dict", "en-us"]

    init() throws {
        let whole = PocketSphinx.defaultModel
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        path = "\(parent)/pressel-model-\(getpid())"
        guard mkdir(path, 0o700) == 0 else {
            throw SystemError("make the folder", path, code: errno)
        }
        guard symlink("\(whole)/en-us", "\(path)/en-us") == 0 else {
            throw SystemError("link to the model in", path, code: errno)
        }
        let dictionary = String(
            decoding: try readFile("\(whole)/cmudict-en-us.dict", atMost: 1 << 24),
            as: UTF8.self)
        let lines = dictionary.split(separator: "\n").filter { line in
            Self.words.contains { line.hasPrefix("\($0) ") }
        }
        try writeFile(
            lines.joined(separator: "\n") + "\n", to: "\(path)/cmudict-en-us.dict")
        try writeFile(Self.languageModel, to: "\(path)/en-us.lm.bin")
    }

    /// In the ARPA format: each word follows any, all as likely.
    private static var languageModel: String {
        let entries = (words + ["<s>", "</s>"]).map { "-0.7782 \($0)" }
        return "\\data\\\nngram 1=\(entries.count)\n\n\\1-grams:\n"
            + entries.joined(separator: "\n") + "\n\n\\end\\\n"
    }

    deinit {
        for name in Self.names { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
