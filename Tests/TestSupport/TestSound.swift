import Glibc
public import Voice

/// Sounds made for tests.
public enum TestSound {
    /// A sine.
    public static func tone(
        _ hertz: Double, lasting duration: Duration, amplitude: Double = 0.3,
        format: AudioFormat = .speech
    ) -> AudioChunk {
        let rate = Double(format.framesPerSecond)
        let samples = (0..<format.frames(in: duration)).flatMap { frame in
            let wave = sin(2 * .pi * hertz * Double(frame) / rate)
            return Array(repeating: Int16(32_767 * amplitude * wave), count: format.channels)
        }
        return AudioChunk(samples, format: format)
    }

    /// Noise between the bounds, the same for the same seed.
    public static func noise(lasting duration: Duration, amplitude: Double, seed: UInt64 = 1)
        -> AudioChunk
    {
        var state = seed
        let samples = (0..<AudioFormat.speech.frames(in: duration)).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let unit = Double(state >> 40) / Double(1 << 23) - 1
            return Int16(32_767 * amplitude * unit)
        }
        return AudioChunk(samples, format: .speech)
    }
}

extension AudioChunk {
    public static func + (one: AudioChunk, other: AudioChunk) -> AudioChunk {
        AudioChunk(one.samples + other.samples, format: one.format)
    }

    public func scaled(by factor: Double) -> AudioChunk {
        AudioChunk(samples.map { Int16(Double($0) * factor) }, format: format)
    }

    /// Sample by sample, cut at full scale.
    public func mixed(with other: AudioChunk) -> AudioChunk {
        let mixed = zip(samples, other.samples).map { Int16(clamping: Int($0) + Int($1)) }
        return AudioChunk(mixed, format: format)
    }
}
