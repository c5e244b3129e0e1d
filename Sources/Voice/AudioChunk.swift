/// A stretch of sound.
///
/// Samples are signed 16-bit in the machine's byte order, full scale ±32 767. The channels of a
/// frame lie side by side, so `samples.count` is a multiple of `format.channels`. An empty chunk
/// is valid and lasts no time.
public struct AudioChunk: Equatable, Sendable {
    public let samples: [Int16]
    public let format: AudioFormat

    public init(_ samples: [Int16], format: AudioFormat) {
        precondition(samples.count.isMultiple(of: format.channels), "a frame is cut in two")
        self.samples = samples
        self.format = format
    }

    /// `duration` of digital silence.
    public static func silence(lasting duration: Duration, format: AudioFormat) -> AudioChunk {
        let count = format.frames(in: duration) * format.channels
        return AudioChunk(Array(repeating: 0, count: count), format: format)
    }

    public var frames: Int { samples.count / format.channels }
    public var duration: Duration { format.duration(ofFrames: frames) }
    public var isEmpty: Bool { samples.isEmpty }

    /// The frames of `range`, cut to those that are there.
    public func part(_ range: Range<Int>) -> AudioChunk {
        let range = range.clamped(to: 0..<frames)
        let cut = samples[range.lowerBound * format.channels..<range.upperBound * format.channels]
        return AudioChunk(Array(cut), format: format)
    }
}

/// Sound that arrives while it is being made. A stream that simply ends is complete.
public typealias AudioStream = AsyncThrowingStream<AudioChunk, any Error>

/// Text that arrives while it is being written, in pieces of any length. A stream that simply
/// ends is complete.
public typealias TextStream = AsyncThrowingStream<String, any Error>
