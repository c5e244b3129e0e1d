import Codec
import Glibc
import TestSupport
import Testing
import Voice

struct SpeechDetectorTests {
    private static func isFound(in sound: AudioChunk) -> Bool {
        // A turn's first third of a second is the room before the press.
        let room = TestSound.noise(lasting: .milliseconds(300), amplitude: 0.0003)
        return SpeechDetector().hear(room + sound).contains { $0.isFound }
    }

    @Test(
        "Speech is found in people's recordings, loud and soft",
        arguments: People.recordings.map(\.name), [1, 0.1, 0.0316])
    func people(name: String, factor: Double) throws {
        let speech = try People.sound(name).scaled(by: factor)
        #expect(SpeechDetector().hear(speech).contains { $0.isFound })
        #expect(Self.isFound(in: speech))
    }

    @Test("Speech is found 10 dB above noise", arguments: People.recordings.map(\.name))
    func noisy(name: String) throws {
        let speech = try People.sound(name)
        let noise = TestSound.noise(lasting: speech.duration + .seconds(1), amplitude: 0.5)
        let wanted = Level.decibels(of: speech.samples) - 10
        let factor = pow(10, (wanted - Level.decibels(of: noise.samples)) / 20)
        let lead = TestSound.noise(lasting: .milliseconds(300), amplitude: 0.5, seed: 2)
        let sound = lead.scaled(by: factor) + speech.mixed(with: noise.scaled(by: factor))
        #expect(SpeechDetector().hear(sound).contains { $0.isFound })
    }

    static let rooms: [(name: String, sound: @Sendable () -> AudioChunk)] = [
        ("digital silence", { .silence(lasting: .seconds(60), format: .speech) }),
        ("a quiet room", { TestSound.noise(lasting: .seconds(60), amplitude: 0.0003) }),
        ("mains hum", { TestSound.tone(50, lasting: .seconds(60), amplitude: 0.05) }),
        ("white noise", { TestSound.noise(lasting: .seconds(60), amplitude: 0.1) }),
        ("pink noise", { pink(lasting: .seconds(60)) }),
        ("a fan", { fan(lasting: .seconds(60)) }),
        ("clicks", { clicks(lasting: .seconds(60)) }),
    ]

    @Test("No speech is found in what is none", arguments: rooms.indices)
    func room(index: Int) {
        let room = Self.rooms[index]
        let verdicts = SpeechDetector().hear(room.sound())
        #expect(!verdicts.contains { $0.isFound }, "\(room.name)")
    }

    @Test("A card that begins with digital silence is not taken for a silent room")
    func opening() {
        let zeros = AudioChunk.silence(lasting: .milliseconds(100), format: .speech)
        let room = TestSound.noise(lasting: .seconds(5), amplitude: 0.003)
        #expect(!SpeechDetector().hear(zeros + room).contains { $0.isFound })
    }

    @Test("It tells the same in pieces of any size as at once")
    func pieces() throws {
        let sound = try People.sound("goforward.raw")
        let whole = SpeechDetector().hear(sound)
        let detector = SpeechDetector()
        var verdicts: [SpeechDetector.Verdict] = []
        for start in stride(from: 0, to: sound.frames, by: 173) {
            verdicts += detector.hear(sound.part(start..<start + 173))
        }
        #expect(verdicts == whole)
    }

    /// White noise through a leaky integrator and its own differences: about 3 dB an octave.
    private static func pink(lasting duration: Duration) -> AudioChunk {
        var state = [0.0, 0.0, 0.0]
        let white = TestSound.noise(lasting: duration, amplitude: 0.5)
        return AudioChunk(
            white.samples.map { sample in
                let white = Double(sample)
                state[0] = 0.99765 * state[0] + white * 0.0990460
                state[1] = 0.96300 * state[1] + white * 0.2965164
                state[2] = 0.57000 * state[2] + white * 1.0526913
                return Int16(clamping: Int(0.1 * (state.reduce(0, +) + white * 0.1848)))
            }, format: .speech)
    }

    /// Rushing air, whose loudness turns with the blades, over the hum of the motor.
    private static func fan(lasting duration: Duration) -> AudioChunk {
        let air = pink(lasting: duration)
        let motor = TestSound.tone(120, lasting: duration, amplitude: 0.02)
        let samples = zip(air.samples, motor.samples).enumerated().map { index, pair in
            let turn = 1 + 0.15 * sin(2 * .pi * 18 * Double(index) / 16_000)
            return Int16(clamping: Int(Double(pair.0) * turn) + Int(pair.1))
        }
        return AudioChunk(samples, format: .speech)
    }

    /// A loud click of 5 ms each second, in a quiet room.
    private static func clicks(lasting duration: Duration) -> AudioChunk {
        var samples = TestSound.noise(lasting: duration, amplitude: 0.0003).samples
        let click = TestSound.noise(lasting: .milliseconds(5), amplitude: 0.9, seed: 9).samples
        for second in stride(from: 8_000, to: samples.count - click.count, by: 16_000) {
            samples.replaceSubrange(second..<second + click.count, with: click)
        }
        return AudioChunk(samples, format: .speech)
    }
}
