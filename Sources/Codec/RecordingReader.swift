public import Voice

/// A recording out of the bytes of a file as they arrive, as speech is wanted everywhere here:
/// 16 kHz, mono. WAV and MP3 are heard while they come; FLAC, Ogg and the rarer kinds of WAV when
/// all of them is there. Which kind it is, the file itself tells. For one caller at a time.
public final class RecordingReader {
    /// Why there is no recording.
    public enum Failure: Error, Equatable, CustomStringConvertible {
        /// Nothing that is taken here.
        case unknownKind
        /// Of a kind that is taken, but broken, or without sound.
        case broken(String)
        case tooLong(limit: Duration)
        /// There is nowhere to put it until all of it is there.
        case noRoom(String)

        public var description: String {
            switch self {
            case .unknownKind:
                "this is no recording in a format that is taken: \(RecordingReader.kinds)"
            case .broken(let reason): "the recording cannot be used: \(reason)"
            case .tooLong(let limit):
                "the recording is longer than \(limit.components.seconds) s; cut it, or raise"
                    + " audio.longestTurnSeconds"
            case .noRoom(let reason): "the recording cannot be kept for the moment: \(reason)"
            }
        }
    }

    /// The formats that are taken, for people.
    public static let kinds = "WAV, FLAC, Ogg (Vorbis or Opus), MP3"

    private enum Kind {
        /// So far it may be anything.
        case unknown
        /// Everything so far is in hand, should its header tell of samples that only libsndfile
        /// reads.
        case wav(WAVStream, head: [UInt8])
        case mp3(MP3Decoder)
        case file(PassingFile)
    }

    private var kind = Kind.unknown
    private var head: [UInt8] = []
    private let limit: Duration
    private let folder: String
    private var converter: SpeechConverter?
    private var frames = 0
    private var taken = 0

    /// Three minutes of stereo at 48 kHz and 16 bits; what it is put down in is no larger.
    private static let mostBytes = 32 << 20
    /// As many bytes tell the kinds apart: a WAV file's first twelve.
    private static let headBytes = 12

    /// - Parameters:
    ///   - limit: a longer recording is refused rather than cut.
    ///   - folder: where a file may lie that is read when all of it is there. It has no name there,
    ///     and is gone with this object.
    public init(atMost limit: Duration, spoolingTo folder: String) {
        self.limit = limit
        self.folder = folder
    }

    /// The sound that `bytes` complete.
    public func take(_ bytes: [UInt8]) throws(Failure) -> [AudioChunk] {
        taken += bytes.count
        guard taken <= Self.mostBytes else { throw .tooLong(limit: limit) }
        var bytes = bytes
        if case .unknown = kind {
            head += bytes
            guard head.count >= Self.headBytes else { return [] }
            if MP3FrameHeader(head[...]) != nil, !MP3FrameHeader.isFollowedByAnother(head),
                head.count < Self.longestMP3Frame
            {
                return []
            }
            bytes = head
            head = []
            kind = try kind(of: bytes)
        }
        return try sound(of: bytes)
    }

    /// To be called at the end of the bytes: the rest of the sound. Takes as long as reading a file
    /// does.
    ///
    /// - Throws: also when there was no sound in all of them.
    public func finish() throws(Failure) -> [AudioChunk] {
        var chunks: [AudioChunk] = []
        if case .unknown = kind {
            guard !head.isEmpty else { throw .broken("it is empty") }
            kind = try kind(of: head)
            chunks = try sound(of: head)
        }
        if case .file(let file) = kind {
            chunks += try sound(in: file)
        }
        if let rest = converter?.flush(), !rest.isEmpty { chunks.append(rest) }
        guard frames > 0 else { throw .broken("there is no sound in it") }
        return chunks
    }

