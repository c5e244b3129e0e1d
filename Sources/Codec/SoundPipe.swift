import CSndFile
public import Voice

/// Sound that another program writes into a pipe as a WAV file, read as it is made.
public struct SoundPipe: ~Copyable {
    private let handle: SndFileHandle
    public let format: AudioFormat

    /// Blocks until the header is there.
    ///
    /// - Parameter descriptor: the reading end; stays open, and its owner's.
    public init(reading descriptor: CInt) throws(AudioFile.Failure) {
        var information = SF_INFO()
        handle = try SndFileHandle(reading: descriptor, &information)
        format = AudioFormat(
            framesPerSecond: Int(information.samplerate), channels: Int(information.channels))
    }

    /// Blocks until `duration` of sound is there, or the last of it; empty at its end.
    public func read(_ duration: Duration) -> AudioChunk {
        let frames = format.frames(in: duration)
        let samples = [Int16](unsafeUninitializedCapacity: frames * format.channels) {
            buffer, initialized in
            let got = sf_readf_short(handle.pointer, buffer.baseAddress!, sf_count_t(frames))
            initialized = Int(max(got, 0)) * format.channels
        }
        return AudioChunk(samples, format: format)
    }
}
