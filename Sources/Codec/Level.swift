import Glibc
public import Voice

/// How loud sound is.
public enum Level {
    /// Mean power in decibels below a full-scale square wave: 0 at the loudest, about −20 for
    /// speech close by, −96 for digital silence.
    public static func decibels(of samples: some Collection<Int16>) -> Double {
        guard !samples.isEmpty else { return silence }
        let energy = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
        return energy < 1 ? silence + 6 * energy : max(silence, 10 * log10(energy / fullScale))
    }

    static let silence = -96.0
    private static let fullScale = 32_767.0 * 32_767.0
}

/// What a level meter shows of one stretch of sound.
public struct LevelReading: Equatable, Sendable {
    /// As `Level.decibels`.
    public let mean: Double
    /// The loudest sample in decibels below full scale: 0 at the loudest, −96 for digital silence.
    public let peak: Double
    /// The share of samples that are as loud as they can be, 0 to 1. A card that is turned up too
    /// far flattens the tops of its waves there; clean speech has next to none.
    public let clipped: Double

    public init(of chunk: AudioChunk) {
        let samples = chunk.samples
        mean = Level.decibels(of: samples)
        let loudest = samples.reduce(0) { max($0, abs(Int($1))) }
        peak =
            loudest == 0
            ? Level.silence : max(Level.silence, 20 * log10(Double(min(loudest, 32_767)) / 32_767))
        let full = samples.count { $0 >= Int16.max || $0 <= -Int16.max }
        clipped = samples.isEmpty ? 0 : Double(full) / Double(samples.count)
    }
}
