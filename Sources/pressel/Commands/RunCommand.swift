import Linux
import Panel
import Store
import Voice
import VoiceLoop

/// `pressel run [--settings FILE] [--state DIR]`
struct RunCommand {
    private let configuration: Configuration

    init(_ arguments: [String]) throws {
        configuration = try Configuration(
            Options(command: arguments, valued: Configuration.options))
    }

    func run() async throws -> Int32 {
        let signals = try Signals()
        let log = LogWriter.log()
        configuration.report(to: log)
        do {
            try configuration.state.prepare()
        } catch {
            log.error("\(error); nothing can be remembered; make it writable for this user")
        }
        let appliance = Appliance(configuration, log: log)
        let microphone = appliance.microphone()
        let speaker = appliance.speaker()
        let conversation = Conversation(
            appliance.parts(microphone: microphone, speaker: speaker),
            settings: appliance.loopSettings,
            show: { light in log.of("panel").debug("light \(light.rawValue)") })
        // Begun before the button works: a later playback would cut a turn's short.
        let announcement = configuration.complaints.isEmpty ? nil : speaker.begin()
        let reason = await withTaskGroup(of: Void.self) { group in
            group.addTask { await microphone.run() }
            group.addTask { await speaker.run() }
            group.addTask { await conversation.run() }
            if let announcement {
                group.addTask { await mention(configuration.complaints, appliance, announcement) }
            }
            log.info("pressel \(Pressel.version) is ready")
            let reason = await end(by: conversation, signals, log)
            group.cancelAll()
            return reason
        }
        log.info("ended by \(reason)")
        return 0
    }

    /// Waits for a signal, or for the button's way of ending.
    private func end(
        by conversation: Conversation, _ signals: Signals, _ log: Log
    ) async -> String {
        let (ends, post) = AsyncStream.makeStream(of: String.self)
        // Not in the group: the threads behind these wait for the kernel, and end with the process.
        Task { _ = post.yield(await onThread("signals") { signals.wait() }) }
        switch configuration.settings.button.source {
        case .keyboard:
            Task {
                switch await KeyboardButton(log: log.of("panel")).run(conversation.button) {
                case .quit: _ = post.yield("quit")
                case .inputClosed:
                    log.of("panel").info("standard input has ended; no button is left")
                }
            }
        case .none: log.of("panel").info("there is no button")
        case .gpio, .input:
            log.of("panel").error(
                "button.source is \"\(configuration.settings.button.source.rawValue)\", which is"
                    + " not in this version; no button works; use \"keyboard\"")
        }
        return await ends.first { _ in true } ?? "itself"
    }
}

/// Says once, aloud, that a setting is wrong: the owner of a device in a corner reads no log.
private func mention(
    _ complaints: [SettingsComplaint], _ appliance: Appliance, _ playback: any Playback
) async {
    guard let first = complaints.first else { return }
    let key = first.key.split(separator: ".").joined(separator: ", ")
    do {
        let sentence = Sentences(appliance.loopSettings.language).settingWrong(
            key, complaints.count > 1)
        for try await chunk in try await appliance.ownVoice.speech(for: sentence) {
            _ = try await playback.play(chunk)
        }
    } catch {
        // It is in the log too; a press, or a missing speaker, ended it.
    }
}
