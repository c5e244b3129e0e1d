import Codec
import Testing
import Voice

struct QuietEdgesTests {
    private static let format = AudioFormat(framesPerSecond: 24_000, channels: 1)
    private static let frame = 24

    private static func samples(_ plan: [(milliseconds: Int, sample: Int16)]) -> [Int16] {
        plan.flatMap { Array(repeating: $0.sample, count: $0.milliseconds * frame) }
    }

    struct Case: Sendable {
        let before, after: [(milliseconds: Int, sample: Int16)]
    }

    static let cases = [
        Case(before: [], after: []),
        Case(before: [(100, 900)], after: [(100, 900)]),
        Case(before: [(50, 3), (100, 900), (50, -60)], after: [(100, 900), (20, -60)]),
        // What is longer is a pause, and stays but for as much as an encoder adds.
        Case(
            before: [(200, 0), (100, 900), (200, 0)],
            after: [(140, 0), (100, 900), (140, 0)]),
        Case(
            before: [(10, 0), (20, 900), (100, 0), (20, -900), (10, 0)],
            after: [(20, 900), (100, 0), (20, -900), (10, 0)]),
    ]

    @Test(
        "Silence at both ends goes, none between, in whatever pieces it comes",
        arguments: cases, [1, 7, 1000, 100_000])
    func edges(sound: Case, piece: Int) {
        let samples = Self.samples(sound.before)
        var edges = QuietEdges(format: Self.format)
        var left: [Int16] = []
        for start in stride(from: 0, to: samples.count, by: piece) {
            let chunk = Array(samples[start..<min(samples.count, start + piece)])
            left += edges.take(AudioChunk(chunk, format: Self.format)).samples
        }
        #expect(left == Self.samples(sound.after))
    }
}
