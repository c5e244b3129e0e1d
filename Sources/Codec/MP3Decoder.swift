import CMPG123
public import Voice

/// Sound out of MP3 as its bytes arrive, in pieces of any size, by libmpg123. For one stream and
/// one caller at a time.
///
/// Tags are skipped, as is a little of what is no MP3 between frames; frames that are damaged or
/// cut are left out. The format may change on the way: each chunk tells its own.
public final class MP3Decoder {
    /// Bytes that are no MP3.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// So many bytes without a frame, tags not counted, are no MP3. Frames have at most 2 881
    /// bytes, so real streams are sure of themselves long before that.
    public static let patience = 64 * 1024

    private let mpg123: OpaquePointer
    private var tags = TagSkipper()
    private var format: AudioFormat?
    /// Since the last frame.
    private var bytesWithoutSound = 0
    private var hasGivenSound = false

    public init() {
        // Both fail only for want of memory.
        mpg123 = mpg123_new(nil, nil)!
        cmpg123_set_up(mpg123, Self.patience)
        // 16 bits at every rate, nothing resampled, nothing mixed.
        mpg123_format_none(mpg123)
        for rate in [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] {
            mpg123_format(mpg123, rate, cmpg123_mono_or_stereo, cmpg123_signed_16)
        }
        let status = mpg123_open_feed(mpg123)
        precondition(status == cmpg123_ok, "libmpg123 cannot begin: no memory")
    }

    deinit { mpg123_delete(mpg123) }

    /// The sound that `bytes` complete; none while a frame is not whole. Holds at most what one
    /// call gives, and `patience` bytes.
    ///
    /// - Throws: when this is no MP3, at once or after a beginning that was; nothing may be decoded
    ///   after that.
    public func decode(_ bytes: some Collection<UInt8>) throws(Failure) -> [AudioChunk] {
        var chunks: [AudioChunk] = []
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            // In small pieces, so that what comes out in one go is small too.
            let piece = tags.withoutTags(rest.prefix(16_384))
            rest = rest.dropFirst(16_384)
            guard !piece.isEmpty else { continue }
            let status = piece.withUnsafeBytes {
                mpg123_feed(mpg123, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
            }
            guard status == cmpg123_ok else { throw failure() }
            bytesWithoutSound += piece.count
            chunks += try decodeWhatIsThere()
            guard bytesWithoutSound <= Self.patience else {
                throw Failure(
                    description: hasGivenSound
                        ? "the MP3 stream breaks off into something else"
                        : "this is no MP3: there is no frame in \(Self.patience / 1024) KB")
            }
        }
        return chunks
    }

    /// To be called at the end of the bytes. A frame that was cut short is left out.
    ///
    /// - Throws: when there was no sound in all of them.
    public func finish() throws(Failure) {
        guard !hasGivenSound else { return }
        throw Failure(description: "this is no MP3: there is no whole frame in it")
    }

    private func decodeWhatIsThere() throws(Failure) -> [AudioChunk] {
        var chunks: [AudioChunk] = []
        while true {
            var audio: UnsafeMutablePointer<UInt8>?
            var count = 0
            let status = mpg123_decode_frame(mpg123, nil, &audio, &count)
            if let audio, count > 0, let format {
                let samples = UnsafeRawBufferPointer(start: audio, count: count)
                    .bindMemory(to: Int16.self)
                let whole = samples.count - samples.count % format.channels
                chunks.append(AudioChunk(Array(samples.prefix(whole)), format: format))
                hasGivenSound = true
                bytesWithoutSound = 0
            }
            switch status {
            case cmpg123_ok: continue
            case cmpg123_new_format: format = try newFormat()
            case cmpg123_need_more, cmpg123_done: return chunks
            default: throw failure()
            }
        }
    }

    private func newFormat() throws(Failure) -> AudioFormat {
        var rate = 0
        var channels: CInt = 0
        var encoding: CInt = 0
        guard mpg123_getformat(mpg123, &rate, &channels, &encoding) == cmpg123_ok else {
            throw failure()
        }
        return AudioFormat(framesPerSecond: rate, channels: Int(channels))
    }

    private func failure() -> Failure {
        let reason = String(cString: mpg123_strerror(mpg123))
        let oneLine = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
        return Failure(description: "this is no MP3: \(oneLine)")
    }
}

/// Takes an ID3v2 tag away at the beginning of a stream. libmpg123 could, but waits until all of
/// the tag is in memory, and a tag may announce 256 MB.
struct TagSkipper {
    /// What may be the beginning of a tag, while it is too short to tell.
    private var head: [UInt8] = []
    private var bytesToSkip = 0
    private var isPastTags = false

    private static let headBytes = 10

    mutating func withoutTags(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if isPastTags { return bytes }
        var bytes = bytes
        while true {
            let skipped = min(bytesToSkip, bytes.count)
            bytes = bytes.dropFirst(skipped)
            bytesToSkip -= skipped
            guard bytesToSkip == 0, !bytes.isEmpty else { return [] }
            let missing = Self.headBytes - head.count
            head += bytes.prefix(missing)
            bytes = bytes.dropFirst(missing)
            guard zip(head, "ID3".utf8).allSatisfy(==) else {
                isPastTags = true
                return head + bytes
            }
            guard head.count == Self.headBytes else { return [] }
            // Four times seven bits, and a footer of ten bytes if bit 4 of the flags says so.
            bytesToSkip = head[6...9].reduce(0) { $0 << 7 | Int($1 & 0x7f) }
            if head[5] & 0x10 != 0 { bytesToSkip += Self.headBytes }
            head = []
        }
    }
}
