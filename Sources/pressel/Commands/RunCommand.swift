import Linux
import Panel
import Store
import Voice
import VoiceLoop

/// `pressel run [--settings FILE] [--state DIR]`
struct RunCommand {
    private let configuration: Configuration
    private static let patience = Duration.milliseconds(850)

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
        let running = Task { await device.run() }
        log.info("pressel \(Pressel.version) is ready")
        let reason = await end(by: device.conversation, signals, log)
        running.cancel()
        if await !isOver(running) {
            log.warning("a disk or a device keeps it waiting; not waited for")
        }
        log.info("ended by \(reason)")
        return 0
    }

    /// Whoever stops a service does not wait for a slow memory card; what is written to the store is
    /// whole at any moment.
    private func isOver(_ running: Task<Void, Never>) async -> Bool {
        let (ends, post) = AsyncStream.makeStream(of: Bool.self)
        Task {
            await running.value
            post.yield(true)
        }
        Task {
            try? await MonotonicClock().sleep(for: Self.patience)
            post.yield(false)
        }
        return await ends.first { _ in true } ?? false
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
