import Audio
import Glibc
import Linux
import Panel
import Synchronization
import Voice
import VoiceLoop
import Web

/// The running device, as its API reaches it.
final class RunningStatus: ReachableDevice {
    private let name: String
    private let requests: RequestCount
    private let microphone: (device: String, ALSAMicrophone)
    private let speaker: (device: String, ALSASpeaker)
    private let panel: (button: LineButton?, lights: Lights?)
    private let memory: MemoryHealth
    private let started = Moment.now
    private let button: ButtonPath
    private let connections: @Sendable () -> (open: Int, listeners: Int)
    private let state: Mutex<State>

    private struct State {
        var parts: LoopParts
        var controls: RunningControls?
        var light = Light.off
        var figures = DeviceFigures()
        var archive: ArchiveUploads?
        var conversation: Conversation?
        var turns: [Outcome: Int] = [:]
        var last: DeviceStatus.LastTurn?
    }

    /// - Parameters:
    ///   - name: of the device.
    ///   - requests: what was asked of the providers.
    ///   - panel: the button if it is a line or an input device, the light if there is one.
    ///   - connections: how many there are to its server, and to how many it tells events.
    init(
        name: String, parts: LoopParts, requests: RequestCount,
        microphone: (device: String, ALSAMicrophone), speaker: (device: String, ALSASpeaker),
        panel: (button: LineButton?, lights: Lights?), memory: MemoryHealth, button: ButtonPath,
        connections: @escaping @Sendable () -> (open: Int, listeners: Int)
    ) {
        self.name = name
        self.requests = requests
        self.button = button
        self.connections = connections
        state = Mutex(State(parts: parts))
        self.microphone = microphone
        self.speaker = speaker
        self.panel = panel
        self.memory = memory
    }

    /// Where turns are copied to, if anywhere.
    func attach(_ archive: ArchiveUploads?) { state.withLock { $0.archive = archive } }

    /// The conversation tells how its turns ended, so it is made after this.
    func attach(_ conversation: Conversation) { state.withLock { $0.conversation = conversation } }

    func attach(_ controls: RunningControls) { state.withLock { $0.controls = controls } }

    /// Undoes `attach`: the two know each other.
    func detach() { state.withLock { $0.conversation = nil } }

    /// Who is asked now.
    var parts: LoopParts { state.withLock { $0.parts } }

    /// Others are asked from now on.
    func use(_ parts: LoopParts) { state.withLock { $0.parts = parts } }

    func show(_ light: Light) { state.withLock { $0.light = light } }

    /// - Returns: the same for others.
    @discardableResult
    func note(_ report: TurnReport) -> DeviceStatus.LastTurn {
        let turn = DeviceStatus.LastTurn(
            number: report.turn.number, outcome: report.outcome, timeline: report.timeline,
            providers: report.providers)
        state.withLock { state in
            state.turns[report.outcome, default: 0] += 1
            state.figures.note(report.timeline, providers: report.providers)
            if !report.turn.isRemote { state.last = turn }
        }
        return turn
    }

    func push(_ action: ButtonAction, at moment: Moment) async -> Bool {
        switch action {
        case .press: button.take(.pressed(at: moment), isRemote: true)
        case .release: button.take(.released(at: moment), isRemote: true)
        case .tap:
            button.take(.pressed(at: moment), isRemote: true)
                && button.take(.released(at: moment), isRemote: true)
        case .repeat: await say(.lastAnswer) { _ in }
        case .forget: await say(.forgotten) { await $0.forgetAtOnce() }
        }
    }

    private func say(
        _ utterance: Utterance, after first: (Conversation) async -> Void
    ) async -> Bool {
        guard let conversation = state.withLock({ $0.conversation }) else { return false }
        await first(conversation)
        await conversation.say(utterance)
        return true
    }

    /// As `Phase` names it.
    var conversationState: String {
        get async { await state.withLock({ $0.conversation })?.state ?? "ending" }
    }

    func status() async -> DeviceStatus {
        let now = state.withLock { $0 }
        let usage = ProcessUsage(of: Int(getpid()))
        var status = DeviceStatus(
            name: name, version: Pressel.version, state: await conversationState,
            uptime: .now - started, memory: usage.proportionalMemory)
        status.light = now.light
        status.volume = await now.controls?.volume() ?? 0
        status.isMuted = microphone.1.isMuted
        (status.devices, status.providers) = standing()
        status.archive = await now.archive?.status()
        status.turns = now.turns
        status.lastTurn = now.last
        status.figures = figures(now.figures, usage)
        return status
    }

    /// The devices and the providers, and what is the matter with them.
    func standing() -> (devices: [DeviceStatus.Part], providers: [DeviceStatus.Part]) {
        let parts = parts
        var devices: [DeviceStatus.Part] = [
            .init(role: "microphone", name: microphone.device, problem: microphone.1.problem),
            .init(role: "speaker", name: speaker.device, problem: speaker.1.problem),
        ]
        if let button = panel.button {
            devices.append(.init(role: "button", name: button.name, problem: button.problem))
        }
        if let lights = panel.lights {
            devices.append(.init(role: "light", name: lights.name, problem: lights.problem))
        }
        devices.append(.init(role: "memory", name: memory.folder, problem: memory.problem))
        let providers =
            Self.parts("speechToText", parts.recognizers.status)
            + Self.parts("languageModel", parts.languageModels.status)
            + Self.parts("textToSpeech", parts.synthesizers.status)
        return (devices, providers)
    }

    private func figures(_ turns: DeviceFigures, _ usage: ProcessUsage) -> DeviceFigures {
        var figures = turns
        for request in requests.all {
            let link = DeviceFigures.Link(stage: request.stage, provider: request.link)
            figures.requests[link, default: [:]][request.result] = request.count
        }
        figures.cards = [
            .init("microphone", microphone.1.counters), .init("speaker", speaker.1.counters),
        ]
        figures.processorTime = usage.processorTime
        figures.threads = usage.threads
        figures.descriptors = usage.descriptors
        (figures.connections, figures.listeners) = connections()
        return figures
    }

    private static func parts(
        _ role: String, _ links: [(name: String, problem: ProviderError?)]
    ) -> [DeviceStatus.Part] {
        links.map { .init(role: role, name: $0.name, problem: $0.problem?.description) }
    }
}

extension DeviceFigures.Card {
    fileprivate init(_ role: String, _ counters: AudioCounters) {
        self.init(role: role)
        overruns = counters.overruns
        underruns = counters.underruns
        suspends = counters.suspends
        reopenings = counters.reopenings
    }
}
