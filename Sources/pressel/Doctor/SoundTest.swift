import Codec
import Voice

/// The way from the speaker to the microphone, tried out: a short rising tone is played, and looked
/// for in what the microphone hears meanwhile.
struct SoundTest {
    let microphone: any Microphone
    let speaker: any Speaker
    let clock: any MomentClock

    /// What came of it.
    struct Result: Sendable {
        /// Why nothing was recorded; nil if something was.
        var microphone: (any Error)?
        /// Why nothing was played; nil if the tone was.
        var speaker: (any Error)?
        /// In decibels, of what was recorded before the tone.
        var noise = -96.0
        /// The tone as the microphone heard it; nil if it did not.
        var echo: EchoProbe.Echo?
        /// From the tone's first frame at the speaker's device to its first at the microphone's.
        var delay: Duration?
    }

    /// The room before the tone, and how long the tone may be on its way.
    private static let before = Duration.milliseconds(500)
    private static let after = Duration.milliseconds(1500)

    /// Takes three seconds. Whatever is being played is cut short.
    func run() async -> Result {
        var result = Result()
        let playback = speaker.begin()
        async let played = play(on: playback)
        let length = Self.before + EchoProbe.sound.duration + Self.after
        var samples: [Int16] = []
        var began: Moment?
        do {
            (samples, began) = try await microphone.recording(lasting: length, clock: clock)
        } catch {
            result.microphone = error
        }
        let start: Moment?
        do {
            start = try await played
        } catch {
            start = nil
            result.speaker = error
        }
        let recording = AudioChunk(samples, format: .speech)
        result.noise = Level.decibels(of: recording.part(0..<4000).samples)
        guard let start, let began else { return result }
        result.echo = EchoProbe.find(in: recording)
        result.delay = result.echo.map { began + $0.delay - start }
        return result
    }

    private func play(on playback: any Playback) async throws -> Moment {
        try await clock.sleep(for: Self.before)
        let start = try await playback.play(EchoProbe.sound)
        _ = try await playback.drain()
        return start
    }
}

extension Microphone {
    /// What it hears from now on.
    ///
    /// - Returns: the sound, and when it began.
    func recording(
        lasting length: Duration, clock: any MomentClock
    ) async throws -> (samples: [Int16], began: Moment?) {
        try await withThrowingTaskGroup(of: (samples: [Int16], began: Moment?).self) { group in
            group.addTask {
                var samples: [Int16] = []
                var began: Moment?
                for try await captured in self.listen(from: clock.now) {
                    began = began ?? captured.began
                    samples += captured.chunk.samples
                    if samples.count >= AudioFormat.speech.frames(in: length) { break }
                }
                return (samples, began)
            }
            group.addTask {
                try await clock.sleep(for: length + MicrophoneSilent.patience)
                throw MicrophoneSilent()
            }
            defer { group.cancelAll() }
            return try await group.next()!
        }
    }
}

struct MicrophoneSilent: Error, CustomStringConvertible {
    let description = "the microphone gives no sound at all"
    /// One that gives nothing for so long gives nothing.
    static let patience = Duration.seconds(6)
}

extension SoundTest.Result {
    /// Softer than this nobody would understand it.
    private static let softest = -50.0
    private static let clipped = 0.005

    /// What the doctor says about the microphone, the speaker, and the way between them.
    func findings(capture: String, playback: String) -> [Finding] {
        [microphoneFinding(capture), speakerFinding(playback), soundFinding].compactMap { $0 }
    }

    func speakerFinding(_ device: String) -> Finding {
        switch speaker {
        case nil: .works(.speaker, "played a tone on \"\(device)\"")
        case is CancellationError:
            .note(.speaker, "something else was played meanwhile", "try again")
        case let error?:
            .fails(
                .speaker, "\(error)",
                "see pressel devices for what there is, and set audio.playbackDevice")
        }
    }

    func microphoneFinding(_ device: String) -> Finding {
        switch microphone {
        case nil where noise <= -96:
            .fails(
                .microphone, "\"\(device)\" gives digital silence only",
                "check its plug and its capture switch: alsamixer -V capture")
        case nil:
            .works(
                .microphone,
                "recording from \"\(device)\", \(Int(noise.rounded())) dB of room noise")
        case is MicrophoneMuted:
            .note(.microphone, "muted by the setting audio.muted", "set audio.muted to false")
        case let error?:
            .fails(
                .microphone, "\(error)",
                "see pressel devices for what there is, and set audio.captureDevice")
        }
    }

    /// Nil where there was nothing to compare.
    private var soundFinding: Finding? {
        guard microphone == nil, speaker == nil else { return nil }
        guard let echo, let delay else {
            return .note(
                .sound, "the microphone does not hear the speaker",
                "fine with headphones; else turn up audio.volume and the capture level, and try"
                    + " again")
        }
        let told =
            "the microphone hears the speaker at \(Int(echo.level.rounded())) dB,"
            + " \(Int(delay.inMilliseconds.rounded())) ms after it was played"
        if echo.clipping > Self.clipped {
            return .note(
                .sound, told + ", distorted: \(Int((echo.clipping * 100).rounded())) % clips",
                "lower the capture level (alsamixer -V capture), or audio.volume")
        }
        if echo.level < Self.softest {
            return .note(
                .sound, told + ", which is faint",
                "raise the capture level (alsamixer -V capture), or audio.volume")
        }
        return .works(.sound, told)
    }
}
