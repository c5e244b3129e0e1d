import Codec
import Store
import Voice

/// The voices that were made after people's: who may be heard in them, and how they come and go.
/// A voice is made only after the person whose it is agreed, and that is kept with it.
struct Voices: Sendable {
    let cloner: any VoiceCloner
    /// As in the links of the settings.
    let provider: String
    let memory: Memory
    /// Seconds since 1970 UTC; nil while the clock was never set.
    let unixTime: @Sendable () -> Int64?
    let log: Log

    /// That somebody agreed to a voice that is made after theirs.
    struct Consent: Equatable, Sendable {
        /// What the person who speaks is called.
        let speaker: String

        /// Nil unless there is a name to it.
        init?(by speaker: String?) {
            let name = speaker?.split(whereSeparator: \.isWhitespace).joined(separator: " ") ?? ""
            guard !name.isEmpty else { return nil }
            self.speaker = String(name.prefix(100))
        }
    }

    /// Why there is no voice, in a sentence for whoever asked for one.
    enum Failure: Error, Equatable, CustomStringConvertible {
        /// Nobody said that the speaker agreed.
        case noConsent
        /// The recording is of no use.
        case recording(String)
        case provider(ProviderError)
        case memory(MemoryError)
        /// The provider wants to be shown first whose voice it is.
        case needsVerification(provider: String)
        case unknownVoice(String)
        /// It was made by another provider than the one that is set up.
        case elsewhere(provider: String)

        var description: String {
            switch self {
            case .noConsent:
                "a voice is made only with the consent of the person who speaks; say who agreed"
            case .recording(let problem): problem
            case .provider(let error): "\(error)"
            case .memory(let error): "\(error)"
            case .needsVerification(let provider):
                "\(provider) wants to be shown on its own site whose voice this is before anybody"
                    + " may use it, so it was not kept; make it there and set it as the voice"
            case .unknownVoice(let id): "there is no voice \"\(id)\""
            case .elsewhere(let provider):
                "the voice was made at \(provider), which is not set up here; set its key first"
            }
        }
    }

    /// What the provider offers, its own voices and those that were made.
    func offered() async throws(Failure) -> [OfferedVoice] {
        do throws(ProviderError) {
            return try await cloner.voices()
        } catch {
            throw .provider(error)
        }
    }

    /// The voice that was made last for a user; nil if none was.
    func voice(of user: String) async throws(Failure) -> ClonedVoice? {
        try await kept(of: user).last
    }

    /// The voices that were made for a user, or for all, the newest last.
    func kept(of user: String? = nil) async throws(Failure) -> [ClonedVoice] {
        do throws(MemoryError) {
            return try await memory.voices(of: user)
        } catch {
            throw .memory(error)
        }
    }

    /// Makes a voice after recordings of one person, and remembers it for `user`.
    ///
    /// - Parameters:
    ///   - consent: nil is refused.
    ///   - samples: of one person; the longer of a minute and what there is.
    func clone(
        _ samples: [VoiceSample], named name: String, for user: String, consent: Consent?
    ) async throws(Failure) -> ClonedVoice {
        guard let consent else { throw .noConsent }
        // Before anything is made that could not be remembered.
        _ = try await kept(of: user)
        let made: NewVoice
        do throws(ProviderError) {
            made = try await cloner.clone(samples, name: name)
        } catch {
            throw .provider(error)
        }
        guard !made.needsVerification else {
            await remove(made.id)
            throw .needsVerification(provider: provider)
        }
        let voice = ClonedVoice(
            id: Self.newID(), user: user, provider: provider, providerVoice: made.id, name: name,
            consentAt: unixTime(), consentBy: consent.speaker)
        do throws(MemoryError) {
            try await memory.save(voice)
        } catch {
            await remove(made.id)
            throw .memory(error)
        }
        log.info("made voice \(voice.id) at \(provider), with the speaker's consent")
        return voice
    }

    /// Removes a voice, at the provider's first: what is not removed there is not forgotten here.
    func delete(_ id: String) async throws(Failure) {
        guard let voice = try await kept().first(where: { $0.id == id }) else {
            throw .unknownVoice(id)
        }
        guard voice.provider == provider else { throw .elsewhere(provider: voice.provider) }
        do throws(ProviderError) {
            try await cloner.delete(voice.providerVoice)
        } catch {
            throw .provider(error)
        }
        do throws(MemoryError) {
            _ = try await memory.removeVoice(id)
        } catch {
            throw .memory(error)
        }
        log.info("removed voice \(id), here and at \(provider)")
    }

    /// What nobody will be told the name of.
    private func remove(_ id: String) async {
        do throws(ProviderError) {
            try await cloner.delete(id)
        } catch {
            log.warning("voice \(id) stays at \(provider), where nobody uses it: \(error)")
        }
    }

    private static func newID() -> String {
        "voice-" + (0..<12).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
    }
}

extension Voices {
    /// A voice needs half a minute, better two; more than three are no better.
    static let recordingLengths = Duration.seconds(10)...Duration.seconds(180)
    /// Below this nobody spoke, or not into this microphone.
    private static let quietest = -55.0

    /// Records somebody at the device's own microphone.
    static func recording(
        from microphone: any Microphone, lasting length: Duration, clock: any MomentClock
    ) async throws(Failure) -> VoiceSample {
        guard recordingLengths.contains(length) else {
            throw .recording("a recording for a voice lasts 10 to 180 seconds")
        }
        var samples: [Int16] = []
        let wanted = AudioFormat.speech.frames(in: length)
        do {
            for try await piece in microphone.listen(from: clock.now) {
                samples += piece.chunk.samples
                if samples.count >= wanted { break }
            }
            try Task.checkCancellation()
        } catch is CancellationError {
            throw .provider(.cancelled)
        } catch {
            throw .recording("\(error)")
        }
        return try sample(AudioChunk(Array(samples.prefix(wanted)), format: .speech))
    }

    /// A recording as a file for the provider.
    static func sample(_ recording: AudioChunk) throws(Failure) -> VoiceSample {
        guard recording.duration >= recordingLengths.lowerBound else {
            throw .recording("the recording is too short; a voice needs 10 seconds at least")
        }
        guard Level.decibels(of: recording.samples) > quietest else {
            throw .recording("nothing is heard in the recording; speak nearer to the microphone")
        }
        return VoiceSample(
            bytes: WAVEncoder.file(of: recording), fileName: "recording.wav",
            mediaType: WAVEncoder.mediaType)
    }
}
