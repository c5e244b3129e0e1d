import Audio
import Linux
import Panel
import Store
import Voice
import VoiceLoop

/// The whole device at work, as `pressel run` keeps it: every part of it, and what joins them.
struct RunningDevice {
    let conversation: Conversation
    private let configuration: Configuration
    private let appliance: Appliance
    private let microphone: ALSAMicrophone
    private let speaker: ALSASpeaker
    private let lights: Lights?
    private let button: LineButton?
    private let memory: Memory
    private let timers: Timers
    private let controls: RunningControls
    private let restingLight: RestingLight
    private let status: RunningStatus
    private let archive: ArchiveUploads?
    private let web: WebService
    private let log: Log

    init(_ configuration: Configuration, log: Log) {
        self.configuration = configuration
        self.log = log
        let appliance = Appliance(configuration, log: log)
        self.appliance = appliance
        microphone = appliance.microphone()
        speaker = appliance.speaker()
        let lights = appliance.lights()
        self.lights = lights
        button = appliance.button()

        let settings = appliance.loopSettings
        let sentences = Sentences(settings.language)
        // The memory and the timers have things to say before there is anything to say them.
        let (announcements, announce) = AsyncStream.makeStream(
            of: Announcement.self, bufferingPolicy: .bufferingNewest(100))
        self.announcements = announcements
        let archiveBell = Bell()
        memory = Memory(
            in: configuration.state, limits: HistoryLimits(configuration.settings.history),
            clock: appliance.clock,
            notify: { event in
                if event == .archiveWaits { archiveBell.ring() }
                event.tell(log.of("store"))
                guard let sentence = event.sentence(sentences) else { return }
                announce.yield(Announcement(.announcement(sentence)))
            })
        timers = Timers(
            KeptTimers(memory: memory), clock: appliance.clock,
            unixTime: { SystemWallClock.unixTime }, log: log.of("timers"),
            ring: { timer, late, then in
                log.of("timers").info("a timer rings\(late == nil ? "" : ", late")")
                let sentence = sentences.timerRings(
                    after: timer.duration, named: timer.name, late: late)
                announce.yield(Announcement(.alarm(sentence), then: then))
            })
        let pace = SpeakingPace()
        controls = RunningControls(
            configuration.settings, files: configuration.files, speaker: speaker,
            microphone: microphone, timers: timers, pace: pace, log: log.of("skills"))
        let parts = appliance.parts(
            microphone: microphone, speaker: speaker, controls: controls,
            memory: KeptConversation(
                memory, remembering: settings.rememberedTurns, clock: appliance.clock,
                log: log.of("store")),
            pace: pace)
        let audio = configuration.settings.audio
        let status = RunningStatus(
            name: configuration.settings.name, parts: parts,
            microphone: (audio.captureDevice, microphone), speaker: (audio.playbackDevice, speaker))
        self.status = status
        let archive = ArchiveUploads(appliance, memory: memory, bell: archiveBell)
        self.archive = archive
        status.attach(archive)
        web = WebService(
            configuration.settings.web, device: status, key: configuration.secrets[.proxy],
            log: log.of("web"))
        conversation = Conversation(
            parts, settings: settings,
            show: { light in
                log.of("panel").debug("light \(light.rawValue)")
                lights?.show(light)
                archive?.turn(isGoingOn: [.listening, .thinking, .speaking].contains(light))
            },
            finished: { report in
                status.note(report)
                // Nobody waits now; a board has other programs, too.
                Task.detached(priority: .background) { trimHeaps() }
            })
        status.attach(conversation)
        let resting = RestingLight(
            network: RoutingTable(), outages: parts.outages, asksOthers: parts.asksOthers,
            isMuted: audio.muted, rest: { lights?.rest($0) })
        restingLight = resting
        controls.attach(conversation) { [conversation] in
            resting.mute()
            Task { await conversation.stopFollowingUp() }
        }
        if let first = configuration.complaints.first {
            // The owner of a device in a corner reads no log.
            let key = first.key.split(separator: ".").joined(separator: ", ")
            let sentence = sentences.settingWrong(key, configuration.complaints.count > 1)
            announce.yield(Announcement(.announcement(sentence)))
        }
    }

    private let announcements: AsyncStream<Announcement>

    private struct Announcement: Sendable {
        let utterance: Utterance
        let then: @Sendable () -> Void

        init(_ utterance: Utterance, then: @escaping @Sendable () -> Void = {}) {
            self.utterance = utterance
            self.then = then
        }
    }

    /// Runs every part until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await microphone.run() }
            group.addTask { await speaker.run() }
            group.addTask { await conversation.run() }
            group.addTask { await timers.resume() }
            group.addTask { await tidyUp() }
            group.addTask { await web.run(appliance.clock) }
            group.addTask {
                for await announcement in announcements {
                    await conversation.say(announcement.utterance, then: announcement.then)
                }
            }
            if let archive { group.addTask { await archive.run() } }
            if let lights { group.addTask { await lights.run() } }
            group.addTask { await restingLight.run(appliance.clock) }
            if let button { group.addTask { await follow(button) } }
            await group.waitForAll()
        }
        await timers.end()
        controls.detach()
        status.detach()
        await memory.close()
    }

    /// Throws away what is too old, also while nobody talks to the device.
    private func tidyUp() async {
        while (try? await appliance.clock.sleep(for: .seconds(3600))) != nil {
            // What goes wrong the memory tells by itself.
            try? await memory.prune()
        }
    }

    private func follow(_ button: LineButton) async {
        let startUp = StartUp(
            configuration, appliance, microphone: microphone, speaker: speaker, memory: memory,
            conversation: conversation)
        await button.run(
            startUp: { hold in Task { await startUp.take(hold) } },
            conversation.button)
    }
}

extension MemoryEvent {
    func tell(_ log: Log) {
        switch self {
        case .setAside(let path, let reason):
            log.error("\(reason); the store was set aside as \(path), and a new one begun")
        case .unusable(let error):
            log.error("\(error); until then nothing is remembered beyond the end of the program")
        case .cannotWrite(let error):
            log.error(
                "\(error); until then nothing new is remembered beyond the end of the program")
        case .worksAgain: log.info("the store works again, and has what was held back")
        case .archiveWaits: break
        case .archiveIsFull:
            log.warning("too much waits for the archive: from now on the oldest is dropped")
        }
    }

    /// What is said aloud, if anything.
    func sentence(_ sentences: Sentences) -> String? {
        switch self {
        case .setAside: sentences.storeDamaged
        case .unusable(.newer): sentences.storeNewer
        case .unusable, .cannotWrite: sentences.storeUnwritable
        case .worksAgain, .archiveWaits, .archiveIsFull: nil
        }
    }
}
