public import Voice

/// Sound out of the bytes of an answer as they arrive. What kind it is tells the sound itself
/// before anything that was said about it: servers send WAV where raw samples were asked for.
public final class StreamedSound {
    /// Bytes that are no sound we can play: what they are, in one line.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    private enum Kind {
        /// So far it may be anything.
        case unknown
        case samples(SampleBytes)
        case wav(WAVStream)
        case mp3(MP3Decoder)
    }

    private var kind = Kind.unknown
    private var head: [UInt8] = []
    private let mediaType: String?
    private let format: AudioFormat
    private var hasSound = false

    /// As many bytes tell every kind from the others: a WAV file's first twelve.
    private static let headBytes = 12

    /// - Parameters:
    ///   - mediaType: as the server names it, parameters and all; nil if it does not.
    ///   - format: of raw samples for which the media type names no rate; mono.
    public init(mediaType: String?, format: AudioFormat) {
        self.mediaType = mediaType
        self.format = format
    }

    /// The sound that `bytes` complete.
    ///
    /// - Throws: when this is nothing that can be played; nothing may be decoded after that.
    public func decode(_ bytes: [UInt8]) throws(Failure) -> [AudioChunk] {
        var bytes = bytes
        if case .unknown = kind {
            head += bytes
            guard head.count >= needed(head) else { return [] }
            bytes = head
            head = []
            kind = try kind(of: bytes)
        }
        let chunks = try sound(of: bytes)
        if chunks.contains(where: { !$0.isEmpty }) { hasSound = true }
        return chunks
    }

    /// To be called at the end of the bytes: the rest of the sound.
    ///
    /// - Throws: when there was none in all of them.
    public func finish() throws(Failure) -> [AudioChunk] {
        var rest: [AudioChunk] = []
        if case .unknown = kind, !head.isEmpty {
            kind = try kind(of: head)
            rest = try sound(of: head)
        }
        guard hasSound || rest.contains(where: { !$0.isEmpty }) else {
            throw Failure(description: "there is no sound in the answer")
        }
        return rest
    }

    private func sound(of bytes: [UInt8]) throws(Failure) -> [AudioChunk] {
        switch kind {
        case .unknown: return []
        case .samples(var samples):
            let chunk = samples.take(bytes[...])
            kind = .samples(samples)
            return chunk.isEmpty ? [] : [chunk]
        case .wav(var wav):
            let chunk = try wav.take(bytes)
            kind = .wav(wav)
            return chunk.map { [$0] } ?? []
        case .mp3(let decoder):
            do {
                return try decoder.decode(bytes)
            } catch {
                throw Failure(description: error.description)
            }
        }
    }

    private func kind(of bytes: [UInt8]) throws(Failure) -> Kind {
        let type = mediaType?.lowercased() ?? ""
        if bytes.starts(with: "RIFF".utf8) { return .wav(WAVStream()) }
        if bytes.starts(with: "ID3".utf8) { return .mp3(MP3Decoder()) }
        for (magic, name) in [("OggS", "Ogg"), ("fLaC", "FLAC")]
        where bytes.starts(with: magic.utf8) {
            throw Failure(description: "the answer is \(name), which is not played as it streams")
        }
        if type.hasPrefix("text/") || type.hasPrefix("application/json") {
            throw Failure(description: "the answer is \(type.prefix(40)), no sound")
        }
        if isNamedMP3 || MP3FrameHeader.isFollowedByAnother(bytes) { return .mp3(MP3Decoder()) }
        let rate = Self.parameter("rate", of: type).flatMap { Int($0) }
        guard let rate, 8_000...48_000 ~= rate else { return .samples(SampleBytes(format)) }
        return .samples(SampleBytes(AudioFormat(framesPerSecond: rate, channels: 1)))
    }

    private var isNamedMP3: Bool {
        let type = mediaType?.lowercased() ?? ""
        return type.hasPrefix("audio/mp") || type.hasPrefix("audio/x-mp")
    }

    /// How many bytes tell what this is: quiet samples may look like the beginning of an MP3 frame,
    /// and only what stands behind it shows that they are not.
    private func needed(_ head: [UInt8]) -> Int {
        guard !isNamedMP3, let frame = MP3FrameHeader(head[...]) else { return Self.headBytes }
        return max(Self.headBytes, frame.length + MP3FrameHeader.bytes)
    }

    private static func parameter(_ name: String, of type: String) -> String? {
        for part in type.split(separator: ";").dropFirst() {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = sides[0].filter { !$0.isWhitespace }
            if key == name, sides.count == 2 { return sides[1].filter(\.isNumber) }
        }
        return nil
    }
}

/// The four bytes before a frame of MPEG audio, layer III (ISO/IEC 11172-3, 2.4.1.3).
struct MP3FrameHeader {
    static let bytes = 4
    /// Of the whole frame.
    let length: Int

    private static let kilobits = (
        mpeg1: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        mpeg2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
    )

