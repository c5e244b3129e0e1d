public import Voice

/// WAV as a stream of bytes: 16-bit samples behind a header that cannot know how long the sound
/// will be.
///
/// Both lengths of the header, RIFF's and that of the samples, are 0xFFFFFFFF: the largest there
/// is, which programs that stream (FFmpeg, browsers, libsndfile) take as "until the end". It is
/// also what FFmpeg writes into a pipe.
public final class WAVEncoder: AudioEncoder {
    public static let mediaType = "audio/wav"

    /// What stands for a length that is not known.
    static let unknownLength = UInt32.max

    private let format: AudioFormat
    private var hasBegun = false

    public init(format: AudioFormat) { self.format = format }

    public func encode(_ chunk: AudioChunk) -> [UInt8] {
        precondition(chunk.format == format, "a stream has one format")
        return begin() + samples(chunk)
    }

    private func samples(_ chunk: AudioChunk) -> [UInt8] {
        littleEndian(chunk.samples)
    }

    /// A stream of no sound is a header all the same.
    public func finish() -> [UInt8] { begin() }

    private func begin() -> [UInt8] {
        guard !hasBegun else { return [] }
        hasBegun = true
        return header
    }

    /// A whole file, whose header knows how long the sound is.
    public static func file(of sound: AudioChunk) -> [UInt8] {
        let encoder = WAVEncoder(format: sound.format)
        let length = UInt32(sound.samples.count * 2)
        return encoder.header(samples: length, file: length + 36) + encoder.samples(sound)
    }

    private var header: [UInt8] {
        header(samples: Self.unknownLength, file: Self.unknownLength)
    }

    /// - Parameters:
    ///   - samples: how many bytes of them there are.
    ///   - file: how many bytes come behind the first eight.
    private func header(samples: UInt32, file: UInt32) -> [UInt8] {
        let frameBytes = format.channels * 2
        var header: [UInt8] = []
        func add<Number: FixedWidthInteger>(_ number: Number) {
            withUnsafeBytes(of: number.littleEndian) { header += $0 }
        }
        header += Array("RIFF".utf8)
        add(file)
        header += Array("WAVEfmt ".utf8)
        add(UInt32(16))
        add(UInt16(1))  // whole-number samples
        add(UInt16(format.channels))
        add(UInt32(format.framesPerSecond))
        add(UInt32(format.framesPerSecond * frameBytes))
        add(UInt16(frameBytes))
        add(UInt16(16))
        header += Array("data".utf8)
        add(samples)
        return header
    }
}
