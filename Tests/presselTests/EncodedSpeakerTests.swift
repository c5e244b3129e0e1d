import Codec
import Linux
import TestSupport
import Testing
import Voice
import Web

@testable import pressel

/// The answer as bytes, on its way to somebody elsewhere.
@Suite(.timeLimit(.minutes(1)))
struct EncodedSpeakerTests {
    private let output = TurnOutput()
    private let folder = TemporaryFolder()
    private static let format = AudioFormat(framesPerSecond: 24_000, channels: 1)

    private func sound(_ words: String, _ format: AudioFormat = Self.format) -> AudioChunk {
        let samples = ToneCode.words(of: words).flatMap {
            ToneCode.sound(ofWord: $0, format: format).samples
        }
        return AudioChunk(samples, format: format)
    }

    private func mp3(_ words: String) -> [UInt8] {
        let encoder = MP3Encoder(format: Self.format)
        return encoder.encode(sound(words)) + encoder.finish()
    }

    /// What comes out while `play` plays.
    private func heard(
        _ wanted: TalkOrder.Sound, _ play: @escaping @Sendable (any Playback) async throws -> Void
    ) async throws -> (bytes: [UInt8], events: [TalkEvent]) {
        let playback = EncodedSpeaker(wanted, to: output, file: nil).begin()
        let playing = Task { [output] in
            defer { output.end { _ in } }
            try await play(playback)
            _ = try await playback.drain()
        }
        var bytes: [UInt8] = []
        var events: [TalkEvent] = []
        while let event = await output.next() {
            if case .sound(let some) = event { bytes += some } else { events.append(event) }
        }
        try await playing.value
        return (bytes, events)
    }

    private func words(_ bytes: [UInt8]) throws -> [Int] {
        let path = folder.file("sound", bytes)
        let sound = try AudioFile.read(path, atMost: .seconds(60)).sound
        return ToneCode.heard(in: sound).map(\.symbol)
    }

    @Test("Sound comes out as it is wanted", arguments: [TalkOrder.Sound.mp3, .wav])
    func encoded(wanted: TalkOrder.Sound) async throws {
        let chunks = [
            sound("one two"), sound("three", AudioFormat(framesPerSecond: 22_050, channels: 1)),
        ]
        let (bytes, events) = try await heard(wanted) { playback in
            for chunk in chunks { _ = try await playback.play(chunk) }
        }
        #expect(try words(bytes) == ToneCode.symbols(for: "one two three"))
        #expect(events.isEmpty)
    }

    @Test("Samples tell their format first")
    func samples() async throws {
        let chunk = sound("one two")
        let (bytes, events) = try await heard(.samples) { _ = try await $0.play(chunk) }
        #expect(events == [.soundBegins(Self.format)])
        #expect(bytes == SampleEncoder(format: Self.format).encode(chunk))
    }

    @Test("MP3 that is there already passes as it is")
    func passing() async throws {
        let made = mp3("one two three")
        let (bytes, _) = try await heard(.mp3) { playback in
            let playback = try #require(playback as? any MP3Playback)
            _ = try await playback.play(mp3: Array(made.prefix(700)))
            _ = try await playback.play(mp3: Array(made.dropFirst(700)))
        }
        #expect(bytes == made)
    }

    @Test("MP3 and other sound follow each other in order")
    func mixed() async throws {
        let (one, two, three) = (sound("one"), mp3("two"), sound("three"))
        let (bytes, _) = try await heard(.mp3) { playback in
            let playback = try #require(playback as? any MP3Playback)
            _ = try await playback.play(one)
            _ = try await playback.play(mp3: two)
            _ = try await playback.play(three)
        }
        #expect(try words(bytes) == ToneCode.symbols(for: "one two three"))
    }

    @Test("Only who wants MP3 takes it", arguments: [TalkOrder.Sound.wav, .samples, .kept])
    func onlyMP3(wanted: TalkOrder.Sound) {
        let playback = EncodedSpeaker(wanted, to: output, file: nil).begin()
        #expect(!(playback is any MP3Playback))
    }

    @Test("The first bytes of an answer leave long before its last sound")
    func early() async throws {
        let playback = EncodedSpeaker(.mp3, to: output, file: nil).begin()
        let first = sound("one two three").part(0..<Self.format.frames(in: .milliseconds(150)))
        _ = try await playback.play(first)
        guard case .sound(let bytes)? = await output.next() else {
            Issue.record("nothing came")
            return
        }
        #expect(bytes.count > 100)
    }

    @Test("An answer that nobody takes any more is not made")
    func abandoned() async throws {
        let playback = EncodedSpeaker(.wav, to: output, file: nil).begin()
        output.abandon()
        do {
            _ = try await playback.play(sound("one"))
            Issue.record("it was")
        } catch {
            #expect(error is CancellationError)
        }
    }
}
