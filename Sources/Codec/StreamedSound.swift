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
            guard head.count >= Self.headBytes else { return [] }
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
            throw Failure(description: "the answer is \(type), no sound")
        }
        // Quiet samples may look like the beginning of an MP3 frame; who names them is believed.
        let isSamples = ["audio/pcm", "audio/l16", "audio/raw"].contains { type.hasPrefix($0) }
        if !isSamples, Self.beginsMP3Frame(bytes),
            type.hasPrefix("audio/mp") || type == "audio/x-mp3"
        {
            return .mp3(MP3Decoder())
        }
        let rate = Self.parameter("rate", of: type).flatMap { Int($0) }
        guard let rate, 8_000...48_000 ~= rate else { return .samples(SampleBytes(format)) }
        return .samples(SampleBytes(AudioFormat(framesPerSecond: rate, channels: 1)))
    }

    /// Eleven bits of ones, a version, layer III, a bit rate and a sampling rate.
    private static func beginsMP3Frame(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0 else { return false }
        return bytes[1] & 0x18 != 0x08 && bytes[1] & 0x06 == 0x02 && bytes[2] & 0xF0 != 0xF0
            && bytes[2] & 0x0C != 0x0C
    }

    private static func parameter(_ name: String, of type: String) -> String? {
        for part in type.split(separator: ";").dropFirst() {
            let sides = part.split(separator: "=", maxSplits: 1)
            let key = sides[0].filter { !$0.isWhitespace }
            if key == name, sides.count == 2 { return sides[1].filter(\.isNumber) }
        }
        return nil
    }
}

/// 16-bit little-endian samples out of bytes that may break off inside of a frame.
struct SampleBytes {
    let format: AudioFormat
    private var rest: [UInt8] = []

    init(_ format: AudioFormat) { self.format = format }

    /// The whole frames; what is left of the last one waits for the next bytes.
    mutating func take(_ bytes: ArraySlice<UInt8>) -> AudioChunk {
        let all = rest.isEmpty ? bytes : (rest + bytes)[...]
        let whole = all.count - all.count % (2 * format.channels)
        rest = Array(all.dropFirst(whole))
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
