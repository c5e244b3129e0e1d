import Codec
import TestSupport
import Testing
import Voice

struct ResamplerTests {
    @Test(
        "A tone keeps its length, level and pitch",
        arguments: [8_000, 11_025, 22_050, 24_000, 44_100, 48_000], [1, 2])
    func tone(rate: Int, channels: Int) {
        let format = AudioFormat(framesPerSecond: rate, channels: channels)
        let tone = TestSound.tone(440, lasting: .seconds(1), format: format)
        let speech = Resampler.convert(tone, to: .speech)
        #expect(speech.format == .speech)
        #expect(abs(speech.frames - 16_000) <= 2)
        let difference = Level.decibels(of: speech.samples) - Level.decibels(of: tone.samples)
        #expect(abs(difference) < 0.5)
        // 440 Hz cross zero 880 times a second.
        let crossings = zip(speech.samples, speech.samples.dropFirst()).count {
            ($0 < 0) != ($1 < 0)
        }
        #expect(abs(crossings - 880) <= 4)
    }

    @Test("In pieces of any size it gives the same as at once")
    func pieces() {
        let tone = TestSound.tone(
            300, lasting: .milliseconds(500),
            format: AudioFormat(framesPerSecond: 22_050, channels: 1))
        let resampler = Resampler(from: tone.format, to: .speech)
        var samples: [Int16] = []
        var start = 0
        for size in [1, 7, 441, 3, 2_000, 100_000] {
            samples += resampler.convert(tone.part(start..<start + size)).samples
            start += size
        }
        samples += resampler.flush().samples
        let whole = Resampler.convert(tone, to: .speech).samples
        #expect(Array(samples.prefix(whole.count)) == whole)
    }
}
