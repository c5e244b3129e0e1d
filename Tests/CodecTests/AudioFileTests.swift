import Codec
import Glibc
import TestSupport
import Testing
import Voice

struct AudioFileTests {
    private let folder = TemporaryFolder()

    /// A WAV file by hand, so that its header can lie.
    private func wav(
        rate: UInt32 = 16_000, channels: UInt16 = 1, bits: UInt16 = 16, riffSize: UInt32? = nil,
        dataSize: UInt32? = nil, data: [UInt8]
    ) -> [UInt8] {
        func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
            withUnsafeBytes(of: number.littleEndian) { Array($0) }
        }
        let frame = channels * bits / 8
        var file = Array("RIFF".utf8) + bytes(riffSize ?? UInt32(36 + data.count))
        file += Array("WAVEfmt ".utf8) + bytes(UInt32(16)) + bytes(UInt16(1)) + bytes(channels)
        file += bytes(rate) + bytes(rate * UInt32(frame)) + bytes(frame) + bytes(bits)
        return file + Array("data".utf8) + bytes(dataSize ?? UInt32(data.count)) + data
    }

    @Test("What is written is read back, sample by sample")
    func roundTrip() throws {
        let tone = TestSound.tone(
            440, lasting: .milliseconds(300),
            format: AudioFormat(framesPerSecond: 24_000, channels: 2))
        let path = folder.path + "/tone.wav"
        try AudioFile.write(tone, to: path)
        let recording = try AudioFile.read(path, atMost: .seconds(1))
        #expect(recording.sound == tone)
        #expect(!recording.isTruncated)
    }

    @Test("Eight bits and 48 kHz stereo are read")
    func formats() throws {
        let eight = folder.file("8.wav", wav(bits: 8, data: Array(repeating: 255, count: 800)))
        let sound = try AudioFile.read(eight, atMost: .seconds(1)).sound
        #expect(sound.frames == 800)
        #expect(sound.samples.allSatisfy { $0 > 32_000 })
        let stereo = folder.file(
            "48.wav", wav(rate: 48_000, channels: 2, data: Array(repeating: 1, count: 4800)))
        #expect(
            try AudioFile.read(stereo, atMost: .seconds(1)).sound.format
                == AudioFormat(framesPerSecond: 48_000, channels: 2))
    }

    @Test(
        "A length that stands for \"not known\" is read to the end",
        arguments: [0, 0x7fff_ffff, 0xffff_ffff] as [UInt32])
    func placeholders(size: UInt32) throws {
        let data = [UInt8](repeating: 3, count: 3200)
        let path = folder.file("\(size).wav", wav(riffSize: size, dataSize: size, data: data))
        let recording = try AudioFile.read(path, atMost: .seconds(1))
        #expect(recording.sound.frames == 1600)
        #expect(!recording.isTruncated)
    }

    @Test("A recording that ends before its header says is used, and it is told")
    func truncated() throws {
        let path = folder.file(
            "cut.wav", wav(dataSize: 32_000, data: Array(repeating: 3, count: 3200)))
        let recording = try AudioFile.read(path, atMost: .seconds(2))
        #expect(recording.sound.frames == 1600)
        #expect(recording.isTruncated)
    }

    @Test("An hour is refused, with what to do")
    func hour() throws {
        let path = folder.path + "/hour.wav"
        let slow = AudioFormat(framesPerSecond: 8_000, channels: 1)
        try AudioFile.write(.silence(lasting: .seconds(3600), format: slow), to: path)
        #expect {
            _ = try AudioFile.read(path, atMost: .seconds(60))
        } throws: {
            "\($0)"
                == "cannot read \(path): it lasts 3600 s, and a turn lasts at most 60 s; cut it,"
                + " or raise audio.longestTurnSeconds"
        }
    }

    @Test("What holds no sound is refused in one line that names the file")
    func unusable() throws {
        // Nobody writes to it, so whoever opens it waits.
        let pipe = folder.path + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        let files = [
            folder.path + "/missing.wav",
            folder.file("empty.wav", []),
            folder.file("header.wav", Array(wav(data: []).prefix(20))),
            folder.file("nothing.wav", wav(data: [])),
            folder.file("0channels.wav", wav(channels: 0, data: [1, 2, 3, 4])),
            folder.file("text.wav", Array("What time is it?".utf8)),
            folder.file(
                "begun.mp3", [0xff, 0xfb, 0x90, 0x64] + [UInt8](repeating: 0, count: 90_000)),
            folder.path, pipe,
        ]
        for file in files {
            #expect {
                _ = try AudioFile.read(file, atMost: .seconds(60))
            } throws: {
                let line = "\($0)"
                return line.hasPrefix("cannot read \(file): ") && !line.contains("\n")
                    && line.count > "cannot read \(file): ".count
                    && !line.contains("System error") && !line.contains("does not exist")
            }
        }
    }

    @Test("A file that cannot be written is named")
    func unwritable() {
        let tone = TestSound.tone(440, lasting: .milliseconds(10))
        #expect {
            try AudioFile.write(tone, to: "/no/such/folder/a.wav")
        } throws: {
            "\($0)".hasPrefix("cannot write /no/such/folder/a.wav: ")
        }
    }
}
