public import Voice

/// Plain samples as a stream of bytes: 16 bits, little-endian, the channels of a frame side by side.
public final class SampleEncoder: AudioEncoder {
    /// RFC 2586 would have them big-endian; whoever asks for these knows how they lie.
    public static let mediaType = "application/octet-stream"

    private let format: AudioFormat

    public init(format: AudioFormat) { self.format = format }

    public func encode(_ chunk: AudioChunk) -> [UInt8] {
        precondition(chunk.format == format, "a stream has one format")
        return littleEndian(chunk.samples)
    }

    public func finish() -> [UInt8] { [] }
}

/// Samples as bytes, the low one first.
func littleEndian(_ samples: [Int16]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: samples.count * 2) { buffer, initialized in
        for (index, sample) in samples.enumerated() {
            buffer[index * 2] = UInt8(truncatingIfNeeded: sample)
            buffer[index * 2 + 1] = UInt8(truncatingIfNeeded: sample >> 8)
        }
        initialized = samples.count * 2
    }
}
