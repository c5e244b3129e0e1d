import Linux
import Providers
import TestSupport
import Testing
import Voice

struct PocketSphinxTests {
    private let recognizer = PocketSphinx(program: presselProgram)

    @Test("What a person says is recognized while it arrives")
    func streamed() async throws {
        let sound = try People.sound("goforward.raw")
        let stream = AudioStream { continuation in
            for start in stride(from: 0, to: sound.frames, by: 333) {
                continuation.yield(sound.part(start..<start + 333))
            }
            continuation.finish()
        }
        #expect(try await recognizer.transcript(of: stream) == "go forward ten meters")
    }

    @Test("Silence has no words")
    func silence() async throws {
        #expect(try await recognized(.silence(lasting: .seconds(1), format: .speech)) == "")
    }

    @Test("A model that is missing is named, with the package that brings it")
    func missing() async {
        let recognizer = PocketSphinx(program: presselProgram, model: "/no/model")
        await #expect {
            _ = try await recognizer.transcript(of: AudioStream { $0.finish() })
        } throws: {
            "\($0)"
                == "cannot use pocketsphinx: no model in /no/model; install the package"
                + " pocketsphinx-en-us"
        }
    }

    @Test("A model that is no model is a failure of the provider, not of this program")
    func broken() async {
        let recognizer = PocketSphinx(program: presselProgram, model: "/usr/share")
        await #expect(
            throws: ProviderError.failed(
                provider: "pocketsphinx", reason: "the model in /usr/share cannot be used")
        ) {
            _ = try await recognizer.transcript(of: AudioStream { $0.finish() })
        }
    }

    @Test("A recognizer that dies is a failure of the provider")
    func death() async {
        let recognizer = PocketSphinx(program: "/bin/false")
        await #expect(throws: ProviderError.self) { try await recognizer.transcript(of: endless) }
    }

    @Test("Whoever goes away ends it")
    func cancelled() async {
        let waiting = Task { try await recognizer.transcript(of: AudioStream { _ in }) }
        waiting.cancel()
        await #expect(throws: ProviderError.cancelled) { try await waiting.value }
    }

    /// Speech without an end, as fast as it is taken.
    private var endless: AudioStream {
        AudioStream { TestSound.noise(lasting: .milliseconds(100), amplitude: 0.1) }
    }
}
