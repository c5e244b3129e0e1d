import Glibc
import Linux
import Synchronization
public import Voice

/// A button that is down when its line is first opened. It is not a turn: nobody has pressed it
/// as far as this program can tell, and a missing pull-up looks the same.
public enum StartUpHold: Equatable, Sendable {
    case began(at: Moment)
    /// It was let go: what the hold was for is known now.
    case ended(at: Moment, after: Duration)
}

/// A button on a line of its own, GPIO or input device, followed on a thread of its own, which
/// opens the line again whenever it was lost.
public final class LineButton: Sendable {
    typealias Opening = @Sendable () throws(PanelError) -> any ButtonLine

    /// What it hangs on, in a word or two.
    public let name: String
    private let debounce: Duration
    private let backOff: BackOff
    private let clock: any MomentClock
    private let log: Log
    private let open: Opening
    private let wake = Wake()
    private let isEnding = Atomic(false)
    private let trouble: Mutex<String?>

    /// - Parameters:
    ///   - name: of the line, for the log.
    ///   - debounce: edges so soon after an event are bounces.
    init(
        _ name: String, debounce: Duration, backOff: BackOff = BackOff(),
        clock: any MomentClock = MonotonicClock(), log: Log, open: @escaping Opening
    ) {
        self.name = name
        self.debounce = debounce
        self.backOff = backOff
        self.clock = clock
        self.log = log
        self.open = open
        trouble = Mutex("\(name) was not opened yet")
    }

    /// Follows the button until the task is cancelled. Presses and releases strictly alternate,
    /// in the order of their times; a button that is lost while it is down counts as let go.
    ///
    /// - Parameters:
    ///   - startUp: is told of a hold that is older than this program; `handle` is not.
    ///   - handle: is called on the button's thread and must not block.
    public func run(
        startUp: @escaping @Sendable (StartUpHold) -> Void = { _ in },
        _ handle: @escaping @Sendable (ButtonEvent) -> Void
    ) async {
        await withTaskCancellationHandler {
            await onThread("button") {
                self.work { signal in
                    switch signal {
                    case .event(let event): handle(event)
                    case .startUp(let hold): startUp(hold)
                    }
                }
            }
        } onCancel: {
            isEnding.store(true, ordering: .releasing)
            wake.signal()
        }
    }

    /// Whether a finger on it would be noticed now.
    public var works: Bool { problem == nil }

    /// Why it would not be, nil if it would.
    public var problem: String? { trouble.withLock { $0 } }

    /// Tries a line that was lost again at once: something was plugged in.
    public func lookAgain() { wake.signal() }

    /// Opens the line and lets go of it again; for a button that is not being followed.
    ///
    /// - Returns: whether it is down.
    public func probe() async throws(PanelError) -> Bool {
        let result = await onThread("button") { [open] () -> Result<Bool, PanelError> in
            do throws(PanelError) {
                return .success(try open().isActive())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    // MARK: - The thread

    private var hasEnded: Bool { isEnding.load(ordering: .acquiring) }

    private func work(_ tell: (ButtonSignal) -> Void) {
        var signals = ButtonSignals()
        var backOff = backOff
        var told: PanelError?
        while !hasEnded {
            do throws(PanelError) {
                let line = try open()
                let isActive = try line.isActive()
                trouble.withLock { $0 = nil }
                log.info("the button is \(name)\(told == nil ? "" : ", and works again")")
                told = nil
                if isActive {
                    log.warning(
                        "the button is down already; it counts when it has been let go, and if"
                            + " nobody holds it, look at its wiring and button.activeLow")
                }
                for signal in signals.opened(isActive: isActive, at: clock.now) { tell(signal) }
                try follow(line, isActive) { event in
                    // What gives edges works, and is no device that only opens.
                    backOff.reset()
                    if let signal = signals.passing(event) { tell(signal) }
                }
            } catch {
                trouble.withLock { $0 = "\(error)" }
                if error != told { log.error("\(error); trying again") }
                told = error
                if let signal = signals.lost(at: clock.now) { tell(signal) }
                sleep(backOff.next())
            }
        }
    }

    private func follow(
        _ line: any ButtonLine, _ isActive: Bool, _ tell: (ButtonEvent) -> Void
    ) throws(PanelError) {
        var debounce = Debounce(interval: debounce, isPressed: isActive)
        while !hasEnded {
            for edge in try line.edges(until: debounce.lookAt, or: wake) {
                for event in debounce.take(edge) { tell(event) }
            }
            wake.clear()
            let now = clock.now
            guard let moment = debounce.lookAt, now >= moment else { continue }
            if let event = debounce.look(try line.isActive(), at: now) { tell(event) }
        }
    }

    private func sleep(_ duration: Duration) {
        var polled = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&polled, 1, CInt(duration.inMilliseconds))
        wake.clear()
    }
}
