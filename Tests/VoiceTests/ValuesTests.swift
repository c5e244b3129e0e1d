import Testing
import Voice

struct ValuesTests {
    @Test("Frames and durations agree", arguments: [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
    func frames(rate: Int) {
        let format = AudioFormat(framesPerSecond: rate, channels: 1)
        #expect(format.frames(in: .seconds(3600)) == 3600 * rate)
        #expect(format.frames(in: .milliseconds(10)) == rate / 100)
        #expect(format.duration(ofFrames: rate) == .seconds(1))
        #expect(format.duration(ofFrames: rate + rate / 10) == .milliseconds(1100))
        // A microphone is open for years.
        let years = 20 * 365 * 86_400
        #expect(format.duration(ofFrames: years * rate) == .seconds(years))
    }

    @Test("A part of a chunk is cut to what is there, whole frames only")
    func part() {
        let chunk = AudioChunk(
            [1, 2, 3, 4, 5, 6], format: AudioFormat(framesPerSecond: 8_000, channels: 2))
        #expect(chunk.frames == 3)
        #expect(chunk.part(1..<9).samples == [3, 4, 5, 6])
        #expect(chunk.part(3..<9).isEmpty)
    }

    @Test("A timeline keeps the first mark of a step, and the order of time")
    func timeline() {
        var timeline = Timeline()
        let start = Moment(nanoseconds: 0)
        timeline.mark(.pressed, at: start + .milliseconds(300))
        timeline.mark(.firstSample, at: start)
        timeline.mark(.firstText, at: start + .milliseconds(900))
        timeline.mark(.firstText, at: start + .milliseconds(950))
        #expect(timeline.marks.map(\.step) == [.firstSample, .pressed, .firstText])
        #expect(timeline.duration(from: .pressed, to: .firstText) == .milliseconds(600))
        #expect(timeline.duration(from: .pressed, to: .heard) == nil)
    }

    @Test("Moments reach back before the boot")
    func moments() {
        let moment = Moment(nanoseconds: 5)
        #expect(moment - .seconds(1) < moment)
        #expect((moment - .seconds(1)) + .seconds(1) == moment)
    }
}
