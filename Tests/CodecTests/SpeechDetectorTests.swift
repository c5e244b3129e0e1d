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
        arguments: allNames, [1, 0.1, 0.0316])
    func people(name: String, factor: Double) throws {
        let speech = try People.sound(name).scaled(by: factor)
        #expect(SpeechDetector().hear(speech).contains { $0.isFound })
        #expect(Self.isFound(in: speech))
    }

    @Test("Speech is found 10 dB above noise", arguments: allNames, ["white", "pink", "a fan"])
    func noisy(name: String, kind: String) throws {
        let speech = try People.sound(name)
        // A turn's first third of a second is the noise before the press.
        let lasting = speech.duration + .milliseconds(300)
        let noise =
            switch kind {
            case "white": TestSound.noise(lasting: lasting, amplitude: 0.5)
            case "pink": Self.pink(lasting: lasting)
            default: Self.fan(lasting: lasting)
            }
        let wanted = Level.decibels(of: speech.samples) - 10
        let factor = pow(10, (wanted - Level.decibels(of: noise.samples)) / 20)
        let lead = AudioChunk.silence(lasting: .milliseconds(300), format: .speech)
        let sound = (lead + speech).mixed(with: noise.scaled(by: factor))
        #expect(SpeechDetector().hear(sound).contains { $0.isFound })
    }

    /// Every recording of the package: the thirteen, and a digit of another collection.
    static let allNames = People.recordings.map(\.name) + [digit]
    private static let digit = "tidigits/dhd.2934z.raw"

    static let rooms: [(name: String, sound: @Sendable () -> AudioChunk)] = [
        ("digital silence", { .silence(lasting: .seconds(60), format: .speech) }),
        ("a quiet room", { TestSound.noise(lasting: .seconds(60), amplitude: 0.0003) }),
        ("a tone of the mains", { TestSound.tone(50, lasting: .seconds(60), amplitude: 0.05) }),
        ("mains hum, 50 Hz", { hum(50) }), ("mains hum, 60 Hz", { hum(60) }),
        ("loud mains hum, 50 Hz", { hum(50, amplitude: 0.3) }),
        ("loud mains hum, 60 Hz", { hum(60, amplitude: 0.3) }),
        ("white noise", { TestSound.noise(lasting: .seconds(60), amplitude: 0.1) }),
        ("pink noise", { pink(lasting: .seconds(60)) }),
        ("soft pink noise", { pink(lasting: .seconds(60)).scaled(by: 0.05) }),
        ("a fan", { fan(lasting: .seconds(60)) }),
        ("a fan far away", { fan(lasting: .seconds(60)).scaled(by: 0.05) }),
        ("clicks", { clicks(lasting: .seconds(60), apart: 16_000) }),
        ("clicks, three a second", { clicks(lasting: .seconds(60), apart: 5_000) }),
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

    /// A transformer: the mains and its harmonics, the odd ones louder, each softer than the last,
    /// over a quiet room.
    private static func hum(_ hertz: Double, amplitude: Double = 0.05) -> AudioChunk {
        let quiet = TestSound.noise(lasting: .seconds(60), amplitude: 0.0003)
        // A tenth of a second holds whole periods of all of them.
        let stretch = (0..<1600).map { frame in
            (1...20).reduce(0.0) { sum, harmonic in
                let loudness = amplitude / Double(harmonic) * (harmonic % 2 == 0 ? 0.4 : 1)
                let turns = hertz * Double(harmonic) * Double(frame) / 16_000
                return sum + 32_767 * loudness * sin(2 * .pi * turns)
            }
        }
        let samples = quiet.samples.enumerated().map { frame, sample in
            Int16(clamping: Int(sample) + Int(stretch[frame % 1600]))
        }
        return AudioChunk(samples, format: .speech)
    }

    /// A loud click of 5 ms every so many frames, in a quiet room.
    private static func clicks(lasting duration: Duration, apart: Int) -> AudioChunk {
        var samples = TestSound.noise(lasting: duration, amplitude: 0.0003).samples
        let click = TestSound.noise(lasting: .milliseconds(5), amplitude: 0.9, seed: 9).samples
        for second in stride(from: 8_000, to: samples.count - click.count, by: apart) {
            samples.replaceSubrange(second..<second + click.count, with: click)
        }
        return AudioChunk(samples, format: .speech)
    }
}
