import Codec
import Linux
import TestSupport
import Testing
import Voice

/// Recordings of every kind that people send.
struct FileKindTests {
    private let folder = TemporaryFolder()

    @Test(
        "FLAC, Ogg, MP3 and other WAV are read, whatever the file is called",
        arguments: FileKind.allCases, [1, 2])
    func kinds(kind: FileKind, channels: Int) throws {
        let format = AudioFormat(framesPerSecond: 48_000, channels: channels)
        let tone = TestSound.tone(440, lasting: .seconds(1), format: format)
        let path = folder.path + "/recording.wav"
        try kind.write(tone, to: path)
        let recording = try AudioFile.read(path, atMost: .seconds(2))
        #expect(recording.sound.format == format)
        #expect(!recording.isTruncated)
        if kind.isExact {
            #expect(recording.sound == tone)
        } else {
            #expect(abs(recording.sound.frames - tone.frames) < 3000)
            let middle = recording.sound.part(12_000..<36_000).samples
            // The encoders of some versions take a little off the level.
            #expect(abs(Level.decibels(of: middle) - Level.decibels(of: tone.samples)) < 1)
        }
    }

    @Test("A file that is too long is refused before it is read", arguments: FileKind.allCases)
    func long(kind: FileKind) throws {
        let path = folder.path + "/long"
        let format = AudioFormat(framesPerSecond: 16_000, channels: 1)
        try kind.write(TestSound.tone(440, lasting: .seconds(12), format: format), to: path)
        #expect {
            _ = try AudioFile.read(path, atMost: .seconds(10))
        } throws: {
            // What an MP3 file's length is, its header does not say.
            let length = kind == .mp3 ? "it goes on and on, and" : "it lasts 12 s, and"
            return "\($0)".hasPrefix("cannot read \(path): \(length)")
        }
    }

    @Test(
        "Half a file gives half its sound, or is refused in one line", arguments: FileKind.allCases)
    func half(kind: FileKind) throws {
        let whole = folder.path + "/whole"
        let format = AudioFormat(framesPerSecond: 16_000, channels: 1)
        try kind.write(TestSound.tone(440, lasting: .seconds(4), format: format), to: whole)
        let bytes = try readFile(whole, atMost: 1 << 20)
        let path = folder.file("half", Array(bytes.prefix(bytes.count / 2)))
        do {
            let sound = try AudioFile.read(path, atMost: .seconds(10)).sound
            #expect(sound.duration < .seconds(4))
            #expect(sound.duration > .milliseconds(500))
        } catch {
            #expect(error.description.hasPrefix("cannot read \(path): "))
            #expect(!error.description.contains("\n"))
        }
    }

    @Test("A file with an ID3 tag and a picture in front is an MP3 file")
    func tagged() throws {
        let tone = TestSound.tone(440, lasting: .seconds(1))
        let encoder = MP3Encoder(format: .speech)
        let mp3 = encoder.encode(tone) + encoder.finish()
        let path = folder.file("a.mp3", MP3Bytes.tag(holding: 300_000) + mp3)
        let sound = try AudioFile.read(path, atMost: .seconds(2)).sound
        #expect(sound.format == .speech)
        #expect(abs(sound.frames - tone.frames) < 3000)
    }
}
