import Testing
import Voice

@testable import Codec

struct StreamedSoundTests {
    private static let format = AudioFormat(framesPerSecond: 24_000, channels: 1)
    private static let samples = (0..<500).map { Int16(truncatingIfNeeded: $0 * 97 - 20_000) }

    private static func bytes(_ samples: [Int16]) -> [UInt8] {
        samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    private static func wav(size: UInt32, rate: UInt32 = 24_000, bits: UInt8 = 16) -> [UInt8] {
        func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 0xFF) } }
        var bytes = Array("RIFF".utf8) + number(size) + Array("WAVE".utf8)
        // A chunk that nobody asked for, of odd length.
        bytes += Array("LIST".utf8) + number(3) + [1, 2, 3, 0]
        bytes += Array("fmt ".utf8) + number(16) + [1, 0, 1, 0] + number(rate)
        bytes += number(rate * 2) + [2, 0, bits, 0]
        return bytes + Array("data".utf8) + number(size)
    }

    private static func decode(
        _ bytes: [UInt8], type: String?, size: Int
    ) throws -> (samples: [Int16], format: AudioFormat?) {
        let sound = StreamedSound(mediaType: type, format: format)
        var chunks: [AudioChunk] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            chunks += try sound.decode(Array(bytes[start...].prefix(size)))
        }
        chunks += try sound.finish()
        return (chunks.flatMap(\.samples), chunks.first?.format)
    }

    @Test(
        "A media type that is none is no trouble",
        arguments: ["audio/pcm;=", "audio/pcm;", ";", "=", "audio/pcm; rate", "audio/pcm;rate=;=1"])
    func mediaType(type: String) throws {
        let (found, format) = try Self.decode(Self.bytes(Self.samples), type: type, size: 100)
        #expect(found == Self.samples && format == Self.format)
    }

    @Test(
        "Raw samples, in pieces that break them apart", arguments: [1, 2, 3, 7, 11, 12, 13, 1000])
    func raw(size: Int) throws {
        let (found, format) = try Self.decode(
            Self.bytes(Self.samples), type: "application/octet-stream", size: size)
        #expect(found == Self.samples)
        #expect(format == Self.format)
    }

    @Test("An odd byte at the end is no sample")
    func odd() throws {
        let found = try Self.decode(Self.bytes(Self.samples) + [7], type: "audio/pcm", size: 100)
        #expect(found.samples == Self.samples)
    }

    @Test(
        "The media type may name another rate",
        arguments: [
            ("audio/pcm;rate=22050", 22_050), ("audio/pcm; rate=16000; x=y", 16_000),
            ("audio/pcm;rate=7", 24_000), ("audio/pcm;rate", 24_000), ("audio/L16", 24_000),
        ])
    func rate(type: String, rate: Int) throws {
        let found = try Self.decode(Self.bytes(Self.samples), type: type, size: 64)
        #expect(found.format?.framesPerSecond == rate)
        #expect(found.samples == Self.samples)
    }

    @Test(
        "WAV where samples were asked for, its length known or not",
        arguments: [0, 0x7FFF_FFFF, 0xFFFF_FFFF, 1000] as [UInt32], [1, 5, 44, 4096])
    func wav(length: UInt32, size: Int) throws {
        let bytes = Self.wav(size: length, rate: 22_050) + Self.bytes(Self.samples)
        // What follows sound of a known length is none.
        let tail: [UInt8] = length == 1000 ? Array("LIST".utf8) : []
        let found = try Self.decode(bytes + tail, type: "audio/pcm", size: size)
        #expect(found.samples == Self.samples)
        #expect(found.format?.framesPerSecond == 22_050)
    }

    @Test("MP3 where samples were asked for", arguments: ["audio/mpeg; x=y", "audio/pcm", nil])
    func mp3(type: String?) throws {
        let encoder = MP3Encoder(format: Self.format)
        let tone = (0..<24_000).map { Int16(8000 * ($0 / 30 % 2 == 0 ? 1 : -1)) }
        let bytes = encoder.encode(AudioChunk(tone, format: Self.format)) + encoder.finish()
        let found = try Self.decode(bytes, type: type, size: 333)
        #expect(abs(found.samples.count - tone.count) < 3000)
    }

    @Test("Quiet samples that look like an MP3 frame are samples")
    func quiet() throws {
        let samples = [Int16](repeating: Int16(bitPattern: 0xFBFF), count: 100)
        let found = try Self.decode(Self.bytes(samples), type: "audio/pcm", size: 10)
        #expect(found.samples == samples)
    }

    static let noSound: [(name: String, bytes: [UInt8], type: String?)] = [
        ("nothing", [], "audio/pcm"), ("one byte", [1], "audio/pcm"),
        ("a page", Array("<html>no sound, sorry</html>".utf8), "text/html"),
        ("JSON", Array(#"{"error":"no sound here"}"#.utf8), "application/json"),
        ("Ogg", Array("OggS............".utf8), nil), ("FLAC", Array("fLaC............".utf8), nil),
        ("WAV of eight bits", wav(size: 1000, bits: 8) + bytes(samples), nil),
        ("RIFF that is no WAV", Array("RIFF____AVI LIST".utf8), nil),
        ("a WAV header alone", Array(wav(size: 0)), nil),
        ("half a WAV header", Array(wav(size: 0).prefix(30)), nil),
        (
            "a WAV header without end",
            Array("RIFF____WAVE".utf8) + Array("LIST".utf8)
                + [0xFF, 0xFF, 0xFF, 0x7F], nil
        ),
    ]

    @Test("What is no sound is refused", arguments: noSound)
    func refused(input: (name: String, bytes: [UInt8], type: String?)) {
        #expect(throws: StreamedSound.Failure.self) {
            try Self.decode(input.bytes, type: input.type, size: 100)
        }
    }
}
