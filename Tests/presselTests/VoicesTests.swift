import Codec
import Linux
import Store
import Synchronization
import TestSupport
import Testing
import Voice

@testable import pressel

/// Voices that are made after people's.
struct VoicesTests {
    /// A provider's account.
    private final class Account: VoiceCloner {
        private let state = Mutex<[String]>([])
        let needsVerification: Bool
        let refusal: ProviderError?

        init(needsVerification: Bool = false, refusal: ProviderError? = nil) {
            self.needsVerification = needsVerification
            self.refusal = refusal
        }

        var names: [String] { state.withLock { $0 } }

        func voices() async throws(ProviderError) -> [OfferedVoice] {
            names.map { OfferedVoice(id: $0, name: $0, isOwn: true) }
        }

        func preview(
            of voice: OfferedVoice, saying sentence: String
        ) async throws(ProviderError) -> AudioStream {
            AudioStream { $0.finish() }
        }

        func clone(
            _ samples: [VoiceSample], name: String
        ) async throws(ProviderError) -> NewVoice {
            if let refusal { throw refusal }
            state.withLock { $0.append(name) }
            return NewVoice(id: name, needsVerification: needsVerification)
        }

        func delete(_ id: String) async throws(ProviderError) {
            if let refusal { throw refusal }
            state.withLock { $0.removeAll { $0 == id } }
        }
    }

    private let folder = TemporaryFolder()
    private let log = LogBook()

    private func voices(_ account: Account, provider: String = "elevenlabs") -> Voices {
        let memory = Memory(
            in: StateFolder(path: folder.path), limits: HistoryLimits(), clock: ManualClock())
        return Voices(
            cloner: account, provider: provider, memory: memory, unixTime: { 7 }, log: log.log)
    }

    private static let recording = TestSound.noise(lasting: .seconds(12), amplitude: 0.1)

    private func failure(of work: () async throws -> Void) async -> Voices.Failure? {
        do {
            try await work()
            return nil
        } catch {
            return error as? Voices.Failure
        }
    }

    @Test("A voice is kept for its user with who agreed and when, and goes here and there")
    func whole() async throws {
        let account = Account()
        let sample = try Voices.sample(Self.recording)
        let consent = Voices.Consent(by: " Anna\n Berg ")
        let made = try await voices(account).clone(
            [sample], named: "Anna", for: "u1", consent: consent)
        // By another program, later.
        let kept = try #require(try await voices(account).voice(of: "u1"))
        #expect(kept == made && kept.consentBy == "Anna Berg" && kept.consentAt == 7)
        #expect(kept.providerVoice == "Anna" && kept.provider == "elevenlabs")
        #expect(try await voices(account).voice(of: "u2") == nil)
        #expect(try await voices(account).offered().map(\.id) == ["Anna"])

        try await voices(account).delete(made.id)
        #expect(account.names.isEmpty)
        #expect(try await voices(account).kept().isEmpty)
        let error = await failure { try await voices(account).delete(made.id) }
        #expect(error == .unknownVoice(made.id))
    }

    @Test("Without consent nothing is made", arguments: [nil, "", "  \n"])
    func consent(speaker: String?) async throws {
        let account = Account()
        let error = await failure {
            _ = try await voices(account).clone(
                [], named: "Anna", for: "u1", consent: Voices.Consent(by: speaker))
        }
        #expect(error == .noConsent && account.names.isEmpty)
    }

    @Test("A voice that the provider wants to verify first is not kept anywhere")
    func verification() async throws {
        let account = Account(needsVerification: true)
        let error = await failure {
            _ = try await voices(account).clone(
                [], named: "Anna", for: "u1", consent: Voices.Consent(by: "Anna"))
        }
        #expect(error == .needsVerification(provider: "elevenlabs"))
        #expect(account.names.isEmpty)
        #expect(try await voices(account).kept().isEmpty)
    }

    @Test("What the provider does not do is told in its words, and what is kept stays")
    func refused() async throws {
        let consent = Voices.Consent(by: "Anna")
        let made = try await voices(Account()).clone([], named: "A", for: "u1", consent: consent)
        let refusal = ProviderError.refused(provider: "elevenlabs", reason: "no place is left")
        let full = voices(Account(refusal: refusal))
        let error = await failure {
            _ = try await full.clone([], named: "B", for: "u1", consent: consent)
        }
        #expect(error == .provider(refusal) && "\(error!)".contains("no place is left"))
        #expect(await failure { try await full.delete(made.id) } == .provider(refusal))
        let other = voices(Account(), provider: "other")
        #expect(
            await failure { try await other.delete(made.id) } == .elsewhere(provider: "elevenlabs"))
        #expect(try await full.kept() == [made])
    }

    @Test("A recording is a file of known length; one of nothing is told")
    func recordings() async throws {
        let sample = try Voices.sample(Self.recording)
        let path = folder.file("sample.wav", sample.bytes)
        #expect(try AudioFile.read(path, atMost: .seconds(60)).sound == Self.recording)

        let silence = AudioChunk.silence(lasting: .seconds(12), format: .speech)
        for (sound, word) in [(silence, "nothing is heard"), (.init([], format: .speech), "short")]
        {
            let error = await failure { _ = try Voices.sample(sound) }
            #expect("\(try #require(error))".contains(word))
        }
    }

    @Test("The device's own microphone can be spoken into")
    func microphone() async throws {
        let microphone = FileMicrophone(sound: Self.recording)
        let sample = try await Voices.recording(
            from: microphone, lasting: .seconds(10), clock: ManualClock())
        let path = folder.file("sample.wav", sample.bytes)
        let length = try AudioFile.read(path, atMost: .seconds(60)).sound.duration
        #expect(length == .seconds(10))
        let error = await failure {
            _ = try await Voices.recording(
                from: microphone, lasting: .seconds(600), clock: ManualClock())
        }
        #expect(error != nil)
    }
}
