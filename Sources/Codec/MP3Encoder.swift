import CLAME
public import Voice

/// MP3 as a stream of bytes, by LAME: sound goes in as it is made, frames come out as they are
/// full, some 50 to 150 ms later.
public final class MP3Encoder: AudioEncoder {
    public static let mediaType = "audio/mpeg"

    /// Of each channel. LAME's own preset for speech, `--preset voice`, is 56 kbit/s mono, and
    /// every rate of MP3 knows that number. Constant, so that a player of a stream without a
    /// length can tell how long it has been playing.
    public static let kilobitsPerSecond = 56

    private let format: AudioFormat
    private let lame: OpaquePointer

    /// - Parameter format: 8 000 to 48 000 frames a second, one or two channels. A rate that MP3
    ///   does not have is resampled by LAME to one that it has.
    public init(format: AudioFormat) {
        precondition(8_000...48_000 ~= format.framesPerSecond, "MP3 has 8 to 48 kHz")
        precondition(1...2 ~= format.channels, "MP3 has one or two channels")
        self.format = format
        lame = lame_init()  // fails only for want of memory
        clame_be_quiet(lame)
        lame_set_in_samplerate(lame, CInt(format.framesPerSecond))
        // Or LAME would choose a lower rate by the bit rate.
        lame_set_out_samplerate(lame, CInt(Self.rate(near: format.framesPerSecond)))
        lame_set_num_channels(lame, CInt(format.channels))
        lame_set_mode(lame, format.channels == 1 ? MONO : JOINT_STEREO)
        lame_set_brate(lame, CInt(Self.kilobitsPerSecond * format.channels))
        lame_set_quality(lame, 7)  // fast, and good enough for speech at this rate
        // A header that is completed at the end is of no use to those who have heard the beginning.
        lame_set_bWriteVbrTag(lame, 0)
        let status = lame_init_params(lame)
        precondition(status >= 0, "LAME refuses \(format)")
    }

    deinit { lame_close(lame) }

    public func encode(_ chunk: AudioChunk) -> [UInt8] {
        precondition(chunk.format == format, "a stream has one format")
        guard !chunk.isEmpty else { return [] }
        // LAME's own bound on what it may give for so many frames; resampled there may be more.
        let room = chunk.frames * 6 * 5 / 4 + 7_200
        // It does not write to what it takes, but does not promise so.
        var samples = chunk.samples
        return [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
            let frames = CInt(chunk.frames)
            let given =
                format.channels == 1
                ? lame_encode_buffer(
                    lame, samples, samples, frames, buffer.baseAddress, CInt(room))
                : lame_encode_buffer_interleaved(
                    lame, &samples, frames, buffer.baseAddress, CInt(room))
            initialized = Int(max(given, 0))
        }
    }

    public func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 7_200) { buffer, initialized in
            initialized = Int(max(lame_encode_flush(lame, buffer.baseAddress, 7_200), 0))
        }
    }

    /// The lowest rate of MP3 that loses nothing.
    private static func rate(near rate: Int) -> Int {
        [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100].first { $0 >= rate }
            ?? 48_000
    }
}
