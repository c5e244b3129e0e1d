import Glibc
import Linux
import Synchronization
public import Voice

/// A microphone on ALSA, read on a thread of its own. While it has a pre-roll to keep it is
/// always open, so that the first word is there when the button goes down.
public final class ALSAMicrophone: Microphone {
    private let device: String
    private let keepsOpen: Bool
    private let log: Log
    private let faults: DeviceRecord
    private let wake = Wake()
    private let pulse = ThreadPulse()
    private let state: Mutex<State>

    private struct State {
        var preRoll: PreRoll
        var listeners: [Int: Listener] = [:]
        var listenersSoFar = 0
        var isMuted: Bool
        var isEnding = false
    }

    private struct Listener {
        var from: Moment
        let continuation: AsyncThrowingStream<CapturedChunk, any Error>.Continuation
    }

    /// A press is looked at a little after it happened: so much more of the past is kept.
    private static let slack = Duration.seconds(1)
    /// Ten seconds of chunks of 10 ms.
    private static let longestBacklog = 1000
    /// A card that gives nothing for so long is stuck.
    private static let patience = Duration.seconds(2)
    private static let waits: [Duration] = [1, 2, 4, 8, 15, 30].map { .seconds($0) }

    /// - Parameters:
    ///   - device: an ALSA name.
    ///   - preRoll: how far back `listen` reaches; zero keeps the microphone closed while nobody
    ///     listens.
    ///   - isMuted: as `setMuted`, from the beginning.
    public init(device: String, preRoll: Duration, isMuted: Bool = false, log: Log) {
        self.device = device
        self.log = log
        faults = DeviceRecord(log: log)
        keepsOpen = preRoll > .zero
        state = Mutex(State(preRoll: PreRoll(length: preRoll + Self.slack), isMuted: isMuted))
    }

    /// What has befallen the card so far.
    public var counters: AudioCounters { faults.counters }

    /// Why the card cannot be used, nil if it can, as far as is known.
    public var problem: String? { faults.problem }

    /// What its thread is at.
    public var activity: AudioActivity { pulse.activity }

    public var isMuted: Bool { state.withLock { $0.isMuted } }

    /// Muted, it is closed, what was kept of the past is forgotten, and whoever listens, now or
    /// later, gets a `MicrophoneMuted`. Returns at once; the device is closed some milliseconds
    /// later, and nothing it gave in between is heard by anybody.
    public func setMuted(_ isMuted: Bool) {
        let listeners = state.withLock { state in
            state.isMuted = isMuted
            guard isMuted else { return [Listener]() }
            state.preRoll.clear()
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.continuation.finish(throwing: MicrophoneMuted()) }
        rouse()
    }

    /// Records until the task is cancelled, opening the device again whenever it was lost.
    public func run() async {
        await withTaskCancellationHandler {
            await onThread("microphone") { self.work() }
        } onCancel: {
            state.withLock { $0.isEnding = true }
            rouse()
        }
    }

    public func listen(from moment: Moment) -> AsyncThrowingStream<CapturedChunk, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingNewest(Self.longestBacklog)) {
            continuation in
            let id: Int? = state.withLock { state in
                guard !state.isMuted else { return nil }
                for chunk in state.preRoll.sound(from: moment) { continuation.yield(chunk) }
                state.listenersSoFar += 1
                state.listeners[state.listenersSoFar] = Listener(
                    from: moment, continuation: continuation)
                return state.listenersSoFar
            }
            guard let id else { return continuation.finish(throwing: MicrophoneMuted()) }
            continuation.onTermination = { _ in
                self.state.withLock { _ = $0.listeners.removeValue(forKey: id) }
            }
            // Opens a closed microphone, and cuts the wait for one that was lost short.
            rouse()
        }
    }

    public func catchUp() { rouse() }

    /// Tries a card that was lost again at once: something was plugged in.
    public func lookAgain() { rouse() }

    private func rouse() {
        pulse.call()
        wake.signal()
    }

    // MARK: - The thread

    private var isEnding: Bool { state.withLock { $0.isEnding } }
    private var isWanted: Bool {
        state.withLock { !$0.isMuted && (keepsOpen || !$0.listeners.isEmpty) }
    }

    private func work() {
        let hurry = Hurry(log)
        var failures = 0
        while !isEnding {
            guard isWanted else {
                pulse.note(isMuted ? .muted : .closed)
                sleep(nil)
                continue
            }
            do throws(ALSAError) {
                try record(failures: &failures, hurry)
            } catch {
                faults.lost(error)
                lose(error)
                pulse.note(.retrying)
                sleep(Self.waits[min(failures, Self.waits.count - 1)])
                failures += 1
            }
        }
        lose(CancellationError())
        pulse.note(.absent)
    }

    /// Reads until the device fails, nobody wants it any more, or the end.
    ///
    /// - Parameter failures: how often that failed since it last worked; set back when it works.
    private func record(failures: inout Int, _ hurry: Hurry) throws(ALSAError) {
        pulse.note(.opening)
        var capture = try CaptureDevice(named: device, record: faults)
        pulse.note(.working)
        let place = "from \"\(device)\" at \(capture.format)"
        if keepsOpen, failures == 0 { log.info("recording \(place)") }
        state.withLock { $0.preRoll.clear() }
        var lastChunk = Moment.now
        while !isEnding, isWanted {
            capture.wait(for: wake)
            wake.clear()
            pulse.look()
            hurry.look()
            if let chunk = try capture.read() {
                pulse.note(.working)
                faults.works("recording again \(place)")
                deliver(chunk)
                lastChunk = .now
                failures = 0
            } else if Moment.now - lastChunk > Self.patience {
                throw ALSAError(operation: .read, device: device, code: -ETIMEDOUT)
            }
        }
    }

    private func deliver(_ chunk: CapturedChunk) {
        let listeners = state.withLock { state in
            guard !state.isMuted else { return [Listener]() }
            state.preRoll.append(chunk)
            return Array(state.listeners.values)
        }
        // Outside the lock: a reader that is being cancelled holds its task's own lock, which
        // yielding to it takes, while it waits for ours in `onTermination`.
        for listener in listeners {
            if let part = chunk.part(from: listener.from) { listener.continuation.yield(part) }
        }
    }

    /// Tells everybody who listens that it is over.
    private func lose(_ reason: any Error) {
        let listeners = state.withLock { state in
            state.preRoll.clear()
            return state.listeners.values.map(\.continuation)
        }
        for listener in listeners { listener.finish(throwing: reason) }
    }

    private func sleep(_ limit: Duration?) {
        var polled = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&polled, 1, limit.map { CInt($0.inMilliseconds) } ?? -1)
        wake.clear()
        pulse.look()
    }
}
