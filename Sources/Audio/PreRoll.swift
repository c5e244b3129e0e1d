import Voice

/// The sound of the last moments, kept so that a turn can begin before its press.
struct PreRoll {
    /// How long the past is that it keeps.
    let length: Duration
    private var chunks: [CapturedChunk] = []

    /// A device without a clock, ALSA's `null` for one, gives sound as fast as it is read, and
    /// would fill the memory with a moment of it. A card that is 64 times too fast stays below.
    private static let mostChunks = 4096

    init(length: Duration) { self.length = length }

    mutating func append(_ chunk: CapturedChunk) {
        let oldest = chunk.began - length
        let expired = chunks.prefix { $0.began + $0.chunk.duration <= oldest }.count
        chunks.removeFirst(max(expired, chunks.count + 1 - Self.mostChunks))
        chunks.append(chunk)
    }

    /// Forgets everything; what comes next does not join on to it.
    mutating func clear() { chunks.removeAll() }

    func sound(from moment: Moment) -> [CapturedChunk] {
        chunks.compactMap { $0.part(from: moment) }
    }
}

extension CapturedChunk {
    /// What of it is not before `moment`; nil if nothing is.
    func part(from moment: Moment) -> CapturedChunk? {
        guard moment > began else { return self }
        let early = chunk.format.frames(in: moment - began)
        guard early < chunk.frames else { return nil }
        return CapturedChunk(
            chunk.part(early..<chunk.frames), began: began + chunk.format.duration(ofFrames: early))
    }
}
