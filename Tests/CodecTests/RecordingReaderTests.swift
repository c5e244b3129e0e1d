import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import Codec

/// Recordings out of files, while these arrive.
struct RecordingReaderTests {
    private let folder = TemporaryFolder()

    private func read(
        _ bytes: [UInt8], in size: Int = 1000, atMost limit: Duration = .seconds(10)
    ) throws -> (sound: AudioChunk, beforeTheEnd: Int) {
        let reader = RecordingReader(atMost: limit, spoolingTo: folder.path)
        var samples: [Int16] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            for chunk in try reader.take(Array(bytes[start...].prefix(size))) {
                #expect(chunk.format == .speech)
                samples += chunk.samples
            }
        }
        let before = samples.count
        for chunk in try reader.finish() { samples += chunk.samples }
        return (AudioChunk(samples, format: .speech), before)
    }

    private func failure(
        _ bytes: [UInt8], in size: Int = 1000, atMost limit: Duration = .seconds(10)
    ) -> RecordingReader.Failure? {
        do {
            _ = try read(bytes, in: size, atMost: limit)
            return nil
        } catch {
            return error as? RecordingReader.Failure
        }
    }

    private func files(in folder: String) -> [String] {
        names(inFolder: folder).filter { !$0.hasPrefix(".") }
    }

    private static let words = "one two three"
    private static var sound: AudioChunk {
        var samples: [Int16] = []
        for word in ToneCode.words(of: words) { samples += ToneCode.sound(ofWord: word).samples }
        return AudioChunk(samples, format: AudioFormat(framesPerSecond: 24_000, channels: 1))
    }

    @Test(
        "WAV of 16 kHz is heard as it comes, sample for sample",
        arguments: [1, 7, 45, 640, 100_000])
    func wav(size: Int) throws {
        let sound = TestSound.noise(lasting: .milliseconds(500), amplitude: 0.3)
        let (heard, before) = try read(WAVEncoder.file(of: sound), in: size)
        #expect(heard == sound)
        #expect(before == sound.frames)
    }

    @Test("WAV of another rate is heard as it comes")
    func converted() throws {
        let (heard, before) = try read(WAVEncoder.file(of: Self.sound))
        #expect(ToneCode.heard(in: heard).map(\.symbol) == ToneCode.symbols(for: Self.words))
        #expect(before > heard.frames - 100)
    }

    @Test(
        "Every kind of file is heard, whatever the pieces", arguments: FileKind.allCases,
        [777, 1 << 20])
    func kinds(kind: FileKind, size: Int) throws {
        let path = folder.path + "/sound"
        try kind.write(Self.sound, to: path)
        let (heard, _) = try read(try readFile(path, atMost: 1 << 22), in: size)
        #expect(ToneCode.heard(in: heard).map(\.symbol) == ToneCode.symbols(for: Self.words))
    }

    @Test("Nothing is left behind in the folder")
    func traceless() throws {
        let path = folder.path + "/sound"
        try FileKind.flac.write(Self.sound, to: path)
        _ = try read(try readFile(path, atMost: 1 << 22))
        #expect(files(in: folder.path) == ["sound"])
    }

    static let strangers: [[UInt8]] = [
        Array("This is a text, and has never been a recording.".utf8), Array("short".utf8),
        [0x1A, 0x45, 0xDF, 0xA3] + Array(repeating: 0, count: 100),
        [0, 0, 0, 24] + Array("ftypisom".utf8) + Array(repeating: 0, count: 100),
        Array("RIFF____AVI LIST".utf8), Array(repeating: 0, count: 5000),
        Array(repeating: 0xFF, count: 5000),
    ]

    @Test("What is no recording is told from those that are", arguments: strangers)
    func unknown(bytes: [UInt8]) {
        #expect(failure(bytes) == .unknownKind)
        #expect(failure(bytes, in: 1) == .unknownKind)
    }

    @Test("A recording without sound, or a broken one, is refused")
    func broken() throws {
        #expect(failure([])?.description.contains("empty") == true)
        let silent = WAVEncoder.file(of: AudioChunk([], format: .speech))
        #expect(failure(silent)?.description.contains("no sound") == true)
        let cut = Array(WAVEncoder.file(of: Self.sound).prefix(30))
        #expect(failure(cut)?.description.contains("no sound") == true)
        for magic in ["fLaC", "OggS", "RF64", "ID3\u{4}"] {
            let bytes = Array(magic.utf8) + Array(repeating: 0x20, count: 200_000)
            guard case .broken? = failure(bytes) else {
                Issue.record("\(magic) is \(String(describing: failure(bytes)))")
                continue
            }
        }
    }

    @Test(
        "One that is too long is refused as soon as that is known",
        arguments: ["wav", "flac", "mp3"])
    func tooLong(kind: String) throws {
        let path = folder.path + "/sound"
        switch kind {
        case "wav": try AudioFile.write(Self.sound, to: path)
        default: try FileKind(rawValue: kind)!.write(Self.sound, to: path)
        }
        let limit = Duration.milliseconds(200)
        #expect(
            failure(try readFile(path, atMost: 1 << 22), atMost: limit) == .tooLong(limit: limit))
    }

    @Test("A file may be much larger at its own rate than what is heard of it")
    func pieces() throws {
        let wide = AudioFormat(framesPerSecond: 48_000, channels: 2)
        let path = folder.path + "/sound"
        try FileKind.flac.write(
            AudioChunk([Int16](repeating: 0, count: 20 * 96_000), format: wide), to: path)
        let reader = RecordingReader(atMost: .seconds(30), spoolingTo: folder.path)
        let bytes = try readFile(path, atMost: 1 << 22)
        var chunks = try reader.take(bytes)
        chunks += try reader.finish()
        #expect(chunks.reduce(0) { $0 + $1.frames } == 20 * 16_000)
        // It is never there as a whole.
        #expect(chunks.allSatisfy { $0.duration < .seconds(1) })
    }

    @Test("More bytes than any question has are refused, whatever they would be")
    func tooManyBytes() throws {
        let reader = RecordingReader(atMost: .seconds(3600), spoolingTo: folder.path)
        let wide = AudioFormat(framesPerSecond: 192_000, channels: 8)
        _ = try reader.take(Array(WAVEncoder.file(of: AudioChunk([], format: wide)).prefix(40)))
        // The header of a stream: nobody knows how much there will be.
        _ = try reader.take([0xFF, 0xFF, 0xFF, 0xFF])
        let part = [UInt8](repeating: 0, count: 1 << 20)
        for _ in 0..<31 { _ = try reader.take(part) }
        #expect(throws: RecordingReader.Failure.tooLong(limit: .seconds(3600))) {
            try reader.take(part)
        }
    }

    @Test("Where nothing can be kept, that is said")
    func noRoom() throws {
        let reader = RecordingReader(atMost: .seconds(1), spoolingTo: "/nonexistent")
        do {
            _ = try reader.take(Array("fLaC and what follows".utf8))
            Issue.record("it went somewhere")
        } catch {
            guard case .noRoom(let reason) = error else { throw error }
            #expect(reason.contains("/nonexistent"))
        }
    }
}