    /// Nil for what is none.
    init?(_ bytes: ArraySlice<UInt8>) {
        let head = Array(bytes.prefix(Self.bytes))
        // Eleven bits of ones, a version, layer III.
        guard head.count == Self.bytes, head[0] == 0xFF, head[1] & 0xE6 == 0xE2,
            head[1] & 0x18 != 0x08
        else { return nil }
        let isMPEG1 = head[1] & 0x18 == 0x18
        let rate = Int(head[2] >> 4)
        let sampling = Int(head[2] >> 2 & 3)
        guard 1...14 ~= rate, sampling < 3 else { return nil }
        let halvings = isMPEG1 ? 0 : head[1] & 0x18 == 0x10 ? 1 : 2
        let framesPerSecond = [44_100, 48_000, 32_000][sampling] >> halvings
        let kilobits = isMPEG1 ? Self.kilobits.mpeg1 : Self.kilobits.mpeg2
        length =
            (isMPEG1 ? 144_000 : 72_000) * kilobits[rate - 1] / framesPerSecond
            + Int(head[2] >> 1 & 1)
    }

    /// Whether `bytes` begin with a frame, and the next with another.
    static func isFollowedByAnother(_ bytes: [UInt8]) -> Bool {
        guard let first = MP3FrameHeader(bytes[...]) else { return false }
        return MP3FrameHeader(bytes.dropFirst(first.length)) != nil
    }
}

/// 16-bit little-endian samples out of bytes that may break off inside of a frame.
public struct SampleBytes {
    public let format: AudioFormat
    private var rest: [UInt8] = []

    public init(_ format: AudioFormat) { self.format = format }

    /// The whole frames; what is left of the last one waits for the next bytes.
    public mutating func take(_ bytes: ArraySlice<UInt8>) -> AudioChunk {
        let all = rest.isEmpty ? bytes : (rest + bytes)[...]
        let whole = all.count - all.count % (2 * format.channels)
        rest = Array(all.dropFirst(whole))
        // Made of no room an array shares its storage with all empty ones, and writes its count there.
        guard whole > 0 else { return AudioChunk([], format: format) }
        let samples = [Int16](unsafeUninitializedCapacity: whole / 2) { buffer, initialized in
            var index = all.startIndex
            for sample in 0..<whole / 2 {
                buffer[sample] = Int16(
                    bitPattern: UInt16(all[index]) | UInt16(all[index + 1]) << 8)
                index += 2
            }
            initialized = whole / 2
        }
        return AudioChunk(samples, format: format)
    }
}

/// A WAV file as it streams, whose header does not know its length or does.
struct WAVStream {
    private var head: [UInt8] = []
    private var samples: SampleBytes?
    /// How many bytes of sound there are still to come; nil to the end of the stream.
    private var left: Int?

    /// The header is read: what comes is samples.
    var isInSound: Bool { samples != nil }

    /// Real headers have less than a hundred bytes; some carry a cover picture.
    private static let mostHeaderBytes = 256 * 1024

    mutating func take(_ bytes: [UInt8]) throws(StreamedSound.Failure) -> AudioChunk? {
        if samples != nil { return sound(bytes[...]) }
        head += bytes
        guard let start = try readHeader() else {
            guard head.count <= Self.mostHeaderBytes else {
                throw .init(description: "the WAV header has no end")
            }
            return nil
        }
        defer { head = [] }
        return sound(head[start...])
    }

    private mutating func sound(_ bytes: ArraySlice<UInt8>) -> AudioChunk? {
        let wanted = left.map { bytes.prefix($0) } ?? bytes
        left = left.map { $0 - wanted.count }
        guard let chunk = samples?.take(wanted), !chunk.isEmpty else { return nil }
        return chunk
    }

    /// - Returns: where the sound begins, nil while the header is not complete.
    private mutating func readHeader() throws(StreamedSound.Failure) -> Int? {
        guard head.count >= 12 else { return nil }
        guard head[8..<12].elementsEqual("WAVE".utf8) else {
            throw .init(description: "the answer is a RIFF file, but no WAV")
        }
        var format: AudioFormat?
        var start = 12
        while start + 8 <= head.count {
            let size = Int(number(at: start + 4, bytes: 4))
            let name = head[start..<start + 4]
            if name.elementsEqual("data".utf8) {
                guard let format else { throw .init(description: "the WAV names no format") }
                samples = SampleBytes(format)
                // 0, 0x7FFFFFFF and 0xFFFFFFFF stand for "until the end", by source.
                left = size == 0 || size >= 0x7FFF_FF00 ? nil : size
                return start + 8
            }
            // Chunks have an even number of bytes.
            let next = start + 8 + size + size % 2
            guard next <= head.count else {
                guard next <= Self.mostHeaderBytes else {
                    throw .init(description: "the WAV header has no end")
                }
                return nil
            }
            if name.elementsEqual("fmt ".utf8), size >= 16 { format = try readFormat(start + 8) }
            start = next
        }
        return nil
    }

    private func readFormat(_ start: Int) throws(StreamedSound.Failure) -> AudioFormat {
        let coding = number(at: start, bytes: 2)
        let channels = Int(number(at: start + 2, bytes: 2))
        let rate = Int(number(at: start + 4, bytes: 4))
        let bits = number(at: start + 14, bytes: 2)
        // 1 is whole-number samples, 0xFFFE says the same at greater length.
        guard coding == 1 || coding == 0xFFFE, bits == 16, 1...2 ~= channels,
            8_000...48_000 ~= rate
        else {
            throw .init(
                description: "the WAV has \(bits) bits, \(channels) channels and \(rate) Hz"
                    + " (coding \(coding)), not 16 bits, mono or stereo")
        }
        return AudioFormat(framesPerSecond: rate, channels: channels)
    }

    private func number(at start: Int, bytes count: Int) -> UInt32 {
        head[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
