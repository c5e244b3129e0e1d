import Codec
import TestSupport
import Testing
import Voice

struct EchoProbeTests {
    /// Half a second of the room, the probe at `gain`, and another half.
    private func recording(gain: Double, noise: Double, milliseconds: Int = 500) -> AudioChunk {
        let before = AudioFormat.speech.frames(in: .milliseconds(milliseconds))
        let length = before + EchoProbe.sound.frames + 8000
        let room = TestSound.noise(
            lasting: AudioFormat.speech.duration(ofFrames: length), amplitude: noise)
        var samples = room.samples
        for (index, sample) in EchoProbe.sound.samples.enumerated() {
            let sum = Double(samples[before + index]) + gain * Double(sample)
            samples[before + index] = Int16(max(-32_768, min(32_767, sum)))
        }
        return AudioChunk(samples, format: .speech)
    }

    @Test(
        "It is found, with its delay, in loud, soft and noisy recordings",
        arguments: [(1.0, 0.001), (0.01, 0.0005), (0.1, 0.05)])
    func found(gain: Double, noise: Double) throws {
        let echo = try #require(EchoProbe.find(in: recording(gain: gain, noise: noise)))
        #expect(abs((echo.delay - .milliseconds(500)).inMilliseconds) < 1)
        #expect(echo.clipping == 0)
        #expect(echo.level > echo.noise)
    }

    @Test("What is too loud is told by its clipping")
    func clipped() throws {
        let echo = try #require(EchoProbe.find(in: recording(gain: 4, noise: 0.001)))
        #expect(echo.clipping > 0.3)
    }

    @Test("Noise, silence and speech are not taken for it")
    func absent() throws {
        #expect(EchoProbe.find(in: recording(gain: 0, noise: 0.1)) == nil)
        #expect(EchoProbe.find(in: .silence(lasting: .seconds(2), format: .speech)) == nil)
        #expect(EchoProbe.find(in: .silence(lasting: .milliseconds(10), format: .speech)) == nil)
        if let speech = try? People.sound("goforward.raw") {
            #expect(EchoProbe.find(in: speech) == nil)
        }
    }
}
