import TestSupport
import Testing
import Voice

@testable import VoiceLoop

struct RecordingTests {
    private func samples(_ stream: AudioStream) async throws -> [Int16] {
        var samples: [Int16] = []
        for try await chunk in stream { samples += chunk.samples }
        return samples
    }

    private func chunk(_ samples: Int16...) -> AudioChunk { AudioChunk(samples, format: .speech) }

    @Test("Every reader hears it from the beginning, whenever it begins to read")
    func readers() async throws {
        let recording = Recording()
        let early = recording.sound()
        recording.append(chunk(1, 2))
        recording.release()
        recording.append(chunk(3))
        let middle = recording.sound()
        recording.append(chunk(4))
        recording.finish()
        let late = recording.sound()
        for stream in [early, middle, late] { #expect(try await samples(stream) == [1, 2, 3, 4]) }
        #expect(recording.whole.samples == [1, 2, 3, 4])
    }

    @Test("Nothing leaves before it is released")
    func held() async throws {
        let recording = Recording()
        let stream = recording.sound()
        recording.append(chunk(1))
        recording.finish()
        #expect(try await samples(stream).isEmpty)
    }

    @Test("What becomes of it is told to every reader")
    func failure() async {
        struct Broken: Error {}
        let recording = Recording()
        let early = recording.sound()
        recording.finish(throwing: Broken())
        for stream in [early, recording.sound()] {
            await #expect(throws: Broken.self) { try await samples(stream) }
        }
    }
}
