import Codec
import Voice
import Web

/// Makes the bytes of a question into sound, whatever they are. For one caller at a time.
enum Intake {
    case file(FileIntake)
    case samples(SampleBytes, SpeechConverter)
    /// The question is a text.
    case none

    mutating func take(_ bytes: [UInt8]) throws(HTTPError) -> [AudioChunk] {
        switch self {
        case .file(let file): return try file.take(bytes)
        case .samples(var samples, let converter):
            let chunk = samples.take(bytes[...])
            self = .samples(samples, converter)
            return chunk.isEmpty ? [] : [converter.convert(chunk)]
        case .none: return []
        }
    }

    mutating func finish() throws(HTTPError) -> [AudioChunk] {
        switch self {
        case .file(let file): return try file.finish()
        case .samples(_, let converter): return [converter.flush()]
        case .none: return []
        }
    }
}

/// A file as it comes: a recording that is read here, or one that somebody elsewhere may read.
final class FileIntake {
    private let reader: RecordingReader
    private let takesOthers: Bool
    private var head: [UInt8] = []
    private var isKnown = false
    /// Kept whole; nil if it is read here.
    private var other: (kind: (ending: String, mediaType: String), bytes: [UInt8])?

    private static let headBytes = 12
    /// Minutes of speech.
    private static let mostBytes = 8 << 20

    /// - Parameter takesOthers: whether there is somebody who reads what nobody reads here.
    init(_ reader: RecordingReader, takesOthers: Bool) {
        self.reader = reader
        self.takesOthers = takesOthers
    }

    /// Whether it is known by now that the sound is what `take` gives.
    var isRead: Bool { isKnown && other == nil }

    /// All of a recording that is not read here.
    var file: VoiceSample? {
        other.map {
            VoiceSample(
                bytes: $0.bytes, fileName: "question.\($0.kind.ending)",
                mediaType: $0.kind.mediaType)
        }
    }

    func take(_ bytes: [UInt8]) throws(HTTPError) -> [AudioChunk] {
        var bytes = bytes
        if !isKnown {
            head += bytes
            guard head.count >= Self.headBytes else { return [] }
            bytes = head
            begin()
        }
        return try sound(of: bytes)
    }

    func finish() throws(HTTPError) -> [AudioChunk] {
        var chunks: [AudioChunk] = []
        if !isKnown {
            let bytes = head
            begin()
            chunks = try sound(of: bytes)
        }
        guard other == nil else { return [] }
        do {
            return try chunks + reader.finish()
        } catch {
            throw HTTPError(error)
        }
    }

    private func begin() {
        if takesOthers, let kind = Self.kind(of: head) { other = (kind, []) }
        isKnown = true
        head = []
    }

    private func sound(of bytes: [UInt8]) throws(HTTPError) -> [AudioChunk] {
        guard other != nil else {
            do {
                return try reader.take(bytes)
            } catch {
                throw HTTPError(error)
            }
        }
        other!.bytes += bytes
        guard other!.bytes.count <= Self.mostBytes else {
            throw HTTPError(
                413, "too_long", "a recording of this kind has at most \(Self.mostBytes) bytes")
        }
        return []
    }

    private static func kind(of bytes: [UInt8]) -> (ending: String, mediaType: String)? {
        if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return ("webm", "audio/webm") }
        if bytes.dropFirst(4).starts(with: "ftyp".utf8) { return ("mp4", "audio/mp4") }
        return nil
    }
}

extension HTTPError {
    /// Why a recording is of no use.
    init(_ failure: RecordingReader.Failure) {
        switch failure {
        case .unknownKind:
            self.init(415, "unsupported_media_type", failure.description)
        case .broken: self.init(422, "invalid_recording", failure.description)
        case .tooLong: self.init(413, "too_long", failure.description)
        case .noRoom: self.init(503, "no_room", failure.description)
        }
    }
}
