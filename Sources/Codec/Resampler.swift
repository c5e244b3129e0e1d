import CSpeexDSP
public import Voice

/// Turns sound of one format into another as it streams, by SpeexDSP: any rate, one or two
/// channels in, any number out (a mono sample is repeated on each).
public struct Resampler: ~Copyable {
    public let input: AudioFormat
    public let output: AudioFormat
    private let speex: SpeexResampler?

    /// - Parameter output: its channels are 1, or the same as those of `input`, or `input` is
    ///   mono.
    public init(from input: AudioFormat, to output: AudioFormat) {
        self.input = input
        self.output = output
        speex =
            input.framesPerSecond == output.framesPerSecond
            ? nil : SpeexResampler(from: input.framesPerSecond, to: output.framesPerSecond)
    }

    /// The next stretch of sound. What the filter still holds back comes with the next call, or
    /// with `flush`.
    public func convert(_ chunk: AudioChunk) -> AudioChunk {
        precondition(chunk.format == input, "a resampler serves one format")
        // At one channel the filter works once, whatever goes in and out.
        let mixed = mixed(chunk.samples, channels: input.channels)
        let mono = speex?.process(mixed) ?? mixed
        guard output.channels > 1 else { return AudioChunk(mono, format: output) }
        let spread = mono.flatMap { Array(repeating: $0, count: output.channels) }
        return AudioChunk(spread, format: output)
    }

    /// The end of the sound, which the filter has held back so far.
    public func flush() -> AudioChunk {
        let held = speex?.heldBack() ?? 0
        let rest = [Int16](repeating: 0, count: held * input.channels)
        return convert(AudioChunk(rest, format: input))
    }

    /// A whole recording at once.
    public static func convert(_ whole: AudioChunk, to output: AudioFormat) -> AudioChunk {
        guard whole.format != output else { return whole }
        let resampler = Resampler(from: whole.format, to: output)
        let samples = resampler.convert(whole).samples + resampler.flush().samples
        // The filter's own delay comes out as a few frames too many at the end.
        let count = whole.frames * output.framesPerSecond / whole.format.framesPerSecond
        return AudioChunk(Array(samples.prefix(count * output.channels)), format: output)
    }
}

private func mixed(_ samples: [Int16], channels: Int) -> [Int16] {
    guard channels > 1 else { return samples }
    return stride(from: 0, to: samples.count, by: channels).map { start in
        let sum = samples[start..<start + channels].reduce(0) { $0 + Int($1) }
        return Int16(sum / channels)
    }
}

/// Owns one SpeexDSP resampler of one channel. Not private: 6.3.1 cannot destroy a private
/// noncopyable member from another module.
struct SpeexResampler: ~Copyable {
    private let pointer: OpaquePointer
    private let factor: Double

    /// Quality of SpeexDSP's scale of 0 to 10; 4 is its desktop default for speech.
    private static let quality: CInt = 4

    init(from input: Int, to output: Int) {
        var status: CInt = 0
        // Fails only for want of memory or for a rate of nothing, which no format has.
        pointer = speex_resampler_init(1, UInt32(input), UInt32(output), Self.quality, &status)!
        factor = Double(output) / Double(input)
        // Without this the sound would begin with the filter's delay of zeros.
        speex_resampler_skip_zeros(pointer)
    }

    deinit { speex_resampler_destroy(pointer) }

    /// Frames that the filter holds back.
    func heldBack() -> Int { Int(speex_resampler_get_input_latency(pointer)) }

    func process(_ samples: [Int16]) -> [Int16] {
        let room = Int(Double(samples.count) * factor) + 64
        return [Int16](unsafeUninitializedCapacity: room) { buffer, initialized in
            var taken = UInt32(samples.count)
            var given = UInt32(room)
            speex_resampler_process_int(pointer, 0, samples, &taken, buffer.baseAddress!, &given)
            initialized = Int(given)
        }
    }
}
