import Audio
import Linux
import Store
import Voice
import VoiceLoop
import Web

/// What the running device offers over the network of itself: how it is, how it is set up, what it
/// remembers.
struct OwnEndpoints {
    let status: RunningStatus
    let events: RunningEvents
    let settings: RunningSettings
    let parts: RunningParts
    let memory: Memory
    let answers: KeptAnswers
    let upkeep: RunningUpkeep
    let log: Log

    func add(to api: inout API) {
        DeviceAPI(status).add(to: &api)
        EventsAPI(events.hub, device: status).add(to: &api)
        SettingsAPI(settings).add(to: &api)
        PartsAPI(parts).add(to: &api)
        let voices = RunningVoices(settings: settings, memory: memory, log: log.of("voices"))
        VoiceListAPI(voices).add(to: &api)
        ModelListAPI(RunningModels(settings: settings)).add(to: &api)
        HistoryAPI(RunningHistory(memory: memory, answers: answers)).add(to: &api)
        UpkeepAPI(upkeep).add(to: &api)
    }
}

extension RunningSettings.Means {
    /// By the parts of the running device.
    ///
    /// - Parameter make: makes those who are asked anew.
    init(
        _ controls: RunningControls, _ conversation: Conversation, _ status: RunningStatus,
        _ resting: RestingLight, _ memory: Memory, _ microphone: ALSAMicrophone, _ talk: RemoteTalk,
        make: @escaping @Sendable (Appliance) -> (loop: LoopParts, talk: RemoteTalk.Parts)
    ) {
        self.init(
            setVolume: controls.useVolume, setMuted: controls.useMuted,
            use: { appliance, hasOtherProviders in
                let made = hasOtherProviders ? make(appliance) : nil
                if let made {
                    status.use(made.loop)
                    resting.use(made.loop)
                }
                talk.use(appliance.loopSettings, made?.talk)
                await conversation.use(appliance.loopSettings, made?.loop)
                if microphone.isMuted { await conversation.stopFollowingUp() }
            },
            keepHistory: { limits in
                // What goes wrong the memory tells by itself.
                try? await memory.use(limits)
            })
    }
}
