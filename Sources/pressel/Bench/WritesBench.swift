import Audio
import Linux
import Voice

/// How many bytes `pressel run` has the disk write, which wears a memory card: at rest, and for a
/// turn that the device answers itself.
struct WritesBench {
    let rest: Duration
    /// On the disk that is meant.
    let state: String

    private static let turns = 10
    /// What is written late belongs to what it was written for.
    private static let settling = Duration.seconds(15)
    private let clock = MonotonicClock()

    func run(_ tell: @escaping @Sendable (String) -> Void) async throws -> [Measurement] {
        let card = try SimulatedCard()
        // What is heard would be a file, and counted.
        let speaker = try SimulatedCard(output: .nobody)
        let voice = Appliance(try Configuration(Options([], flags: [], valued: [])), log: .silent)
            .ownVoice
        let question = try await voice.recording(of: "What time is it?")
        return try await Service(card, speaker: speaker, state: state).during { service in
            try await service.says("recording from")
            guard !isInMemory(state) else {
                throw CommandFailure(
                    "cannot measure what is written into \(state): it is kept in memory; name a"
                        + " folder on a disk with --state")
            }
            try await clock.sleep(for: Self.settling)
            let start = service.usage.bytesWritten
            tell("\(rest) of rest")
            try await clock.sleep(for: rest)
            let rested = service.usage.bytesWritten
            tell("\(Self.turns) turns")
            for _ in 1...Self.turns { try await ask(question, service, card) }
            try await clock.sleep(for: Self.settling)
            let talked = service.usage.bytesWritten
            let hours = rest / .seconds(3600)
            func kilobytes(_ bytes: Int) -> Double { Double(bytes) / 1000 }
            return [
                Measurement(name: "written at a start", unit: "kB", values: [kilobytes(start)]),
                Measurement(
                    name: "written at rest in an hour, over \(rest)", unit: "kB",
                    values: [kilobytes(rested - start) / hours]),
                Measurement(
                    name: "written for a turn, of \(Self.turns)", unit: "kB",
                    values: [kilobytes(talked - rested) / Double(Self.turns)]),
            ]
        }
    }

    private func ask(
        _ question: AudioChunk, _ service: Service, _ card: SimulatedCard
    ) async throws {
        try service.write("press\n")
        try await clock.sleep(for: .milliseconds(450))
        try card.speak(question)
        try await clock.sleep(for: question.duration + .milliseconds(250))
        try service.write("release\n")
        try await service.says("[loop] turn")
        try await clock.sleep(for: .milliseconds(500))
    }
}
