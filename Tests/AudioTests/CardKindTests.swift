import Audio
import Codec
import TestSupport
import Testing
import Voice

/// Cards that can do one thing only.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct CardKindTests {
    static let rates = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000]
    static let formats = ["S16_LE", "S32_LE", "S24_LE", "S24_3LE"]

    /// A tone goes through the speaker and another through the microphone, both at once.
    private func check(_ kind: SimulatedCard.Kind) async throws {
        let card = try testCard(kind)
        let rig = Rig(
            microphone: ALSAMicrophone(
                device: card.device, preRoll: .milliseconds(300), log: .silent),
            speaker: ALSASpeaker(device: card.device, log: .silent))
        let voiceFormat = AudioFormat(framesPerSecond: 24_000, channels: 1)
        let answer = TestSound.tone(440, lasting: .milliseconds(500), format: voiceFormat)
        let question = TestSound.tone(700, lasting: .milliseconds(600))
        try await rig.run {
            var heard: [Int16] = []
            let stream = rig.microphone.listen(from: .now)
            var isSpoken = false
            let speaker = rig.speaker
            let playing = Task {
                let playback = speaker.begin()
                let began = try await playback.play(answer)
                return try await playback.drain() - began
            }
            for try await chunk in stream {
                if !isSpoken { try card.speak(question) }
                isSpoken = true
                heard += chunk.chunk.samples
                if let first = heard.firstIndex(where: Self.isLoud), heard.count > first + 8000 {
                    break
                }
            }
            #expect(try await playing.value > .milliseconds(480))

            // What came in: the tone, at its own length, level and pitch.
            let first = try #require(heard.firstIndex(where: Self.isLoud))
            let tone = heard[(first + 1600)...].prefix(6400)
            expectTone(Array(tone), 700, .speech, like: question)
        }
        // What went out, on every channel.
        let out = try card.heard()
        #expect(out.format == kind.playback)
        let rate = kind.playback.framesPerSecond
        #expect(abs(out.frames - rate / 2) < rate / 100)
        for channel in 0..<kind.playback.channels {
            let samples = stride(
                from: channel, to: out.samples.count, by: kind.playback.channels
            ).map { out.samples[$0] }
            expectTone(
                Array(samples[(rate / 10)...].prefix(rate * 3 / 10)), 440, out.format, like: answer)
        }
    }

    private static func isLoud(_ sample: Int16) -> Bool { abs(Int(sample)) > 1000 }

    private func expectTone(
        _ samples: [Int16], _ hertz: Double, _ format: AudioFormat, like tone: AudioChunk
    ) {
        let crossings = zip(samples, samples.dropFirst()).count { ($0 < 0) != ($1 < 0) }
        let expected = 2 * hertz * Double(samples.count) / Double(format.framesPerSecond)
        #expect(abs(Double(crossings) - expected) <= 3, "\(format)")
        let difference = Level.decibels(of: samples) - Level.decibels(of: tone.samples)
        #expect(abs(difference) < 0.7, "\(format)")
    }

    @Test(
        "A card with one rate is resampled to and from, mono and stereo", arguments: rates, [1, 2])
    func oneRate(rate: Int, channels: Int) async throws {
        var kind = SimulatedCard.Kind()
        kind.capture = AudioFormat(framesPerSecond: rate, channels: channels)
        kind.playback = kind.capture
        kind.isBare = true
        try await check(kind)
    }

    @Test(
        "A card behind plug is asked for its own rate, not the plug's", arguments: [8_000, 44_100])
    func plug(rate: Int) async throws {
        var kind = SimulatedCard.Kind()
        kind.capture = AudioFormat(framesPerSecond: rate, channels: 2)
        kind.playback = kind.capture
        try await check(kind)
    }

    @Test("A card with wider samples only gets them", arguments: formats)
    func wide(format: String) async throws {
        var kind = SimulatedCard.Kind()
        kind.capture = AudioFormat(framesPerSecond: 48_000, channels: 2)
        kind.playback = kind.capture
        kind.samples = format
        kind.isBare = true
        try await check(kind)
    }
}
