import Audio
import Codec
import Glibc
import Linux
import Panel
import Providers
import Store
import Voice
import VoiceLoop

/// `pressel demo [--out FILE]`
struct DemoCommand {
    private let out: String
    private let configuration: Configuration

    private static let question = "What time is it?"
    /// A person waits a moment between pressing and speaking, and between speaking and letting go.
    private static let pause = Duration.milliseconds(400)

    init(_ arguments: [String]) throws {
        let options = try Options(command: arguments, valued: ["out"] + Configuration.options)
        out = options["out"] ?? "answer.wav"
        configuration = try Configuration(options)
    }

    func run() async throws -> Int32 {
        let isTerminal = isatty(STDIN_FILENO) == 1
        return isTerminal && hasSoundCard ? try await live() : try await simulated()
    }

    private var hasSoundCard: Bool {
        let audio = configuration.settings.audio
        return ALSADevices.canCapture(audio.captureDevice)
            && ALSADevices.canPlay(audio.playbackDevice)
    }

    // MARK: - Without hardware

    private func simulated() async throws -> Int32 {
        print("No sound card and terminal here, so one is simulated; everything else is real.")
        let card = try SimulatedCard()
        setenv("ALSA_CONFIG_PATH", card.configurationPath, 1)
        var configuration = configuration
        configuration.settings.audio.captureDevice = SimulatedCard.name
        configuration.settings.audio.playbackDevice = SimulatedCard.name
        let appliance = Appliance(configuration, log: LogWriter.log().onlyProblems)
        let question = try await spoken(Self.question, by: appliance.ownVoice)
        print("espeak-ng says into the microphone: \"\(Self.question)\"")

        let report = try await withSession(appliance) { session in
            // The microphone has been open for a while when somebody presses.
            try await appliance.clock.sleep(for: .milliseconds(500))
            session.conversation.button(.pressed(at: .now))
            try await appliance.clock.sleep(for: Self.pause)
            try card.speak(question)
            try await appliance.clock.sleep(for: question.duration + Self.pause)
            session.conversation.button(.released(at: .now))
            return await session.reports.first { _ in true }!
        }
        show(report)
        guard report.outcome == .answered else {
            throw CommandFailure("the demonstration ended \(report.outcome.rawValue)"
                + (report.failure.map { ": \($0)" } ?? ""))
        }
        try AudioFile.write(try card.heard(), to: out)
        print("The answer is in \(absolute(out))")
        return 0
    }

    /// The question in the microphone's format.
    private func spoken(_ text: String, by voice: any SpeechSynthesizer) async throws -> AudioChunk {
        let speaker = RecordingSpeaker()
        let playback = speaker.begin()
        for try await chunk in try await voice.speech(for: text) {
            _ = try await playback.play(chunk)
        }
        return Resampler.convert(speaker.sound!, to: .speech)
    }

    // MARK: - With a sound card and a person

    private func live() async throws -> Int32 {
        let appliance = Appliance(configuration, log: LogWriter.log().onlyProblems)
        print("Press Enter, ask what time it is, and wait. To end: quit, or Control-D.")
        try await withSession(appliance) { session in
            let showing = Task {
                for await report in session.reports { show(report) }
            }
            _ = await KeyboardButton(log: .silent).run(session.conversation.button)
            showing.cancel()
        }
        return 0
    }

    // MARK: - Both

    private struct Session {
        let conversation: Conversation
        let reports: AsyncStream<TurnReport>
    }

    /// Runs the device as `pressel run` does, around `body`.
    private func withSession<Result: Sendable>(
        _ appliance: Appliance, _ body: (Session) async throws -> Result
    ) async throws -> Result {
        let microphone = appliance.microphone()
        let speaker = appliance.speaker()
        let (reports, post) = AsyncStream.makeStream(of: TurnReport.self)
        var settings = appliance.loopSettings
        // So that the file holds the answer and nothing else.
        settings.sounds = false
        let conversation = Conversation(
            appliance.parts(microphone: microphone, speaker: speaker), settings: settings,
            finished: { post.yield($0) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await microphone.run() }
            group.addTask { await speaker.run() }
            group.addTask { await conversation.run() }
            defer { group.cancelAll() }
            return try await body(Session(conversation: conversation, reports: reports))
        }
    }

    private func show(_ report: TurnReport) {
        print("\nheard:  \(report.transcript)\nreply:  \(report.reply)\n\n\(report.chart)\n")
    }

    private func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }
}
