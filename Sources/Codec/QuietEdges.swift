public import Voice

/// Takes away the silence that an encoder puts at both ends of a sound: MP3 comes in whole frames
/// and begins with what its filters need, some 50 ms that nobody spoke. Where sounds that were
/// encoded one by one follow each other, that would be heard as a gap.
public struct QuietEdges {
    private let format: AudioFormat
    private var hasBegun = false
    private var skipped = 0
    /// Silence that is taken away if it is the last.
    private var held: [Int16] = []
    /// How many samples of silence were given last.
    private var given = 0

    /// At either end: two frames of MP3 at 24 kHz, and no pause that somebody made.
    private static let longest = Duration.milliseconds(60)
    /// Behind the last sound: as much belongs to it.
    private static let kept = Duration.milliseconds(20)
    /// 54 dB below full scale: what is left of silence behind a lossy encoder.
    private static let quiet: Int16 = 64

    /// - Parameter format: of all the sound; one channel.
    public init(format: AudioFormat) { self.format = format }

    /// What of the sound so far is known to be no edge.
    public mutating func take(_ chunk: AudioChunk) -> AudioChunk {
        let most = format.frames(in: Self.longest)
        var samples = chunk.samples[...]
        while !hasBegun, let first = samples.first {
            hasBegun = !Self.isQuiet(first) || skipped >= most
            guard !hasBegun else { break }
            samples = samples.dropFirst()
            skipped += 1
        }
        let all = held + samples
        let tail = all.reversed().prefix { Self.isQuiet($0) }.count
        if tail < all.count { given = 0 }
        let silence = given + tail
        let end = min(tail, max(0, min(most, silence - format.frames(in: Self.kept))))
        held = Array(all.suffix(end))
        given = silence - end
        return AudioChunk(Array(all.dropLast(end)), format: format)
    }

    private static func isQuiet(_ sample: Int16) -> Bool { (-quiet...quiet).contains(sample) }
}
