import Audio
import Glibc
import Linux
import Providers
import Store
import Voice
import VoiceLoop

/// How much later than the providers allow an answer starts: turns of push-to-talk through the real
/// loop on a simulated card in real time, against stand-ins whose latencies are known.
struct SandboxBench {
    private let configuration: Configuration
    private let profiles: [SandboxProcess.Profile]
    private let clock = MonotonicClock()

    /// Replies, and how many tokens (words, and marks by themselves) show that the first clause is
    /// over: a comma does so itself, a full stop only by what stands behind it.
    private static let replies = [
        (
            kind: "clause", tokens: 4,
            text: "In this room, it is four in the afternoon. The sun will set in an hour."
        ),
        (
            kind: "sentence", tokens: 8,
            text: "It is four in the afternoon. The sun will set in an hour."
        ),
    ]
    private static let question = "What time is it?"
    private static let turns = 20
    private static let turnsAfterIdle = 5
    private static let idle = Duration.seconds(60)
    private static let sequentialTurns = 5
    /// Speech has been over for so long when the button is let go.
    private static let pause = Duration.milliseconds(400)

    /// - Parameter profile: the only one to be measured; nil for all that have a bar.
    init(_ configuration: Configuration, profile: SandboxProcess.Profile?) {
        self.configuration = configuration
        profiles =
            profile.map { [$0] }
            ?? SandboxProcess.Profile.all.filter { ["instant", "typical"].contains($0.name) }
    }

    func run(_ tell: @escaping @Sendable (String) -> Void) async throws -> [Measurement] {
        var rows: [Measurement] = []
        for profile in profiles {
            for reply in Self.replies {
                let sandbox = try SandboxProcess(profile, reply: reply.text)
                let path = profile.criticalPath(tokens: reply.tokens)
                let name =
                    "release → first sample, over the critical path of"
                    + " \(Int(path.inMilliseconds)) ms: \(profile.name), by \(reply.kind)"
                let warm = try await delays(sandbox, path, after: .milliseconds(500), Self.turns) {
                    tell("\(profile.name), by \(reply.kind): turn \($0) of \(Self.turns)")
                }
                rows.append(
                    Measurement(
                        name: name, unit: "ms", values: warm,
                        bar: profile.name == "instant"
                            ? "median ≤ 15 ms"
                            : "median ≤ 10 ms, p95 ≤ 30 ms"))
                if profile.name == "typical", reply.kind == "clause" {
                    let count = Self.turnsAfterIdle
                    let idle = try await delays(sandbox, path, after: Self.idle, count) {
                        tell("after 60 s idle: turn \($0) of \(count)")
                    }
                    rows.append(
                        Measurement(
                            name: "the same after 60 s idle", unit: "ms", values: idle,
                            bar: "median ≤ 10 ms, p95 ≤ 30 ms"))
                    tell("one step after the other")
                    rows.append(
                        Measurement(
                            name: "the same, one step after the other on new connections",
                            unit: "ms", values: try await sequential(sandbox, path)))
                }
                await sandbox.end()
            }
        }
        return rows + (try await uplink(tell)) + (try await resources(tell))
    }

    /// Who is measured beside OpenAI over HTTP: one stage of a turn is theirs.
    private static let others: [(role: String, mix: Mix)] = [
        ("OpenAI over HTTP", Mix()),
        ("heard by openai-realtime", Mix(hears: "openai-realtime")),
        ("heard by azure", Mix(hears: "azure")), ("heard by wyoming", Mix(hears: "wyoming")),
        ("thought of by anthropic", Mix(thinks: "anthropic")),
        ("spoken by openai-realtime", Mix(speaks: "openai-realtime")),
        ("spoken by elevenlabs, WebSocket", Mix(speaks: "elevenlabs")),
        ("spoken by elevenlabs, HTTP", Mix(speaks: "elevenlabs http")),
        ("spoken by azure", Mix(speaks: "azure")),
        ("spoken by google-translate", Mix(speaks: "google-translate")),
        ("spoken by wyoming", Mix(speaks: "wyoming")),
    ]
    private static let turnsOfOthers = 10

