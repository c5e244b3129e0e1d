import Codec
import TestSupport
import Testing
import Voice

/// MP3 by hand, so that it can be wrong.
enum MP3Bytes {
    static func of(_ sound: AudioChunk) -> [UInt8] {
        let encoder = MP3Encoder(format: sound.format)
        return encoder.encode(sound) + encoder.finish()
    }

    /// An ID3v2 tag of so many bytes behind its header.
    static func tag(holding count: Int) -> [UInt8] {
        let size = [21, 14, 7, 0].map { UInt8(count >> $0 & 0x7f) }
        return Array("ID3".utf8) + [4, 0, 0] + size + Array(repeating: 0xff, count: count)
    }
}

struct MP3Tests {
    /// Everything that `bytes` give, in pieces of `size`, joined where the format is the same.
    private static func decode(_ bytes: [UInt8], piece size: Int = 4096) throws -> [AudioChunk] {
        let decoder = MP3Decoder()
        var chunks: [AudioChunk] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            for chunk in try decoder.decode(bytes[start..<min(start + size, bytes.count)]) {
                if let last = chunks.last, last.format == chunk.format {
                    chunks[chunks.count - 1] = last + chunk
                } else {
                    chunks.append(chunk)
                }
            }
        }
        try decoder.finish()
        return chunks
    }

    @Test(
        "What is encoded is decoded: the same format, length, level and pitch",
        arguments: [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000], [1, 2])
    func roundTrip(rate: Int, channels: Int) throws {
        let format = AudioFormat(framesPerSecond: rate, channels: channels)
        let tone = TestSound.tone(440, lasting: .seconds(2), format: format)
        let chunks = try Self.decode(MP3Bytes.of(tone))
        #expect(chunks.count == 1)
        let sound = chunks[0]
        #expect(sound.format == format)
        // The encoder's and the decoder's delay, and a last frame filled up.
        #expect(0..<4 * 1152 ~= sound.frames - tone.frames)
        let middle = sound.part(rate / 2..<rate * 3 / 2)
        #expect(abs(Level.decibels(of: middle.samples) - Level.decibels(of: tone.samples)) < 0.5)
        let left = stride(from: 0, to: middle.samples.count, by: channels).map {
            middle.samples[$0]
        }
        let crossings = zip(left, left.dropFirst()).count { ($0 < 0) != ($1 < 0) }
        #expect(abs(crossings - 880) <= 4)
    }

    @Test("In pieces of any size it gives the same as at once", arguments: [1, 7, 417, 100_000])
    func pieces(size: Int) throws {
        let mp3 = MP3Bytes.of(TestSound.tone(440, lasting: .seconds(1)))
        #expect(try Self.decode(mp3, piece: size) == Self.decode(mp3))
        #expect(
            try Self.decode(MP3Bytes.tag(holding: 3000) + mp3, piece: size) == Self.decode(mp3))
    }

    @Test("Sound comes out as it goes in, not only at the end")
    func streams() throws {
        let tone = TestSound.tone(440, lasting: .seconds(2))
        let encoder = MP3Encoder(format: .speech)
        let decoder = MP3Decoder()
        var heard = 0
        var latest = Duration.zero
        for start in stride(from: 0, to: tone.frames, by: 320) {
            let bytes = encoder.encode(tone.part(start..<start + 320))
            heard += try decoder.decode(bytes).reduce(0) { $0 + $1.frames }
            let behind = AudioFormat.speech.duration(ofFrames: start + 320 - heard)
            latest = max(latest, behind)
        }
        #expect(latest < .milliseconds(250))
    }

    @Test("Speech at the chosen bit rate is as long in bytes as it should be")
    func bitRate() throws {
        let speech = try People.sound("goforward.raw")
        let seconds = speech.duration.inMilliseconds / 1000
        let expected = seconds * Double(MP3Encoder.kilobitsPerSecond) * 125
        let count = Double(MP3Bytes.of(speech).count)
        #expect(abs(count - expected) < expected * 0.1)
    }

    @Test("A tag of a megabyte is skipped, as is one at the end, and two in a row")
    func tags() throws {
        let mp3 = MP3Bytes.of(TestSound.tone(440, lasting: .seconds(1)))
        let plain = try Self.decode(mp3)
        let old = Array("TAG".utf8) + Array(repeating: UInt8(0x20), count: 125)
        let tagged = MP3Bytes.tag(holding: 1 << 20) + MP3Bytes.tag(holding: 5) + mp3 + old
        #expect(try Self.decode(tagged) == plain)
        #expect(try Self.decode(tagged, piece: 3) == plain)
    }

    @Test("Cut off in the middle of a frame, it gives what was whole")
    func cut() throws {
        let tone = TestSound.tone(440, lasting: .seconds(2))
        let mp3 = MP3Bytes.of(tone)
        let sound = try Self.decode(Array(mp3.prefix(mp3.count / 2 + 100)))[0]
        #expect(abs(sound.frames - tone.frames / 2) < 4 * 1152)
    }

    @Test("The format may change on the way")
    func change() throws {
        let other = AudioFormat(framesPerSecond: 44_100, channels: 2)
        let first = TestSound.tone(440, lasting: .seconds(1))
        let second = TestSound.tone(440, lasting: .seconds(1), format: other)
        let chunks = try Self.decode(MP3Bytes.of(first) + MP3Bytes.of(second))
        #expect(chunks.map(\.format) == [.speech, other])
        #expect(abs(chunks[0].frames - first.frames) < 4 * 1152)
        #expect(abs(chunks[1].frames - second.frames) < 4 * 1152)
    }

    @Test("Damage in the middle costs the damaged frames")
    func damage() throws {
        let tone = TestSound.tone(440, lasting: .seconds(4))
        var mp3 = MP3Bytes.of(tone)
        let noise = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 5) & 0x7f }
        mp3.insert(contentsOf: noise, at: mp3.count / 2)
        let frames = try Self.decode(mp3).reduce(0) { $0 + $1.frames }
        #expect(frames > tone.frames * 3 / 4)
    }

    static let noMP3: [(name: String, bytes: [UInt8])] = [
        ("nothing", []), ("a word", Array("What time is it?".utf8)),
        ("zeros", Array(repeating: 0, count: 1 << 20)),
        (
            "text",
            Array(repeating: Array("{\"error\": \"no\"} ".utf8), count: 20_000).flatMap { $0 }
        ),
        ("half a tag", Array(MP3Bytes.tag(holding: 1000).prefix(500))),
        ("a tag alone", MP3Bytes.tag(holding: 1000)),
        ("endless tags", Array(repeating: MP3Bytes.tag(holding: 0), count: 50_000).flatMap { $0 }),
        ("sync words", Array(repeating: 0xff, count: 1 << 20)),
        (
            "half a frame",
            Array(MP3Bytes.of(TestSound.tone(440, lasting: .milliseconds(20))).prefix(100))
        ),
        ("WAV", WAVEncoder(format: .speech).encode(TestSound.tone(440, lasting: .seconds(5)))),
    ]

    @Test("What is no MP3 is refused in one line", arguments: noMP3.indices)
    func refused(index: Int) {
        #expect {
            _ = try Self.decode(Self.noMP3[index].bytes)
        } throws: { error in
            let line = "\(error)"
            return line.hasPrefix("this is no MP3: ") && !line.contains("\n")
        }
    }

    @Test("Garbage, however it is mixed, is decoded or refused, and never more than it can be")
    func fuzz() throws {
        let mp3 = MP3Bytes.of(TestSound.tone(440, lasting: .seconds(1)))
        var random = SystemRandomNumberGenerator()
        let seed = random.next()
        var state = seed
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        for _ in 0..<300 {
            var bytes = mp3
            for _ in 0..<1 + next(40) { bytes[next(bytes.count)] = UInt8(next(256)) }
            if next(3) == 0 { bytes.removeSubrange(0..<next(bytes.count)) }
            if next(3) == 0 {
                bytes.insert(contentsOf: (0..<next(9000)).map { _ in UInt8(next(256)) }, at: 0)
            }
            let chunks = (try? Self.decode(bytes, piece: 1 + next(5000))) ?? []
            let frames = chunks.reduce(0) { $0 + $1.frames }
            // The smallest frame, 24 bytes, holds 576 samples of a channel.
            #expect(frames <= bytes.count * 576 / 24 + 1152, "seed \(seed)")
        }
    }
}

