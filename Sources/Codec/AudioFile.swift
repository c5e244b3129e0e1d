import CSndFile
import Glibc
public import Voice

/// Sound in files: WAV, FLAC, Ogg and what else libsndfile knows are read, and MP3, each known by
/// its content, whatever the file is called; WAV is written.
public enum AudioFile {
    /// A file that holds no usable sound, or cannot be written: what was tried, on what, and why.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        public let description: String
        /// It would be read if it were shorter.
        public private(set) var isTooLong = false

        init(description: String, isTooLong: Bool = false) {
            self.description = description
            self.isTooLong = isTooLong
        }
    }

    /// A recording out of a file.
    public struct Recording: Sendable {
        public let sound: AudioChunk
        /// The file's header promises more sound than the file holds.
        public let isTruncated: Bool
    }

    /// Reads a whole recording, in the file's own rate and channels, 16 bits whatever it holds.
    ///
    /// Headers of streamed sound give no length (0, 0x7FFFFFFF or 0xFFFFFFFF bytes, by source);
    /// such a file is read to its end.
    ///
    /// - Parameter limit: a longer recording is refused rather than cut, before it is read.
    public static func read(_ path: String, atMost limit: Duration) throws(Failure) -> Recording {
        try demandFile(path)
        if try SndFile(reading: path).kind == .mp3 {
            return try MP3File.read(path, atMost: limit)
        }
        var samples: [Int16] = []
        let (format, isTruncated) = try readParts(of: path, atMost: limit) { samples += $0 }
        return Recording(
            sound: AudioChunk(samples, format: format), isTruncated: isTruncated)
    }

    /// The same in pieces of about a second, which come one after the other: for files that take
    /// more memory than what is wanted of them. Not for MP3.
    public static func read(
        _ path: String, atMost limit: Duration, each: (AudioChunk) -> Void
    ) throws(Failure) {
        try demandFile(path)
        let format = try SndFile(reading: path).format
        _ = try readParts(of: path, atMost: limit) { each(AudioChunk($0, format: format)) }
    }

    /// A file is read more than once, which a pipe cannot be, and one that nobody writes to would be
    /// waited for.
    private static func demandFile(_ path: String) throws(Failure) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw Failure(description: "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            throw Failure(
                description:
                    "cannot read \(path): it is \(kind == S_IFDIR ? "a folder" : "no file");"
                    + " name a file with sound")
        }
    }

    private static func readParts(
        of path: String, atMost limit: Duration, _ take: ([Int16]) -> Void
    ) throws(Failure) -> (format: AudioFormat, isTruncated: Bool) {
        let kind = try SndFile(reading: path).kind
        let file = try SndFile(reading: path, asEndless: kind == .endlessWAV)
        let format = file.format
        guard 8_000...192_000 ~= format.framesPerSecond, 1...8 ~= format.channels else {
            throw Failure(description: "cannot read \(path): \(format) is no speech recording")
        }
        let tooLong = tooLong(path, file.length, limit)
        if let length = file.length, length > limit { throw tooLong }
        let most = format.frames(in: limit)
        var count = 0
        while true {
            let part = file.read(frames: 16_384)
            guard !part.isEmpty else { break }
            take(part)
            count += part.count
            guard count <= most * format.channels else { throw tooLong }
        }
        guard count > 0 else {
            throw Failure(description: "cannot read \(path): there is no sound in it")
        }
        return (format, file.isTruncated)
    }

    /// Writes a 16-bit WAV file, in the place of what was there.
    public static func write(_ sound: AudioChunk, to path: String) throws(Failure) {
        let file = try WAVFile(writing: path, format: sound.format)
        try file.append(sound)
        try file.close()
    }

    static func tooLong(_ path: String, _ length: Duration?, _ limit: Duration) -> Failure {
        let length = length.map { "lasts \(seconds($0))" } ?? "goes on and on"
        return Failure(
            description: "cannot read \(path): it \(length), and a turn lasts at most"
                + " \(seconds(limit)); cut it, or raise audio.longestTurnSeconds", isTooLong: true)
    }

    private static func seconds(_ duration: Duration) -> String {
        let tenths = Int((duration.inMilliseconds / 100).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}

/// A file open for reading.
private struct SndFile: ~Copyable {
    private let handle: SndFileHandle
    private let information: SF_INFO

    /// - Parameter isEndless: the header says that there is nothing, which stands for "not known":
    ///   take whatever follows it.
    init(reading path: String, asEndless isEndless: Bool = false) throws(AudioFile.Failure) {
        var information = SF_INFO()
        let handle = try SndFileHandle(opening: path, SFM_READ, &information)
        if isEndless {
            // libsndfile believes a length of 0; as headerless sound it does not ask for one.
            information.format = CInt(SF_FORMAT_RAW) | information.format & CInt(SF_FORMAT_SUBMASK)
            self.handle = try SndFileHandle(opening: path, SFM_READ, &information)
            var header = [UInt8](repeating: 0, count: Self.headerBytes)
            sf_read_raw(self.handle.pointer, &header, sf_count_t(header.count))
        } else {
            self.handle = handle
        }
        self.information = information
    }

    /// Of the plain header that streams of WAV begin with.
    private static let headerBytes = 44

    enum Kind {
        /// A WAV file that announces no sound at all.
        case endlessWAV
        /// libsndfile takes an MP3 file's tag for sound when it estimates the length.
        case mp3
        case other
    }

    var kind: Kind {
        switch information.format & CInt(SF_FORMAT_TYPEMASK) {
        case CInt(SF_FORMAT_WAV) where information.frames == 0 && information.channels > 0:
            .endlessWAV
        case CInt(SF_FORMAT_MPEG): .mp3
        default: .other
        }
    }

    var format: AudioFormat {
        AudioFormat(
            framesPerSecond: Int(information.samplerate), channels: Int(information.channels))
    }

    /// As the header says, or as the file's size does; nil when neither is known.
    var length: Duration? {
        let frames = information.frames
        guard frames > 0, frames < Int64.max / 2_000_000_000 else { return nil }
        return format.duration(ofFrames: Int(frames))
    }

    /// libsndfile says so in its log only: it reads what is there, as we do.
    var isTruncated: Bool {
        var log = [CChar](repeating: 0, count: 4096)
        sf_command(handle.pointer, CInt(SFC_GET_LOG_INFO), &log, CInt(log.count))
        let end = log.firstIndex(of: 0) ?? log.endIndex
        let lines = String(decoding: log[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
            .split(separator: "\n")
        return lines.contains { line in
            guard line.hasPrefix("data"), line.contains("should be") else { return false }
            let promised = line.split(separator: " ").compactMap { UInt32($0) }.first ?? 0
            // The lengths that stand for "not known" promise nothing.
            return promised != 0 && promised < 0x7fff_0000
        }
    }

    /// The next frames, none at the end.
    func read(frames: Int) -> [Int16] {
        let channels = format.channels
        // As floating point, whose full scale is 1 whatever the file holds: asked for 16 bits,
        // libsndfile gives silence for such files, or makes their loudest sample the full scale.
        let samples = [Float](unsafeUninitializedCapacity: frames * channels) {
            buffer, initialized in
            let got = sf_readf_float(handle.pointer, buffer.baseAddress!, sf_count_t(frames))
            initialized = Int(max(got, 0)) * channels
        }
        return samples.map { sample in
            // What is no number is no sound either.
            let scaled = sample.isNaN ? 0 : (sample * 32_768).rounded()
            return Int16(max(-32_768, min(32_767, scaled)))
        }
    }
}

/// A WAV file that grows as sound arrives. Letting go of it closes it; only `close` tells whether
/// all of it was written.
public struct WAVFile: ~Copyable {
    private let handle: SndFileHandle
    private let path: String
    public let format: AudioFormat

    /// Begins the file anew.
    public init(writing path: String, format: AudioFormat) throws(AudioFile.Failure) {
        var information = SF_INFO()
        information.samplerate = CInt(format.framesPerSecond)
        information.channels = CInt(format.channels)
        information.format = CInt(SF_FORMAT_WAV) | CInt(SF_FORMAT_PCM_16)
        handle = try SndFileHandle(opening: path, SFM_WRITE, &information)
        self.path = path
        self.format = format
    }

    /// Adds `chunk`, which must have the file's format.
    public func append(_ chunk: AudioChunk) throws(AudioFile.Failure) {
        precondition(chunk.format == format, "a file has one format")
        let written = sf_writef_short(handle.pointer, chunk.samples, sf_count_t(chunk.frames))
        guard written == chunk.frames else { throw failure() }
    }

    /// Completes the header and hands everything to the disk.
    public func close() throws(AudioFile.Failure) {
        sf_write_sync(handle.pointer)
        guard sf_error(handle.pointer) == SF_ERR_NO_ERROR else { throw failure() }
    }

    private func failure() -> AudioFile.Failure {
        let reason = String(cString: sf_strerror(handle.pointer))
        return AudioFile.Failure(description: "cannot write \(path): \(reason)")
    }
}

/// Owns one of libsndfile's open files and does nothing else.
struct SndFileHandle: ~Copyable {
    let pointer: OpaquePointer

    init(
        opening path: String, _ mode: some BinaryInteger, _ information: inout SF_INFO
    ) throws(AudioFile.Failure) {
        guard let pointer = sf_open(path, CInt(mode), &information) else {
            let verb = CInt(mode) == CInt(SFM_READ) ? "read" : "write"
            throw AudioFile.Failure(
                description: "cannot \(verb) \(path): \(Self.reasonForNothing())")
        }
        self.pointer = pointer
    }

    /// Takes sound from a pipe that carries a WAV file. The descriptor stays its owner's.
    ///
    /// libsndfile from 1.0.30 on closes what it was given where it makes nothing of it, also if it
    /// is told not to (its issue 949). So it gets a copy, to close in any case: what is closed twice
    /// is somebody else's the second time.
    init(reading descriptor: CInt, _ information: inout SF_INFO) throws(AudioFile.Failure) {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else {
            throw AudioFile.Failure(
                description: "cannot read a pipe: \(String(cString: strerror(errno)))")
        }
        guard let pointer = sf_open_fd(copy, CInt(SFM_READ), &information, 1) else {
            throw AudioFile.Failure(description: Self.reasonForNothing())
        }
        self.pointer = pointer
    }

    deinit { sf_close(pointer) }

    /// libsndfile ends some of its sentences with a full stop and calls every missing file a
    /// "System error".
    private static func reasonForNothing() -> String {
        let reason = String(cString: sf_strerror(nil))
        // Of a file that is there it says that there is none, where an MP3 begins and does not go on.
        if reason.hasPrefix("File does not exist") { return "no sound was found in it" }
        let sentence = reason.hasSuffix(".") ? reason.dropLast() : reason[...]
        return String(sentence.trimmingPrefix("System error : "))
    }
}
