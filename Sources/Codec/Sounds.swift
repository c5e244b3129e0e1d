import Glibc
public import Voice

/// The device's own small sounds: what the light says, for those who do not see it. Made, not
/// recorded, and soft: they are heard in quiet rooms many times a day.
public enum Sounds {
    private static let format = AudioFormat(framesPerSecond: 24_000, channels: 1)

    /// The question was taken; also every two seconds while it is being thought about.
    public static let tick = tone([(880, 0.025)], volume: 0.12)
    /// Nothing was heard: two tones, falling.
    public static let nothingHeard = tone([(660, 0.12), (440, 0.16)], volume: 0.15)
    /// Something went wrong, and there is no voice to say what: three low tones.
    public static let failed = tone(
        [(330, 0.15), (0, 0.06), (330, 0.15), (0, 0.06), (262, 0.3)], volume: 0.2)

    /// A timer is over: a rising call, twice.
    public static let alarm = tone(
        [
            (660, 0.12), (880, 0.12), (1320, 0.2), (0, 0.2), (660, 0.12), (880, 0.12),
            (1320, 0.2), (0, 0.2),
        ], volume: 0.4)

    /// Sine tones one after the other, each faded in and out so that it does not click.
    private static func tone(_ notes: [(hertz: Double, seconds: Double)], volume: Double)
        -> AudioChunk
    {
        let rate = Double(format.framesPerSecond)
        var samples: [Int16] = []
        for note in notes {
            let count = Int(note.seconds * rate)
            let fade = min(0.008 * rate, Double(count) / 2)
            for index in 0..<count {
                let edge = Double(min(index, count - 1 - index))
                let loudness = volume * min(1, edge / fade)
                let wave = sin(2 * .pi * note.hertz * Double(index) / rate)
                samples.append(Int16(32_767 * loudness * wave))
            }
        }
        return AudioChunk(samples, format: format)
    }
}