struct WAVEncoderTests {
    private let folder = TemporaryFolder()

    @Test("A stream of WAV is read back, though its header knows no length", arguments: [1, 2])
    func stream(channels: Int) throws {
        let format = AudioFormat(framesPerSecond: 22_050, channels: channels)
        let tone = TestSound.tone(440, lasting: .seconds(1), format: format)
        let encoder = WAVEncoder(format: format)
        let first = encoder.encode(tone.part(0..<1))
        #expect(first.count == 44 + 2 * channels)
        #expect(first[4..<8] == [255, 255, 255, 255])
        let bytes = first + encoder.encode(tone.part(1..<tone.frames)) + encoder.finish()
        let path = folder.file("stream.wav", bytes)
        let recording = try AudioFile.read(path, atMost: .seconds(2))
        #expect(recording.sound == tone)
        #expect(!recording.isTruncated)
    }

    @Test("A stream of nothing is a header")
    func nothing() {
        let encoder = WAVEncoder(format: .speech)
        #expect(encoder.finish().count == 44)
    }
}

struct LevelReadingTests {
    static let cases: [(samples: [Int16], mean: Double, peak: Double, clipped: Double)] = [
        ([], -96, -96, 0), ([0, 0], -96, -96, 0),
        ([32_767, -32_767], 0, 0, 1), ([.min, .max], 0, 0, 1),
        ([3277, -3277], -20, -20, 0), ([3277, 0, 0, 0], -26, -20, 0),
        ([32_767, 0, 0, 0], -6, 0, 0.25),
    ]

    @Test("Mean, peak and clipping", arguments: cases)
    func reading(samples: [Int16], mean: Double, peak: Double, clipped: Double) {
        let reading = LevelReading(of: AudioChunk(samples, format: .speech))
        #expect(abs(reading.mean - mean) < 0.1)
        #expect(abs(reading.peak - peak) < 0.1)
        #expect(reading.clipped == clipped)
    }
}
