import Glibc
import Linux
import Panel
import Store
import Voice
import VoiceLoop

/// `pressel run [--settings FILE] [--state DIR]`
struct RunCommand {
    private let configuration: Configuration
    private static let patience = Duration.milliseconds(600)

    init(_ arguments: [String]) throws {
        configuration = try Configuration(
            Options(command: arguments, valued: Configuration.options))
    }

    /// The reason that ends the program only to start it again.
    private static let restart = "a restart"

    func run() async throws -> Int32 {
        forbidCoreDumps()
        let hang = TestHang()
        let signals = try Signals(also: hang == nil ? [] : [TestHang.signal])
        let ring = LogRing()
        let log = LogWriter.log(keepingIn: ring)
        configuration.report(to: log)
        do {
            try configuration.state.prepare()
        } catch {
            log.error(
                "\(error); make it writable for this user; until then \(MemoryHealth.lost) are lost"
                    + " when the program ends")
        }
        let lock = try configuration.lock(log)
        defer { withExtendedLifetime(lock) {} }
        let (ends, post) = AsyncStream.makeStream(of: String.self)
        let device = RunningDevice(
            configuration, log: log, ring: ring, restart: { post.yield(Self.restart) })
        let running = Task { await device.run() }
        log.info("pressel \(Pressel.version) is ready")
        let watch = ServiceManager().map { manager in
            ServiceWatch(manager, device.underWatch, log: log.of("systemd"))
        }
        wait(for: signals, device, log, hanging: hang) { post.yield($0) }
        let reason = await ends.first { _ in true } ?? "itself"
        watch?.end(isRestart: reason == Self.restart)
        running.cancel()
        if await !isOver(running) {
            log.warning("a disk or a device keeps it waiting; not waited for")
        }
        log.info("ended by \(reason)")
        if reason == Self.restart { try Pressel.start.again() }
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

    /// Tells of a signal, or of the button's way of ending.
    private func wait(
        for signals: Signals, _ device: RunningDevice, _ log: Log, hanging hang: TestHang?,
        end: @escaping @Sendable (String) -> Void
    ) {
        // Nobody waits for these: the threads behind them wait for the kernel, and end with the
        // process.
        startThread("signals") { [conversation = device.conversation] in
            while true {
                let signal = signals.wait()
                if signal == SIGINT { return end("SIGINT") }
                guard signal == TestHang.signal, let hang else { return end("SIGTERM") }
                log.error("\(hang.rawValue) hangs from now on, for a test")
                hang.hang(conversation)
            }
        }
        switch configuration.settings.button.source {
        case .keyboard:
            Task {
                switch await KeyboardButton(log: log.of("panel")).run(device.take) {
                case .quit: end("quit")
                case .inputClosed:
                    log.of("panel").info("standard input has ended; no button is left")
                }
            }
        case .none: log.of("panel").info("there is no button")
        case .gpio, .input: break
        }
    }
}