    /// A row for each family of providers, with the *typical* latencies.
    func families(_ tell: @escaping @Sendable (String) -> Void) async throws -> [Measurement] {
        let typical = SandboxProcess.Profile.all.first { $0.name == "typical" }!
        let path = typical.criticalPath(tokens: 4)
        var rows: [Measurement] = []
        for (role, mix) in Self.others {
            let sandbox = try SandboxProcess(typical, reply: "In this room, it is four.")
            let count = Self.turnsOfOthers
            let delays = try await delays(sandbox, path, after: .milliseconds(500), count, mix) {
                tell("\(role): turn \($0) of \(count)")
            }
            await sandbox.end()
            rows.append(
                Measurement(
                    name: "release → first sample, over \(Int(path.inMilliseconds)) ms: \(role)",
                    unit: "ms", values: delays, bar: "median ≤ 10 ms, p95 ≤ 30 ms"))
        }
        return rows
    }

    /// Who has which stage of a turn.
    struct Mix {
        var hears = "openai"
        var thinks = "openai"
        var speaks = "openai"
    }

    /// Over a slow line up, from the release to the transcript, for a short question and a long
    /// one: what was sent while it was spoken is not sent after it.
    private func uplink(_ tell: @escaping @Sendable (String) -> Void) async throws -> [Measurement]
    {
        let slow = SandboxProcess.Profile.all.first { $0.name == "slow" }!
        let sandbox = try SandboxProcess(slow, reply: "Yes.")
        var rows: [Measurement] = []
        for repeats in [1, 8] {
            let card = try SimulatedCard()
            let appliance = appliance(sandbox, on: card)
            let words = try await appliance.ownVoice.recording(of: Self.question)
            let question = AudioChunk(
                (0..<repeats).flatMap { _ in words.samples }, format: words.format)
            let seconds = Int((question.duration.inMilliseconds / 1000).rounded())
            var delays: [Double] = []
            try await DeviceSession.run(appliance) { session in
                var reports = session.reports.makeAsyncIterator()
                for number in 1...3 {
                    tell("2 Mbit/s up, \(seconds) s of speech: turn \(number) of 3")
                    try await clock.sleep(for: .milliseconds(500))
                    let report = try await turn(session, card, question, &reports)
                    let delay = report?.timeline.duration(from: .released, to: .transcript)
                    guard let delay else { throw CommandFailure("there was no transcript") }
                    delays.append((delay - .milliseconds(slow.transcription)).inMilliseconds)
                }
            }
            rows.append(
                Measurement(
                    name: "release → transcript, beyond the provider's \(slow.transcription) ms,"
                        + " over 2 Mbit/s up: \(seconds) s of speech", unit: "ms", values: delays))
        }
        await sandbox.end()
        return rows
    }

    /// Holds the button while `question` is spoken, and waits for the end of the turn.
    private func turn(
        _ session: DeviceSession, _ card: SimulatedCard, _ question: AudioChunk,
        _ reports: inout AsyncStream<TurnReport>.Iterator
    ) async throws -> TurnReport? {
        session.conversation.button(.pressed(at: .now))
        try await clock.sleep(for: Self.pause)
        try card.speak(question)
        try await clock.sleep(for: question.duration + Self.pause)
        session.conversation.button(.released(at: .now))
        return await reports.next()
    }

    /// The settings of this benchmark's device.
    private func appliance(
        _ sandbox: SandboxProcess, on card: SimulatedCard, _ mix: Mix = Mix()
    ) -> Appliance {
        var configuration = configuration.on(card)
        func link(_ name: String, _ model: String) -> [Settings.Link] {
            // Others choose theirs from their own lists.
            [sandbox.link(name, model: name == "openai" ? model : nil)]
        }
        configuration.settings.speechToText = link(mix.hears, "gpt-transcribe")
        configuration.settings.languageModel = link(mix.thinks, "gpt-6-luna")
        configuration.settings.textToSpeech = link(mix.speaks, "gpt-4o-mini-tts")
        configuration.secrets = Secrets(
            environment: { $0.hasSuffix("_KEY") ? SandboxProcess.key : nil },
            state: StateFolder(path: "/nonexistent"))
        return Appliance(configuration, log: LogWriter.log().onlyProblems)
    }

