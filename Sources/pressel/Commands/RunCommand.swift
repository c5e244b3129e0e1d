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
        let lock = try configuration.lock(log)
        defer { withExtendedLifetime(lock) {} }
        let device = RunningDevice(configuration, log: log)
        let reason = await withTaskGroup(of: Void.self) { group in
            group.addTask { await device.run() }
            log.info("pressel \(Pressel.version) is ready")
            let reason = await end(by: device.conversation, signals, log)
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
        case .gpio, .input: break
        }
        return await ends.first { _ in true } ?? "itself"
    }
}
