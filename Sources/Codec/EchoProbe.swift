import Glibc
public import Voice

/// A sound to be played to a microphone, and what its recording tells of the way between them.
public enum EchoProbe {
    /// What the microphone heard of the probe.
    public struct Echo: Equatable, Sendable {
        /// How like the probe it was, 0...1: 1 by wire, above 0.5 in most rooms.
        public let likeness: Double
        /// From the beginning of the recording to the beginning of the probe in it.
        public let delay: Duration
        /// In decibels below a full-scale square wave, while the probe was heard.
        public let level: Double
        /// In the same, of the quiet before it.
        public let noise: Double
        /// The share of samples at full scale while the probe was heard, 0...1.
        public let clipping: Double
    }

    private static let format = AudioFormat.speech
    /// Where small speakers are loud and voices are.
    private static let lowest = 400.0
    private static let highest = 1600.0
    private static let seconds = 0.4
    private static let amplitude = 0.5
    /// Every fourth sample holds all of the probe, and the search takes a sixteenth of the work.
    private static let decimation = 4
    /// Noise alone is like the probe by 0.025 as a rule; eight times that is no chance.
    private static let least = 0.2

    /// A tone that rises through the range of voices, 0.4 s long, faded in and out.
    public static let sound: AudioChunk = {
        let count = Int(seconds * Double(format.framesPerSecond))
        let fade = 0.02 * Double(format.framesPerSecond)
        let samples = (0..<count).map { index in
            let time = Double(index) / Double(format.framesPerSecond)
            let sweep = (highest - lowest) / seconds
            let phase = 2 * Double.pi * (lowest * time + sweep * time * time / 2)
            let edge = min(1, Double(min(index, count - 1 - index)) / fade)
            return Int16(32_767 * amplitude * edge * sin(phase))
        }
        return AudioChunk(samples, format: format)
    }()

    /// Looks for the probe in a recording.
    ///
    /// - Parameter recording: in `AudioFormat.speech`.
    /// - Returns: nil if the probe is not in it.
    public static func find(in recording: AudioChunk) -> Echo? {
        let probe = decimated(sound.samples)
        let heard = decimated(recording.samples)
        guard heard.count > probe.count else { return nil }
        let probeEnergy = probe.reduce(0) { $0 + $1 * $1 }
        var energy = heard[..<probe.count].reduce(0) { $0 + $1 * $1 }
        var best = (likeness: 0.0, start: 0)
        for start in 0..<heard.count - probe.count {
            var product = 0.0
            for index in 0..<probe.count { product += probe[index] * heard[start + index] }
            let likeness = abs(product) / (probeEnergy * max(energy, 1)).squareRoot()
            if likeness > best.likeness { best = (likeness, start) }
            let first = heard[start]
            let next = heard[start + probe.count]
            energy += next * next - first * first
        }
        guard best.likeness >= least else { return nil }
        let start = best.start * decimation
        let samples = recording.samples[start..<start + sound.frames]
        let clipped = samples.count { $0 >= 32_700 || $0 <= -32_700 }
        return Echo(
            likeness: best.likeness, delay: format.duration(ofFrames: start),
            level: Level.decibels(of: samples),
            noise: Level.decibels(of: recording.samples[..<start]),
            clipping: Double(clipped) / Double(samples.count))
    }

    private static func decimated(_ samples: [Int16]) -> [Double] {
        stride(from: 0, to: samples.count - decimation + 1, by: decimation).map { start in
            let sum = samples[start..<start + decimation].reduce(0.0) { $0 + Double($1) }
            return sum / Double(decimation)
        }
    }
}
