import Audio
import Glibc
import Linux
import Synchronization
import Voice
import VoiceLoop
import Web

/// The running device, as its API reaches it.
final class RunningStatus: ReachableDevice {
    private let name: String
    private let parts: LoopParts
    private let microphone: (device: String, ALSAMicrophone)
    private let speaker: (device: String, ALSASpeaker)
    private let started = Moment.now
    private let state = Mutex(State())

    private struct State {
        var archive: ArchiveUploads?
        var conversation: Conversation?
        var turns: [Outcome: Int] = [:]
        var last: DeviceStatus.LastTurn?
    }

    /// - Parameter name: of the device.
    init(
        name: String, parts: LoopParts, microphone: (device: String, ALSAMicrophone),
        speaker: (device: String, ALSASpeaker)
    ) {
        self.name = name
        self.parts = parts
        self.microphone = microphone
        self.speaker = speaker
    }

    /// Where turns are copied to, if anywhere.
    func attach(_ archive: ArchiveUploads?) { state.withLock { $0.archive = archive } }

    /// The conversation tells how its turns ended, so it is made after this.
    func attach(_ conversation: Conversation) { state.withLock { $0.conversation = conversation } }

    /// Undoes `attach`: the two know each other.
    func detach() { state.withLock { $0.conversation = nil } }

    func note(_ report: TurnReport) {
        state.withLock { state in
            state.turns[report.outcome, default: 0] += 1
            state.last = DeviceStatus.LastTurn(
                number: report.turn.number, outcome: report.outcome, timeline: report.timeline,
                providers: report.providers)
        }
    }

    func push(_ action: ButtonAction, at moment: Moment) async -> Bool {
        guard let conversation = state.withLock({ $0.conversation }) else { return false }
        switch action {
        case .press: conversation.button(.pressed(at: moment))
        case .release: conversation.button(.released(at: moment))
        case .tap:
            conversation.button(.pressed(at: moment))
            conversation.button(.released(at: moment))
        }
        return true
    }

    func status() async -> DeviceStatus {
        let (conversation, turns, last) = state.withLock { ($0.conversation, $0.turns, $0.last) }
        var status = DeviceStatus(
            name: name, version: Pressel.version,
            state: await conversation?.state ?? "ending", uptime: .now - started,
            memory: ProcessUsage(of: Int(getpid())).proportionalMemory)
        status.devices = [
            .init(role: "microphone", name: microphone.device, problem: microphone.1.problem),
            .init(role: "speaker", name: speaker.device, problem: speaker.1.problem),
        ]
        status.providers =
            Self.parts("speechToText", parts.recognizers.status)
            + Self.parts("languageModel", parts.languageModels.status)
            + Self.parts("textToSpeech", parts.synthesizers.status)
        status.archive = await state.withLock({ $0.archive })?.status()
        status.turns = turns
        status.lastTurn = last
        return status
    }

    private static func parts(
        _ role: String, _ links: [(name: String, problem: ProviderError?)]
    ) -> [DeviceStatus.Part] {
        links.map { .init(role: role, name: $0.name, problem: $0.problem?.description) }
    }
}
