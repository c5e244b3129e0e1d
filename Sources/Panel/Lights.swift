import Glibc
import Linux
import Synchronization
public import Voice

/// The device's light, on a thread of its own, which sleeps while nothing moves. A lamp that
/// cannot be used is a warning, and tried again; nobody waits for it.
public final class Lights: Sendable {
    typealias Opening = @Sendable () throws(PanelError) -> any LightOutput

    /// What it is, in a word or two.
    public let name: String
    private let brightness: Double
    private let palette: Palette
    private let clock: any MomentClock
    private let log: Log
    private let open: Opening
    private let wake = Wake()
    private let state: Mutex<State>

    private struct State {
        var stage: LightStage
        var trouble: PanelError?
        var isEnding = false
    }

    /// - Parameters:
    ///   - name: of the lamp, for the log.
    ///   - brightness: in percent; 0 shows nothing.
    init(
        _ name: String, brightness: Int, palette: Palette,
        clock: any MomentClock = MonotonicClock(), log: Log, open: @escaping Opening
    ) {
        self.name = name
        self.brightness = Double(brightness) / 100
        self.palette = palette
        self.clock = clock
        self.log = log
        self.open = open
        state = Mutex(State(stage: LightStage(at: clock.now)))
    }

    /// Shows `light` from now on; `failed` for three blinks, `off` after them. Returns at once.
    public func show(_ light: Light) {
        let now = clock.now
        state.withLock { $0.stage.show(light, at: now) }
        wake.signal()
    }

    /// What is seen instead of nothing, while `off` is shown: `offline`, `setUpNeeded`, `muted`,
    /// or `off`, as at first. Returns at once.
    public func rest(_ light: Light) {
        let now = clock.now
        state.withLock { $0.stage.rest(light, at: now) }
        wake.signal()
    }

    /// Why it cannot be used; nil if it can, or was not tried yet.
    public var problem: String? { state.withLock { $0.trouble }?.description }

    /// Works the lamp until the task is cancelled, and leaves it dark.
    public func run() async {
        await withTaskCancellationHandler {
            await onThread("lights") { self.work() }
        } onCancel: {
            state.withLock { $0.isEnding = true }
            wake.signal()
        }
    }

    /// Opens the lamp and lets go of it again; for one that is not being worked.
    public func probe() async throws(PanelError) {
        let result = await onThread("lights") { [open] () -> Result<Void, PanelError> in
            do throws(PanelError) {
                _ = try open()
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    // MARK: - The thread

    private func work() {
        log.info("the light is \(name)")
        var show = LightShow(brightness: brightness, palette: palette, log: log, open: open)
        while true {
            wake.clear()
            let (stage, isEnding) = state.withLock { ($0.stage, $0.isEnding) }
            if isEnding { break }
            let next = show.step(stage, at: clock.now)
            state.withLock { $0.trouble = show.trouble }
            var polled = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, milliseconds(until: next, from: clock.now))
        }
        show.end()
    }
}
