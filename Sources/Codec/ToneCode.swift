import Glibc
public import Voice

/// Speech for tests and measurements: each word is a chord of two tones, so that whoever hears it
/// can tell by arithmetic which words were played, and in which order, whatever lay between.
///
/// A word has one of 1 024 chords, which depends on its letters and digits alone. It survives MP3,
/// resampling to 8 kHz and more, and a change of volume; not the mixing with other sound.
public enum ToneCode {
    /// As fast as people speak, or so.
    public static let wordLength: Duration = .milliseconds(120)

    private static let low = (0..<32).map { 400.0 + 40 * Double($0) }
    private static let high = (0..<32).map { 1_800.0 + 50 * Double($0) }
    /// Of a word, silence; so that the same word twice is two words.
    private static let pause = 0.25
    private static let amplitude = 0.3

    /// A word's number, 0..<1024, by which it is told from others.
    public static func symbol(for word: String) -> Int {
        // FNV-1a, whose low bits alone would be poor.
        let hash = word.lowercased().utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3
        }
        return Int((hash ^ hash >> 32) % 1024)
    }

    /// The words of `text`: runs of letters and digits, and each ideogram and kana.
    public static func words(of text: String) -> [String] {
        var words: [String] = []
        var word = ""
        for character in text + " " {
            let standsAlone = character.unicodeScalars.first!.value >= 0x2E80
            if character.isLetter || character.isNumber || character == "'", !standsAlone {
                word.append(character)
            } else {
                if !word.isEmpty { words.append(word) }
                word = ""
                if standsAlone, character.isLetter { words.append(String(character)) }
            }
        }
        return words
    }

    /// What `text` sounds like, word by word.
    public static func symbols(for text: String) -> [Int] { words(of: text).map(symbol(for:)) }

    /// The sound of one word, silence at its end included.
    ///
    /// - Parameter speed: 0.25...4, of `wordLength`'s inverse.
    public static func sound(
        ofWord word: String, speed: Double = 1,
        format: AudioFormat = AudioFormat(framesPerSecond: 24_000, channels: 1)
    ) -> AudioChunk {
        let symbol = symbol(for: word)
        let frames = Int(Double(format.frames(in: wordLength)) / speed)
        let heard = Double(frames) * (1 - pause)
        let rate = Double(format.framesPerSecond)
        var tones = (
            Oscillator(low[symbol % 32], rate: rate), Oscillator(high[symbol / 32], rate: rate)
        )
        var samples: [Int16] = []
        samples.reserveCapacity(frames * format.channels)
        for frame in 0..<frames {
            // Faded in and out, or its clicks would be heard as other tones.
            let edge = max(0, min(1, min(Double(frame), heard - Double(frame)) / (rate * 0.004)))
            let wave = (tones.0.next() + tones.1.next()) / 2
            let sample = Int16(32_767 * amplitude * edge * wave)
            for _ in 0..<format.channels { samples.append(sample) }
        }
        return AudioChunk(samples, format: format)
    }

    /// A sine by a rotation for each frame: a measurement that makes its sound meanwhile must not
    /// be held up by it.
    private struct Oscillator {
        private var real = 1.0
        private var imaginary = 0.0
        private let step: (real: Double, imaginary: Double)

        init(_ frequency: Double, rate: Double) {
            let angle = 2 * .pi * frequency / rate
            step = (cos(angle), sin(angle))
        }

        mutating func next() -> Double {
            defer {
                (real, imaginary) = (
                    real * step.real - imaginary * step.imaginary,
                    real * step.imaginary + imaginary * step.real
                )
            }
            return imaginary
        }
    }

    /// A whole text.
    public static func sound(
        of text: String, format: AudioFormat = AudioFormat(framesPerSecond: 24_000, channels: 1)
    ) -> AudioChunk {
        AudioChunk(
            words(of: text).flatMap { sound(ofWord: $0, format: format).samples }, format: format)
    }

    /// A word that was heard.
    public struct Heard: Equatable, Sendable {
        public let symbol: Int
        /// The frame at which it begins, to within some milliseconds.
        public let frame: Int
    }

    /// The words in `sound`, in order. A word of which less than half was played is left out.
    public static func heard(in sound: AudioChunk) -> [Heard] {
        let channels = sound.format.channels
        let mono = stride(from: 0, to: sound.samples.count, by: channels).map {
            Double(sound.samples[$0]) / 32_767
        }
        let step = sound.format.framesPerSecond / 200
        let levels = stride(from: 0, to: mono.count, by: step).map { start in
            let part = mono[start..<min(start + step, mono.count)]
            return (part.reduce(0) { $0 + $1 * $1 } / Double(part.count)).squareRoot()
        }
        let threshold = (levels.max() ?? 0) / 4
        guard threshold > 0.000_5 else { return [] }
        var words: [Heard] = []
        var start: Int?
        for (index, level) in (levels + [0]).enumerated() {
            if level > threshold {
                start = start ?? index
            } else if let first = start {
                start = nil
                let range = first * step..<min(index * step, mono.count)
                guard range.count >= sound.format.framesPerSecond * 45 / 1000 else { continue }
                words.append(
                    Heard(
                        symbol: symbol(of: mono[range], at: sound.format.framesPerSecond),
                        frame: range.lowerBound))
            }
        }
        return words
    }

    private static func symbol(of part: ArraySlice<Double>, at rate: Int) -> Int {
        func strongest(_ tones: [Double]) -> Int {
            tones.indices.max { power(tones[$0]) < power(tones[$1]) }!
        }
        // Goertzel's filter: one bin of a Fourier transform.
        func power(_ hertz: Double) -> Double {
            let turn = 2 * cos(2 * .pi * hertz / Double(rate))
            var (one, two) = (0.0, 0.0)
            for sample in part { (one, two) = (sample + turn * one - two, one) }
            return one * one + two * two - turn * one * two
        }
        return strongest(low) + 32 * strongest(high)
    }
}
