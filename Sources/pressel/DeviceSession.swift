import Codec
import Linux
import Voice
import VoiceLoop

/// The device's loop run inside a command, with its reports in hand.
struct DeviceSession {
    let conversation: Conversation
    let reports: AsyncStream<TurnReport>

    /// Runs the device as `pressel run` does, but without its small sounds, around `body`.
    static func run<Result: Sendable>(
        _ appliance: Appliance, _ body: (DeviceSession) async throws -> Result
    ) async throws -> Result {
        let microphone = appliance.microphone()
        let speaker = appliance.speaker()
        let (reports, post) = AsyncStream.makeStream(of: TurnReport.self)
        var settings = appliance.loopSettings
        // So that what is heard is the answer and nothing else.
        settings.sounds = false
        // It is pushed here as a button that can be held.
        settings.gestures.toggles = false
        let conversation = Conversation(
            appliance.parts(microphone: microphone, speaker: speaker), settings: settings,
            finished: { post.yield($0) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await microphone.run() }
            group.addTask { await speaker.run() }
            group.addTask { await conversation.run() }
            defer { group.cancelAll() }
            return try await body(DeviceSession(conversation: conversation, reports: reports))
        }
    }
}

extension SpeechSynthesizer {
    /// `text` spoken, whole, in the microphone's format.
    func recording(of text: String) async throws -> AudioChunk {
        let speaker = RecordingSpeaker()
        let playback = speaker.begin()
        for try await chunk in try await speech(for: text) { _ = try await playback.play(chunk) }
        return Resampler.convert(speaker.sound!, to: .speech)
    }
}
