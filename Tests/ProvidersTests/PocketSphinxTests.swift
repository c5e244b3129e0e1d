import Linux
import TestSupport
import Testing
import Voice

@testable import Providers

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

    @Test("Nothing but English is listened to")
    func foreign() async {
        let recognizer = PocketSphinx(program: presselProgram, language: "de-AT")
        await #expect(
            throws: ProviderError.foreignLanguage(provider: "pocketsphinx", language: "de-AT")
        ) {
            _ = try await recognizer.transcript(of: AudioStream { $0.finish() })
        }
    }

    @Test("A request is heard by its sound where the general model alone hears nonsense")
    func request() async throws {
        for text in ["What is the time?", "Mute the microphone."] {
            let words = text.lowercased().filter { $0.isLetter || $0 == " " }
            #expect(try await recognized(try await spoken(text)) == words)
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

struct ConfirmationTests {
    private func phones(_ text: String) -> [String] {
        text.split(separator: " ").map(String.init)
    }

    @Test("What sounds the same is no way apart; what has nothing in common is far")
    func distance() {
        let time = phones("W AH T T AY M IH Z IH T")
        #expect(Pronunciation.distance(time, time) == 0)
        let near = Pronunciation.distance(phones("W AW T AY M IH Z IH T"), time)
        let far = Pronunciation.distance(phones("S T AA P"), time)
        #expect(near > 0 && near < 0.2)
        #expect(far > 0.5)
        #expect(Pronunciation.distance([], time) > 0.6)
        #expect(Pronunciation.distance([], []) == 0)
    }

    @Test("A phrase needs a fit and a likeness to be believed")
    func sure() {
        let time = phones("W AH T T AY M IH Z IH T")
        let near = phones("W AW T AY M IH Z IH T")
        let longer = time + phones("IH N T OW K IY OW")
        func isSure(_ sentence: [String], fit: Double) -> Bool {
            Confirmation(phrase: time, sentence: sentence, fit: fit).isSure
        }
        #expect(isSure(near, fit: -28))
        #expect(!isSure(near, fit: -40))
        #expect(!isSure(longer, fit: -34))
        #expect(!isSure(phones("S T AA P"), fit: -32))
    }
}