    /// Read piece by piece: at the file's own rate and channels the whole may be many times as
    /// large as what is wanted of it.
    private func sound(in file: PassingFile) throws(Failure) -> [AudioChunk] {
        var chunks: [AudioChunk] = []
        var failure: Failure?
        do {
            try AudioFile.read(file.path, atMost: limit) { part in
                do throws(Failure) {
                    if failure == nil { chunks += try converted([part]) }
                } catch {
                    failure = error
                }
            }
        } catch {
            throw error.isTooLong
                ? .tooLong(limit: limit) : .broken(Self.reason(of: error, file.path))
        }
        if let failure { throw failure }
        return chunks
    }

    // MARK: - Which kind

    /// The longest there is, and the next one's header.
    private static let longestMP3Frame = 2_881 + MP3FrameHeader.bytes

    private func kind(of bytes: [UInt8]) throws(Failure) -> Kind {
        if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WAVE".utf8) {
            return .wav(WAVStream(), head: [])
        }
        if bytes.starts(with: "ID3".utf8) || MP3FrameHeader.isFollowedByAnother(bytes) {
            return .mp3(MP3Decoder())
        }
        let isFile = ["fLaC", "OggS", "RF64"].contains { bytes.starts(with: $0.utf8) }
        guard isFile else { throw .unknownKind }
        return .file(try makeFile())
    }

    /// Without the path, which is nobody's.
    private static func reason(of failure: AudioFile.Failure, _ path: String) -> String {
        let beginning = "cannot read \(path): "
        let text = failure.description
        return text.hasPrefix(beginning) ? String(text.dropFirst(beginning.count)) : text
    }

    private func makeFile() throws(Failure) -> PassingFile {
        do {
            return try PassingFile(in: folder)
        } catch {
            throw .noRoom(error.description)
        }
    }

    private func sound(of bytes: [UInt8]) throws(Failure) -> [AudioChunk] {
        switch kind {
        case .unknown: return []
        case .wav(var stream, let before):
            let chunk: AudioChunk?
            do {
                chunk = try stream.take(bytes)
            } catch {
                // Libsndfile knows more kinds of samples, and says it better if it does not.
                let file = try makeFile()
                kind = .file(file)
                return try keep(before + bytes, in: file)
            }
            kind = .wav(stream, head: stream.isInSound ? [] : before + bytes)
            return try converted(chunk.map { [$0] } ?? [])
        case .mp3(let decoder):
            let chunks: [AudioChunk]
            do {
                chunks = try decoder.decode(bytes)
            } catch {
                throw .broken(error.description)
            }
            return try converted(chunks)
        case .file(let file): return try keep(bytes, in: file)
        }
    }

    private func keep(_ bytes: [UInt8], in file: PassingFile) throws(Failure) -> [AudioChunk] {
        do {
            try file.append(bytes)
        } catch {
            throw .noRoom(error.description)
        }
        return []
    }

    private func converted(_ chunks: [AudioChunk]) throws(Failure) -> [AudioChunk] {
        var speech: [AudioChunk] = []
        for chunk in chunks where !chunk.isEmpty {
            if converter?.input != chunk.format {
                if let rest = converter?.flush(), !rest.isEmpty { speech.append(rest) }
                converter = SpeechConverter(from: chunk.format)
            }
            speech.append(converter!.convert(chunk))
        }
        frames += speech.reduce(0) { $0 + $1.frames }
        // The filter's own delay may be a few frames too many.
        guard frames <= AudioFormat.speech.frames(in: limit) + 320 else {
            throw .tooLong(limit: limit)
        }
        return speech.filter { !$0.isEmpty }
    }
}

/// Makes sound of one format into that of speech, as it comes. For one caller at a time.
public final class SpeechConverter {
    public let input: AudioFormat
    private let resampler: Resampler?

    public init(from input: AudioFormat) {
        self.input = input
        resampler = input == .speech ? nil : Resampler(from: input, to: .speech)
    }

    public func convert(_ chunk: AudioChunk) -> AudioChunk {
        guard resampler != nil else { return chunk }
        return resampler!.convert(chunk)
    }

    /// The end of the sound, which was held back so far.
    public func flush() -> AudioChunk {
        guard resampler != nil else { return AudioChunk([], format: .speech) }
        return resampler!.flush()
    }
}
