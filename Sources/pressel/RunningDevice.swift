import Audio
import Linux
import Panel
import Store
import Voice
import VoiceLoop
import Web

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
    private let events: RunningEvents
    private let path = ButtonPath()
    private let archive: ArchiveUploads?
    private let access: AccessControl
    private let claim: ClaimAtDevice
    private let talk: RemoteTalk
    private let answers: KeptAnswers
    private let web: WebService
    private let announcements: Announcements
    private let log: Log

    /// After which nothing happens any more that happens once.
    private static let startUp = Duration.seconds(30)

    /// - Parameters:
    ///   - ring: keeps what the log was told.
    ///   - restart: ends the program so that it is started again.
    init(
        _ configuration: Configuration, log: Log, ring: LogRing,
        restart: @escaping @Sendable () -> Void
    ) {
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
        let announcements = Announcements(in: sentences)
        self.announcements = announcements
        let archiveBell = Bell()
        let health = MemoryHealth(configuration.state)
        memory = Memory(
            in: configuration.state, limits: HistoryLimits(configuration.settings.history),
            clock: appliance.clock,
            notify: { event in
                if event == .archiveWaits { archiveBell.ring() }
                health.note(event)
                event.tell(log.of("store"))
                announcements.tell(event)
            })
        timers = Timers(
            KeptTimers(memory: memory), clock: appliance.clock,
            unixTime: { SystemWallClock.unixTime }, log: log.of("timers"),
            ring: { timer, late, then in
                log.of("timers").info("a timer rings\(late == nil ? "" : ", late")")
                announcements.ring(timer, late: late, then: then)
            })
        let pace = SpeakingPace()
        controls = RunningControls(
            configuration.settings, files: configuration.files, speaker: speaker,
            microphone: microphone, timers: timers, pace: pace, log: log.of("skills"))
        let audio = configuration.settings.audio
        let claim = ClaimAtDevice(button: button, sentences: sentences)
        self.claim = claim
        let sites = SiteRules(configuration.settings)
        for complaint in sites.complaints { log.of("web").warning("\(complaint); it is ignored") }
        let access = AccessControl(
            sites: sites, store: KeptAccess(memory: memory),
            witness: claim, environmentKey: configuration.secrets[.proxy], clock: appliance.clock,
            log: log.of("web"))
        self.access = access
        let kept = KeptConversation(
            memory, remembering: settings.rememberedTurns, clock: appliance.clock,
            log: log.of("store"))
        let make = { @Sendable [microphone, speaker, controls, memory] (appliance: Appliance) in
            let table = appliance.table(controls: controls, pace: pace)
            let loop = appliance.parts(
                microphone: microphone, speaker: speaker, memory: kept, by: table)
            return (
                loop: loop,
                talk: appliance.remoteTalk(
                    loop, table, controls: controls, memory: memory, state: configuration.state,
                    signer: access)
            )
        }
        let (parts, talkParts) = make(appliance)
        let events = RunningEvents(microphone: microphone, clock: appliance.clock)
        self.events = events
        let doors = OpenDoors()
        let status = RunningStatus(
            name: configuration.settings.name, parts: parts, requests: appliance.requests,
            microphone: (audio.captureDevice, microphone),
            speaker: (audio.playbackDevice, speaker), panel: (button, lights),
            memory: health, button: path,
            connections: { (doors.connections, events.hub.listeners) })
        self.status = status
        let archive = ArchiveUploads(appliance, memory: memory, bell: archiveBell)
        self.archive = archive
        status.attach(archive)
        status.attach(controls)
        let answers = KeptAnswers(in: configuration.state)
        self.answers = answers
        let talk = RemoteTalk(
            talkParts, answers: answers,
            finished: { report in
                status.note(report)
                events.noteChange("turns")
                Self.tidyHeaps()
            })
        self.talk = talk
        let show = { @Sendable (light: Light) in
            log.of("panel").debug("light \(light.rawValue)")
            lights?.show(light)
            status.show(light)
            events.show(light)
            archive?.turn(isGoingOn: [.listening, .thinking, .speaking].contains(light))
        }
        conversation = Conversation(
            parts, settings: settings, show: show,
            finished: { report in
                events.note(status.note(report))
                Self.tidyHeaps()
            }, told: events.take)
        status.attach(conversation)
        claim.attach(conversation)
        path.lead { [conversation] event, isRemote in
            if isRemote { conversation.remoteButton(event) } else { conversation.button(event) }
        }
        let resting = RestingLight(
            network: RoutingTable(), outages: parts.outages, asksOthers: parts.asksOthers,
            isMuted: audio.muted, rest: { lights?.rest($0) })
        restingLight = resting
        controls.attach(
            conversation,
            muted: { [conversation] isMuted in
                resting.setMuted(isMuted)
                Task {
                    if isMuted {
                        await conversation.stopFollowingUp()
                    } else {
                        await conversation.followUpAgain()
                    }
                }
            }, changed: { volume, isMuted in events.tell(volume: volume, isMuted: isMuted) },
            saved: { events.noteChange("settings") })
        let own = OwnEndpoints(
            status: status, events: events,
            settings: RunningSettings(
                configuration, appliance,
                means: RunningSettings.Means(
                    controls, conversation, status, resting, memory, microphone, talk,
                    make: make),
                log: log.of("settings")),
            parts: RunningParts(
                configuration.settings, microphone: microphone, speaker: speaker, button: path,
                status: status, events: events, clock: appliance.clock, log: log.of("web"),
                show: show),
            memory: memory, answers: answers,
            upkeep: RunningUpkeep(
                configuration, ring: ring, clock: appliance.clock, log: log.of("upkeep"),
                restart: restart), log: log)
        var api = API()
        own.add(to: &api)
        TalkAPI(talk, publicURL: configuration.settings.web.publicURL).add(to: &api)
        web = WebService(
            configuration, api: api, access: access, doors: doors, log: log.of("web"),
            changed: events.noteChange)
        if health.isInMemoryOnly {
            log.of("store").warning("\(health.problem!); --state names a folder on a disk")
            // Whoever named it knows where it is.
            if !configuration.isStateNamed { announcements.say(sentences.storeInMemoryOnly) }
        }
        announcements.tell(configuration.complaints)
    }

    /// What the service manager is told of.
    var underWatch: ServiceWatch.Subject {
        ServiceWatch.Subject(
            vitals: { [conversation, microphone, speaker] in
                Vitals(
                    loopBusySince: conversation.busySince, microphone: microphone.activity,
                    speaker: speaker.activity)
            },
            status: { [configuration, status, microphone] in
                ServiceStatus(
                    status.standing().devices, isMuted: microphone.isMuted,
                    button: configuration.settings.button.source)
            },
            askLoop: { [conversation] in _ = await conversation.state })
    }

    /// What every button does goes here.
    func take(_ event: ButtonEvent) { path.take(event) }

    /// Runs every part until the task is cancelled.
    func run() async {
        await withTaskCancellationHandler {
            await runParts()
        } onCancel: {
            // At once, not after the connections behind them, which are waited for: what was said is
            // to be kept in time.
            Task { [talk] in await talk.end() }
        }
        // In a task of its own: whoever is cancelled waits for nobody.
        await Task { await end() }.value
    }

    private func runParts() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await microphone.run() }
            group.addTask { await speaker.run() }
            group.addTask { await conversation.run() }
            group.addTask { await timers.resume() }
            group.addTask { await tidyUp() }
            group.addTask { await web.run(appliance.clock) }
            group.addTask { await events.watch(status) }
            group.addTask { await announcements.run(conversation) }
            if let archive { group.addTask { await archive.run() } }
            if let lights { group.addTask { await lights.run() } }
            group.addTask { await restingLight.run(appliance.clock) }
            if let button { group.addTask { await follow(button) } }
            group.addTask { await watchPlugs() }
            await group.waitForAll()
        }
    }

    /// Returns when all who still talk were hung up on, and what they said is kept.
    private func end() async {
        await talk.end()
        await timers.end()
        await access.end()
        claim.detach()
        path.lead(to: nil)
        controls.detach()
        status.detach()
        await memory.close()
    }

    /// Nobody waits now; a board has other programs, too.
    private static func tidyHeaps() { Task.detached(priority: .background) { trimHeaps() } }

    /// Throws away what only starting took, and what is too old, also while nobody talks to the device.
    private func tidyUp() async {
        await onThread("answers") { answers.prune() }
        guard (try? await appliance.clock.sleep(for: Self.startUp)) != nil else { return }
        giveBackCode()
        while (try? await appliance.clock.sleep(for: .seconds(3600))) != nil {
            // What goes wrong the memory tells by itself.
            try? await memory.prune()
            await onThread("answers") { answers.prune() }
        }
    }

    /// Has what was lost tried again as soon as something is plugged in.
    private func watchPlugs() async {
        let button = configuration.settings.button
        var folders = ["/dev/snd"]
        switch button.source {
        case .gpio: folders.append("/dev")
        case .input:
            // Names that stay the same are links, which come last.
            folders += ["/dev/input", folder(of: button.device ?? "/dev/input/")]
        case .keyboard, .none: break
        }
        do {
            try await FolderWatch(folders).run { [microphone, speaker, lineButton = self.button] in
                microphone.lookAgain()
                speaker.lookAgain()
                lineButton?.lookAgain()
            }
        } catch {
            log.of("panel").info("\(error); what is plugged in is found a little later")
        }
    }

    private func follow(_ button: LineButton) async {
        let startUp = StartUp(
            configuration, appliance, microphone: microphone, speaker: speaker, memory: memory,
            conversation: conversation)
        await button.run(
            startUp: { hold in Task { await startUp.take(hold) } }, { path.take($0) })
    }
}

extension SiteRules {
    /// The device answers by its own name and by its system's, under which the network knows it.
    fileprivate init(_ settings: Settings) {
        self.init(
            names: localNames(of: settings.name) + localNames(of: hostName()),
            allowedHosts: settings.web.allowedHosts,
            allowedOrigins: settings.web.allowedOrigins, publicURL: settings.web.publicURL)
    }
}
