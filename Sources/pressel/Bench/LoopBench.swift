import Audio
import Linux
import Voice
import VoiceLoop

/// The loop's own delays: turns of push-to-talk on a simulated card in real time, each cut short
/// by a press while the answer is heard.
struct LoopBench {
    private let configuration: Configuration

    private static let turns = 20
    private static let question = "What time is it?"
    /// Speech has been over for so long when the button is let go.
    private static let pause = Duration.milliseconds(400)
    private static let listening = Duration.milliseconds(500)

    init(_ configuration: Configuration) { self.configuration = configuration }

    func run(_ tell: @escaping @Sendable (String) -> Void) async throws -> [Measurement] {
        let card = try SimulatedCard()
        let appliance = Appliance(configuration.on(card), log: LogWriter.log().onlyProblems)
        let question = try await appliance.ownVoice.recording(of: Self.question)
        var firstSample: [Double] = []
        var transcript: [Double] = []
        var answer: [Double] = []
        var silence: [Double] = []
        try await DeviceSession.run(appliance) { session in
            try await appliance.clock.sleep(for: .seconds(1))
            for number in 1...Self.turns {
                tell("turn \(number) of \(Self.turns)")
                // Or the turn would begin after the last one's echo, not before its press.
                try await appliance.clock.sleep(for: .milliseconds(500))
                let heardBefore = try card.heard().frames
                session.conversation.button(.pressed(at: .now))
                try await appliance.clock.sleep(for: Self.pause)
                try card.speak(question)
                try await appliance.clock.sleep(for: question.duration + Self.pause)
                session.conversation.button(.released(at: .now))
                try await heard(beyond: heardBefore, of: card, appliance.clock)
                try await appliance.clock.sleep(for: Self.listening)
                let pressed = Moment.now
                session.conversation.button(.pressed(at: pressed))
                session.conversation.button(.released(at: pressed))
                var reports = session.reports.makeAsyncIterator()
                guard let report = await reports.next(), let began = report.timeline[.firstPlayed]
                else { throw CommandFailure("turn \(number) had no answer to measure") }
                let frames = try card.heard().frames - heardBefore
                let end = began + SimulatedCard.speakerFormat.duration(ofFrames: frames)
                silence.append((end - pressed).inMilliseconds)
                func since(_ start: Step, _ end: Step) -> Double {
                    report.timeline.duration(from: start, to: end)?.inMilliseconds ?? .nan
                }
                firstSample.append(since(.pressed, .firstSample))
                transcript.append(since(.released, .transcript))
                answer.append(since(.released, .firstPlayed))
            }
        }
        return [
            Measurement(name: "press → first sample of the turn", unit: "ms", values: firstSample),
            Measurement(name: "release → transcript", unit: "ms", values: transcript),
            Measurement(
                name: "release → first sample of the answer handed to ALSA", unit: "ms",
                values: answer),
            Measurement(
                name: "press while speaking → last frame heard", unit: "ms", values: silence,
                bar: "≤ 30 ms"),
        ]
    }

    private func heard(beyond frames: Int, of card: SimulatedCard, _ clock: some MomentClock)
        async throws
    {
        for _ in 0..<1000 {
            if try card.heard().frames > frames { return }
            try await clock.sleep(for: .milliseconds(10))
        }
        throw CommandFailure("no answer was heard within ten seconds")
    }
}
