import Linux
import Synchronization
import Voice

/// A recording, in pieces of a tenth of a second, while it is made. It ends early when `isAlone`
/// says that somebody talks to the device: that is nobody else's to hear.
actor Recorder {
    private let sound: AsyncThrowingStream<CapturedChunk, any Error>
    private var framesLeft: Int
    private var waiting: [Int16] = []
    private let isAlone: @Sendable () async -> Bool
    /// Held until nobody wants the recording any more.
    private let place: OneAtATime.Place
    private let sign: Sign

    /// Shows whoever is in the room that the device listens, as long as it is held.
    final class Sign: Sendable {
        private let show: @Sendable (Light) -> Void
        private let isOvertaken = Atomic(false)

        init(_ show: @escaping @Sendable (Light) -> Void) {
            self.show = show
            show(.listening)
        }

        /// The light is somebody else's from now on.
        func leave() { isOvertaken.store(true, ordering: .relaxed) }

        deinit { if !isOvertaken.load(ordering: .relaxed) { show(.off) } }
    }

    private static let piece = AudioFormat.speech.frames(in: .milliseconds(100))

    init(
        _ sound: AsyncThrowingStream<CapturedChunk, any Error>, _ length: Duration,
        _ place: OneAtATime.Place, _ sign: Sign, isAlone: @escaping @Sendable () async -> Bool
    ) {
        self.sound = sound
        self.sign = sign
        self.isAlone = isAlone
        framesLeft = AudioFormat.speech.frames(in: length)
        self.place = place
    }

    /// Returns when the microphone gave something.
    func begin() async throws { try await fill(to: 1) }

    /// 16-bit little-endian samples; nil at the end.
    func next() async throws -> [UInt8]? {
        let count = min(Self.piece, framesLeft)
        guard count > 0 else { return nil }
        guard await isAlone() else {
            sign.leave()
            return nil
        }
        try await fill(to: count)
        let samples = waiting.prefix(count)
        guard !samples.isEmpty else { return nil }
        waiting.removeFirst(samples.count)
        framesLeft -= samples.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(samples.count * 2)
        for sample in samples {
            bytes.append(UInt8(truncatingIfNeeded: sample))
            bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
        }
        return bytes
    }

    private func fill(to count: Int) async throws {
        // An iterator is another way to the same stream: dropping it ends nothing.
        while waiting.count < count, let samples = try await Self.next(of: sound) {
            waiting += samples
        }
    }

    private static func next(
        of sound: AsyncThrowingStream<CapturedChunk, any Error>
    ) async throws -> [Int16]? {
        for try await piece in sound { return piece.chunk.samples }
        return nil
    }
}