    /// From the release to the first sample of the answer, beyond `path`, in milliseconds.
    private func delays(
        _ sandbox: SandboxProcess, _ path: Duration, after rest: Duration, _ turns: Int,
        _ mix: Mix = Mix(), _ tell: (Int) -> Void
    ) async throws -> [Double] {
        let card = try SimulatedCard()
        let appliance = appliance(sandbox, on: card, mix)
        let speaks = String(mix.speaks.prefix { $0 != " " })
        let question = try await appliance.ownVoice.recording(of: Self.question)
        var delays: [Double] = []
        try await DeviceSession.run(appliance) { session in
            var reports = session.reports.makeAsyncIterator()
            // The first turn of a program finds nothing warm, as the first after a start does.
            for number in 0...turns {
                if number > 0 {
                    tell(number)
                    try await clock.sleep(for: rest)
                }
                guard let report = try await turn(session, card, question, &reports),
                    report.outcome == .answered, report.providers["textToSpeech"] == speaks,
                    let delay = report.timeline.duration(from: .released, to: .firstPlayed)
                else { throw CommandFailure("turn \(number) was not answered by the sandbox") }
                if number > 0 { delays.append((delay - path).inMilliseconds) }
            }
        }
        return delays
    }

    /// What a program does that waits for each step to end before it begins the next, with a
    /// connection of its own each time, as scripts do.
    private func sequential(_ sandbox: SandboxProcess, _ path: Duration) async throws -> [Double] {
        let question = try await Appliance(configuration, log: .silent).ownVoice
            .recording(of: Self.question)
        var delays: [Double] = []
        for _ in 0..<Self.sequentialTurns {
            func server() -> HTTPService {
                HTTPService.openAI(
                    baseURL: sandbox.url, key: SandboxProcess.key, client: HTTPClient(),
                    clock: clock,
                    log: .silent)
            }
            let released = Moment.now
            let recording = AudioStream { stream in
                stream.yield(question)
                stream.finish()
            }
            let words = try await OpenAITranscription(
                server(), model: ModelChoice("gpt-transcribe"), language: "en", upload: .whole
            ).transcript(of: recording)
            var reply = ""
            let model = OpenAIChat(server(), model: ModelChoice("gpt-6-luna"), tools: nil)
            for try await piece in try await model.reply(to: Prompt(question: words)) {
                reply += piece
            }
            var frames = 0
            let voice = OpenAISpeech(server(), model: ModelChoice("gpt-4o-mini-tts"))
            for try await chunk in try await voice.speech(for: reply) { frames += chunk.frames }
            guard frames > 0 else { throw CommandFailure("the sandbox made no sound") }
            delays.append((Moment.now - released - path).inMilliseconds)
        }
        return delays
    }

    /// What a service takes whose providers are elsewhere.
    private func resources(_ tell: @escaping @Sendable (String) -> Void) async throws
        -> [Measurement]
    {
        let turns = 10
        let sandbox = try SandboxProcess(profiles[0], reply: Self.replies[0].text)
        let card = try SimulatedCard()
        let question = try await Appliance(configuration, log: .silent).ownVoice
            .recording(of: Self.question)
        setenv("OPENAI_API_KEY", SandboxProcess.key, 1)
        defer { unsetenv("OPENAI_API_KEY") }
        let (share, idle) = try await Service(card, settings: sandbox.links, logging: "info").during
        { service in
            try await service.says("recording from")
            let before = service.usage.processorTime
            for number in 1...turns {
                tell("processor time: turn \(number) of \(turns)")
                try service.write("press\n")
                try await clock.sleep(for: Self.pause)
                try card.speak(question)
                try await clock.sleep(for: question.duration + Self.pause)
                try service.write("release\n")
                let end = try await service.says("[loop] turn").text
                guard end.contains(": answered") else {
                    throw CommandFailure("no answer to measure: \(end)")
                }
                try await clock.sleep(for: .milliseconds(300))
            }
            let time = service.usage.processorTime - before
            tell("memory: 60 s of rest")
            try await clock.sleep(for: Self.idle)
            return (time.inMilliseconds / Double(turns), service.usage.proportionalMemory)
        }
        await sandbox.end()
        return [
            Measurement(
                name: "processor time of a turn with providers elsewhere", unit: "ms",
                values: [share]),
            Measurement(
                name: "memory (PSS), 60 s after the last of them", unit: "MB",
                values: [Double(idle) / 1_000_000], bar: "≤ 25 MB"),
        ]
    }
}
