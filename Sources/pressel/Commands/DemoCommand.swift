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
    private let out: AnswerFile
    private let configuration: Configuration

    private static let question = "What time is it?"
    /// A person waits a moment between pressing and speaking, and between speaking and letting go.
    private static let pause = Duration.milliseconds(400)

    init(_ arguments: [String]) throws {
        let options = try Options(command: arguments, valued: ["out"] + Configuration.options)
        out = try AnswerFile(options["out"] ?? "answer.wav")
        configuration = try Configuration(options)
    }

    func run() async throws -> Int32 {
        configuration.report(to: LogWriter.log())
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
        let signals = try Signals()
        startThread("signals") {
            let number = signals.wait()
            card.remove()
            // As a shell says that a signal ended it.
            exit(128 + number)
        }
        let appliance = Appliance(configuration.on(card), log: LogWriter.log().onlyProblems)
        let question = try await appliance.ownVoice.recording(of: Self.question)
        print("espeak-ng says into the microphone: \"\(Self.question)\"")

        let report = try await DeviceSession.run(appliance) { session in
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
            throw CommandFailure(
                "the demonstration ended \(report.outcome.rawValue)"
                    + (report.failure.map { ": \($0)" } ?? ""))
        }
        try out.write(try card.heard())
        print("The answer is in \(absolute(out.path))")
        return 0
    }

    // MARK: - With a sound card and a person

    private func live() async throws -> Int32 {
        let appliance = Appliance(configuration, log: LogWriter.log().onlyProblems)
        print("Press Enter, ask what time it is, and wait. To end: quit, or Control-D.")
        try await DeviceSession.run(appliance) { session in
            let showing = Task {
                for await report in session.reports { show(report) }
            }
            _ = await KeyboardButton(log: .silent).run(session.conversation.button)
            showing.cancel()
        }
        return 0
    }

    // MARK: - Both

    private func show(_ report: TurnReport) {
        print("\nheard:  \(report.transcript)\nreply:  \(report.reply)\n\n\(report.chart)\n")
    }

    private func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }
}
