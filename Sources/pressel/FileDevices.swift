import Codec
import Linux
import Synchronization
import Voice

/// A recording in the microphone's place: it is there at once, and ends.
struct FileMicrophone: Microphone {
    let sound: AudioChunk

    private static let chunk = AudioFormat.speech.frames(in: .milliseconds(20))

    func listen(from moment: Moment) -> AsyncThrowingStream<CapturedChunk, any Error> {
        AsyncThrowingStream { continuation in
            for start in stride(from: 0, to: sound.frames, by: Self.chunk) {
                let part = sound.part(start..<start + Self.chunk)
                let began = moment + sound.format.duration(ofFrames: start)
                continuation.yield(CapturedChunk(part, began: began))
            }
            continuation.finish()
        }
    }

    func catchUp() {}
}

/// Keeps what it is given in the speaker's place, in the format of what comes first.
final class RecordingSpeaker: Speaker {
    private let heard = Mutex<(samples: [Int16], format: AudioFormat)?>(nil)

    /// Everything that was played; nil if nothing was.
    var sound: AudioChunk? {
        heard.withLock { heard in heard.map { AudioChunk($0.samples, format: $0.format) } }
    }

    func begin() -> any Playback { RecordingPlayback(speaker: self) }
    func stop() async -> Moment? { nil }

    private struct RecordingPlayback: Playback {
        let speaker: RecordingSpeaker

        func play(_ chunk: AudioChunk) async throws -> Moment {
            speaker.heard.withLock { heard in
                let format = heard?.format ?? chunk.format
                if heard == nil { heard = ([], format) }
                heard!.samples += Resampler.convert(chunk, to: format).samples
            }
            return .now
        }

        func drain() async throws -> Moment { .now }
    }
}
