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
        var muted: @Sendable (Bool) -> Void = { _ in }
        var changed: @Sendable (_ volume: Int, _ isMuted: Bool) -> Void = { _, _ in }
        var saved: @Sendable () -> Void = {}
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
    ///
    /// - Parameters:
    ///   - muted: is told whether the microphone is, when that was changed.
    ///   - changed: is told how both are when one was changed.
    ///   - saved: is called when a setting was.
    func attach(
        _ conversation: Conversation, muted: @escaping @Sendable (Bool) -> Void,
        changed: @escaping @Sendable (_ volume: Int, _ isMuted: Bool) -> Void,
        saved: @escaping @Sendable () -> Void
    ) {
        state.withLock { state in
            state.conversation = conversation
            state.muted = muted
            state.changed = changed
            state.saved = saved
        }
    }

    /// Undoes `attach`: the two know each other.
    func detach() {
        state.withLock { state in
            state.conversation = nil
            state.muted = { _ in }
            state.changed = { _, _ in }
            state.saved = {}
        }
    }

    func addresses() async -> [String] { networkAddresses() }

    func volume() async -> Int { state.withLock { $0.volume } }

    func setVolume(_ volume: Int) async throws {
        useVolume(volume)
        await save(["volume": .number(Double(volume))])
    }

    func muteMicrophone() async throws {
        useMuted(true)
        await save(["muted": .bool(true)])
    }

    /// From the next sound on, without keeping it.
    func useVolume(_ volume: Int) {
        state.withLock { $0.volume = volume }
        speaker.setVolume(volume)
        tellChange()
    }

    /// Closes or opens the microphone, without keeping that.
    func useMuted(_ isMuted: Bool) {
        microphone.setMuted(isMuted)
        state.withLock { $0.muted }(isMuted)
        tellChange()
    }

    private func tellChange() {
        let (changed, volume) = state.withLock { ($0.changed, $0.volume) }
        changed(volume, microphone.isMuted)
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
        state.withLock { $0.saved }()
    }
}
