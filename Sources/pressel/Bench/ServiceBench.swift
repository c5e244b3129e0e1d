import Audio
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
            let start = try await Service(card).during { service in
                try service.write("press\n")
                return try await service.says("light listening").after
            }
            starting.append(start.inMilliseconds)
        }
        let (peak, idle, share) = try await Service(card).during { service in
            try service.write("press\n")
            try await service.says("light listening")
            tell("a local turn, then \(Self.rest.components.seconds) s of rest")
            let peak = try await peakOfTurn(service, card)
            try await clock.sleep(for: Self.rest)
            let usage = service.usage
            let (start, before) = (Moment.now, usage.processorTime)
            try await clock.sleep(for: .seconds(20))
            let share = (usage.processorTime - before) / (Moment.now - start)
            return (peak, usage.proportionalMemory, share)
        }
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
