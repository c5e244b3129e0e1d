import Audio
import Glibc
import Linux
import Voice

/// What `pressel run` takes: to start, at rest, and at the peak of a local turn.
struct ServiceBench {
    private static let starts = 5
    private static let rest = Duration.seconds(60)
    private let clock = MonotonicClock()

    func run(_ tell: @escaping @Sendable (String) -> Void) async throws -> [Measurement] {
        let card = try SimulatedCard()
        var starting: [Double] = []
        for number in 1...Self.starts {
            tell("start \(number) of \(Self.starts)")
            let service = try Service(card)
            starting.append(try await service.timeToFirstPress().inMilliseconds)
            await service.end()
        }
        let service = try Service(card)
        _ = try await service.timeToFirstPress()
        tell("a local turn, then \(Self.rest.components.seconds) s of rest")
        let peak = try await peakOfTurn(service, card)
        try await clock.sleep(for: Self.rest)
        let usage = service.usage
        let (start, before) = (Moment.now, usage.processorTime)
        try await clock.sleep(for: .seconds(20))
        let share = (usage.processorTime - before) / (Moment.now - start)
        let idle = usage.proportionalMemory
        await service.end()
        func megabytes(_ bytes: Int) -> Double { Double(bytes) / 1_000_000 }
        return [
            Measurement(
                name: "start → button works", unit: "ms", values: starting, bar: "≤ 300 ms"),
            Measurement(
                name: "memory (PSS of all processes), 60 s after a local turn", unit: "MB",
                values: [megabytes(idle)], bar: "≤ 25 MB"),
            Measurement(
                name: "the same at the peak of the local turn", unit: "MB",
                values: [megabytes(peak)]),
            Measurement(
                name: "processor, idle with the microphone running", unit: "% of a core",
                values: [share * 100], bar: "≤ 1 %"),
        ]
    }

    /// The most memory that the service and its recognizer took together.
    private func peakOfTurn(_ service: Service, _ card: SimulatedCard) async throws -> Int {
        let voice = Appliance(try Configuration(Options([], flags: [], valued: [])), log: .silent)
            .ownVoice
        try card.speak(try await voice.recording(of: "What time is it?"))
        var peak = 0
        for tick in 0..<400 {
            if tick == 120 { try service.write("release\n") }
            peak = max(peak, service.usage.proportionalMemory)
            try await clock.sleep(for: .milliseconds(20))
        }
        return peak
    }
}

/// A `pressel run` of our own, on a simulated card, with its button in hand.
private struct Service {
    private let child: ChildProcess
    private let started = Moment.now
    private let settings: String

    init(_ card: SimulatedCard) throws {
        settings = card.path("settings.json")
        try writeFile(
            """
            {"button": {"source": "keyboard"},
             "audio": {"captureDevice": "\(card.device)",
                       "playbackDevice": "\(card.device)"}}
            """, to: settings)
        card.activate()
        setenv("PRESSEL_LOG", "debug", 1)
        child = try ChildProcess(
            pathOfThisProgram(),
            ["run", "--settings", settings, "--state", card.path("state")],
            readingErrors: true)
        try write("press\n")
    }

    var usage: ProcessUsage { ProcessUsage(of: child.id) }

    func write(_ line: String) throws {
        _ = try Array(line.utf8).withUnsafeBytes { try child.write($0) }
    }

    /// From the start of the process to the light of the press that was waiting for it.
    func timeToFirstPress() async throws -> Duration {
        let lit = await onThread("bench") { [child] () -> Moment? in
            var text = ""
            while let part = try? child.read(atMost: 4096), !part.isEmpty {
                text += String(decoding: part, as: UTF8.self)
                if text.contains("light listening") { return .now }
            }
            return nil
        }
        guard let lit else { throw CommandFailure("pressel run ended before its button worked") }
        // Nobody reads its log any more, and a full pipe would hold it up.
        startThread("bench log") { [child] in
            while let part = try? child.read(atMost: 4096), !part.isEmpty {}
        }
        return lit - started
    }

    func end() async {
        child.send(SIGTERM)
        _ = await onThread("bench end") { [child] in child.wait() }
        unlink(settings)
    }
}
