import Audio
import Linux
import Store
import Synchronization
import Voice
import VoiceLoop

/// The running device, as its skills reach it.
final class RunningControls: DeviceControls {
    let name: String
    private let speaker: ALSASpeaker
    private let microphone: ALSAMicrophone
    private let timers: Timers
    private let pace: SpeakingPace
    private let files: SettingsFiles
    private let log: Log
    private let state: Mutex<State>

    private struct State {
        var volume: Int
        var conversation: Conversation?
        var muted: @Sendable () -> Void = {}
    }

    init(
        _ settings: Settings, files: SettingsFiles, speaker: ALSASpeaker,
        microphone: ALSAMicrophone, timers: Timers, pace: SpeakingPace, log: Log
    ) {
        name = settings.name
        self.files = files
        self.speaker = speaker
        self.microphone = microphone
        self.timers = timers
        self.pace = pace
        self.log = log
        state = Mutex(State(volume: settings.audio.volume))
    }

    /// The conversation needs the skills, and they need it.
    func attach(_ conversation: Conversation, muted: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.conversation = conversation
            state.muted = muted
        }
    }

    /// Undoes `attach`: the two know each other.
    func detach() {
        state.withLock { state in
            state.conversation = nil
            state.muted = {}
        }
    }

    func addresses() async -> [String] { networkAddresses() }

    func volume() async -> Int { state.withLock { $0.volume } }

    func setVolume(_ volume: Int) async throws {
        state.withLock { $0.volume = volume }
        speaker.setVolume(volume)
        await save(["volume": .number(Double(volume))])
    }

    func muteMicrophone() async throws {
        microphone.setMuted(true)
        state.withLock { $0.muted }()
        await save(["muted": .bool(true)])
    }

    func speakSlower() async -> Bool { pace.slower() }

    func forgetConversation() async throws {
        try await state.withLock { $0.conversation }?.forget()
    }

    func setTimer(for duration: Duration, named name: String?) async throws {
        try await timers.set(for: duration, named: name)
    }

    func timers() async -> [RunningTimer] { await timers.running }
    func cancelTimers(_ numbers: [Int64]) async throws { try await timers.cancel(numbers) }

    /// What was changed holds until the end of the program even if it cannot be saved.
    private func save(_ audio: [String: JSONValue]) async {
        let result = await onThread("settings") { [files] in
            Result { try files.save(.object(["audio": .object(audio)])) }
        }
        if case .failure(let refusal) = result { log.error("\(refusal)") }
    }
}
