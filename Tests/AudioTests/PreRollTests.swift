import TestSupport
import Testing
import Voice

@testable import Audio

struct PreRollTests {
    private static let start = Moment(nanoseconds: 1_000_000_000)

    private func chunk(_ number: Int) -> CapturedChunk {
        CapturedChunk(
            AudioChunk(Array(repeating: Int16(number), count: 160), format: .speech),
            began: Self.start + .milliseconds(10 * number))
    }

    @Test("It keeps its length, and gives what is asked for to the frame")
    func length() {
        var preRoll = PreRoll(length: .milliseconds(50))
        for number in 0..<20 { preRoll.append(chunk(number)) }
        let all = preRoll.sound(from: Self.start)
        #expect(all.first?.chunk.samples.first == 14)
        let part = preRoll.sound(from: Self.start + .microseconds(172_500))
        #expect(part.map(\.chunk.frames) == [120, 160, 160])
        #expect(part[0].began == Self.start + .microseconds(172_500))
        #expect(preRoll.sound(from: Self.start + .seconds(1)).isEmpty)
    }

    @Test("A device that gives sound as fast as it is read does not fill the memory")
    func tooFast() {
        var preRoll = PreRoll(length: .milliseconds(300))
        let chunk = AudioChunk.silence(lasting: .milliseconds(10), format: .speech)
        for number in 0..<20_000 {
            preRoll.append(CapturedChunk(chunk, began: Self.start + .microseconds(number)))
        }
        let kept = preRoll.sound(from: Self.start)
        #expect(kept.count <= 5000)
        #expect(kept.last?.began == Self.start + .microseconds(19_999))
    }

    @Test("Late looks at the card do not blur when a frame was in the air")
    func timing() {
        var timing = CaptureTiming(framesPerSecond: 16_000)
        // Frames come every 10 ms; we look up to 8 ms late.
        for (index, late) in [3, 0, 8, 5, 1, 7].enumerated() {
            let now = Self.start + .milliseconds(10 * (index + 1) + late)
            timing.observe(available: 160, at: now)
            let began = timing.read(frames: 160)
            guard index >= 1 else { continue }
            let error = began - (Self.start + .milliseconds(10 * index))
            #expect(abs(error.inMilliseconds) < 0.1)
        }
    }

    @Test("After years a frame was in the air when it was", arguments: [16_000, 48_000])
    func years(rate: Int) {
        var timing = CaptureTiming(framesPerSecond: rate)
        timing.observe(available: 0, at: Self.start)
        let years = 20 * 365 * 86_400
        _ = timing.read(frames: years * rate)
        let now = Self.start + .seconds(years) + .milliseconds(10)
        timing.observe(available: rate / 100, at: now)
        let began = timing.read(frames: rate / 100)
        #expect(abs((began - now + .milliseconds(10)).inMilliseconds) < 1)
    }
}
