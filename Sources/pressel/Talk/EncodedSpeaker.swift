import Codec
import Linux
import Voice
import Web

/// Makes what is played into bytes for somebody elsewhere, in the speaker's place.
final class EncodedSpeaker: Speaker {
    private let sound: TalkOrder.Sound
    private let output: TurnOutput
    private let file: KeptAnswers.NewAnswer?

    /// - Parameter file: where the sound goes instead of to whoever takes the output; nil unless
    ///   `sound` is `kept`.
    init(_ sound: TalkOrder.Sound, to output: TurnOutput, file: KeptAnswers.NewAnswer?) {
        self.sound = sound
        self.output = output
        self.file = file
    }

    func begin() -> any Playback {
        let playback = EncodedPlayback(sound, output, file)
        return sound == .mp3 ? PassingPlayback(playback: playback) : playback
    }
    func stop() async -> Moment? { nil }
}

/// One answer. An actor, since encoders are for one caller at a time.
private actor EncodedPlayback: Playback {
    private let sound: TalkOrder.Sound
    private let output: TurnOutput
    private let file: KeptAnswers.NewAnswer?
    /// With the format of the first sound, which all has that follows.
    private var encoder: (any AudioEncoder)?
    private var format = AudioFormat.speech
    private var hasBegun = false

    init(_ sound: TalkOrder.Sound, _ output: TurnOutput, _ file: KeptAnswers.NewAnswer?) {
        self.sound = sound
        self.output = output
        self.file = file
    }

    func play(_ chunk: AudioChunk) async throws -> Moment {
        try Task.checkCancellation()
        if encoder == nil { begin(chunk.format) }
        try await send(encoder!.encode(Resampler.convert(chunk, to: format)))
        return .now
    }

    func play(mp3 bytes: [UInt8]) async throws -> Moment {
        try Task.checkCancellation()
        try await finish()
        try await send(bytes)
        return .now
    }

    func drain() async throws -> Moment {
        // Even an answer of no sound is a file.
        if !hasBegun, sound == .wav || sound == .kept { begin(.speech) }
        try await finish()
        try await output.drain()
        return .now
    }

    /// What was encoded so far is all that its encoder gets.
    private func finish() async throws {
        guard let encoder else { return }
        self.encoder = nil
        try await send(encoder.finish())
    }

    private func begin(_ format: AudioFormat) {
        hasBegun = true
        self.format = format
        switch sound {
        case .mp3: encoder = MP3Encoder(format: format)
        case .wav, .kept: encoder = WAVEncoder(format: format)
        case .samples:
            encoder = SampleEncoder(format: format)
            output.note(.soundBegins(format))
        }
    }

    private func send(_ bytes: [UInt8]) async throws {
        guard let file else { return try await output.send(bytes) }
        do {
            // A slow card holds up nobody else.
            try await onThread("answers") {
                Result { () throws(SystemError) in try file.append(bytes) }
            }.get()
        } catch {
            output.note(HTTPError(503, "no_room", "the answer cannot be kept for the moment"))
            throw error
        }
        output.noteSound()
    }
}

/// One answer as MP3, for which MP3 need not be made.
private struct PassingPlayback: MP3Playback {
    let playback: EncodedPlayback

    func play(_ chunk: AudioChunk) async throws -> Moment { try await playback.play(chunk) }
    func play(mp3 bytes: [UInt8]) async throws -> Moment { try await playback.play(mp3: bytes) }
    func drain() async throws -> Moment { try await playback.drain() }
}
