import Codec
import Glibc
import Linux
import Synchronization
public import Voice

/// A speaker on ALSA, fed on a thread of its own. It is opened when it is first needed and
/// closed again after some seconds of silence.
public final class ALSASpeaker: Speaker {
    private let device: String
    private let log: Log
    private let wake = Wake()
    private let state = Mutex(State())

    private struct State {
        var orders: [Order] = []
        /// Which playback may be heard; those with a lower number are over.
        var playback = 0
        var isEnding = false
    }

    enum Order: Sendable {
        case open
        case play(AudioChunk, CheckedContinuation<Moment, any Error>)
        case drain(CheckedContinuation<Moment, any Error>)
        case stop(CheckedContinuation<Moment?, Never>)
    }

    /// - Parameter device: an ALSA name.
    public init(device: String, log: Log) {
        self.device = device
        self.log = log
    }

    /// Plays what it is given until the task is cancelled.
    public func run() async {
        await withTaskCancellationHandler {
            await onThread("speaker") { self.work() }
        } onCancel: {
            state.withLock { $0.isEnding = true }
            wake.signal()
        }
    }

    public func begin() -> any Playback {
        let number = state.withLock { state in
            state.playback += 1
            return state.playback
        }
        give(.open, from: number)
        return ALSAPlayback(speaker: self, number: number)
    }

    public func stop() async -> Moment? {
        await withCheckedContinuation { continuation in
            let number = state.withLock { state in
                state.playback += 1
                return state.playback
            }
            give(.stop(continuation), from: number)
        }
    }

    private struct ALSAPlayback: Playback {
        let speaker: ALSASpeaker
        let number: Int

        func play(_ chunk: AudioChunk) async throws -> Moment {
            try await withCheckedThrowingContinuation {
                speaker.give(.play(chunk, $0), from: number)
            }
        }

        func drain() async throws -> Moment {
            try await withCheckedThrowingContinuation { speaker.give(.drain($0), from: number) }
        }
    }

    private func give(_ order: Order, from playback: Int) {
        let isTaken = state.withLock { state in
            guard !state.isEnding, playback == state.playback else { return false }
            state.orders.append(order)
            return true
        }
        if isTaken { wake.signal() } else { order.refuse() }
    }

    private func work() {
        var playing = Playing(device: device, log: log)
        while true {
            let (orders, isEnding) = state.withLock { state in
                defer { state.orders = [] }
                return (state.orders, state.isEnding)
            }
            for order in orders { playing.take(order) }
            if isEnding {
                playing.stop()
                return
            }
            playing.work(wokenBy: wake)
            wake.clear()
        }
    }
}

extension ALSASpeaker.Order {
    func refuse() {
        switch self {
        case .open: break
        case .play(_, let continuation), .drain(let continuation):
            continuation.resume(throwing: CancellationError())
        case .stop(let continuation): continuation.resume(returning: nil)
        }
    }
}

/// What the speaker's thread has in hand.
private struct Playing: ~Copyable {
    private let name: String
    private let log: Log
    private var device: PlaybackDevice?
    /// What `device` takes, while it is open.
    private var format = AudioFormat.speech
    private var resampler: Resampler?
    /// What `resampler` takes, while there is one.
    private var inputFormat: AudioFormat?
    private var queue: [Item] = []
    private var drains: [CheckedContinuation<Moment, any Error>] = []
    /// A playback has begun and not ended: the device stays open for it.
    private var isExpected = false
    /// When everything handed over so far will have been heard, or was.
    private var end: Moment?
    private var hasFailed = false

    private struct Item {
        let chunk: AudioChunk
        /// Nobody waits for what the resampler gives at the end.
        let continuation: CheckedContinuation<Moment, any Error>?
        /// In the device's format, once it is this chunk's turn.
        var samples: ArraySlice<Int16>?
        var began: Moment?
    }

    private static let idleBeforeClosing: CInt = 5_000  // milliseconds
    private static let patience = Duration.seconds(2)
    private static let drainPoll: CInt = 4  // milliseconds

    init(device: String, log: Log) {
        name = device
        self.log = log
    }

    mutating func take(_ order: ALSASpeaker.Order) {
        switch order {
        case .open:
            isExpected = true
            try? open()
        case .play(let chunk, let continuation):
            queue.append(Item(chunk: chunk, continuation: continuation))
        case .drain(let continuation): drains.append(continuation)
        case .stop(let continuation):
            let last = end.map { min($0, .now) }
            stop()
            continuation.resume(returning: last)
        }
    }

    /// Silence, and whoever waits is thrown out.
    mutating func stop() {
        if device != nil { device!.drop() }
        giveUp(CancellationError())
    }

    /// Does what can be done now, then sleeps until something more can be, or there is an order.
    mutating func work(wokenBy wake: borrowing Wake) {
        do throws(ALSAError) {
            if !queue.isEmpty {
                try open()
                if try !writeNext() {
                    try checkProgress()
                    device!.wait(for: wake)
                }
            } else if !drains.isEmpty {
                try drainSome(wake)
            } else {
                rest(wake)
            }
        } catch {
            fail(error)
        }
    }

    private mutating func open() throws(ALSAError) {
        guard device == nil else { return }
        do throws(ALSAError) {
            let device = try PlaybackDevice(named: name)
            if hasFailed { log.info("playing again on \"\(name)\" at \(device.format)") }
            log.debug("playing on \"\(name)\" at \(device.format)")
            hasFailed = false
            format = device.format
            self.device = consume device
        } catch {
            if !hasFailed { log.error("\(error)") }
            hasFailed = true
            throw error
        }
    }

    /// - Returns: whether anything could be handed over.
    private mutating func writeNext() throws(ALSAError) -> Bool {
        if queue[0].samples == nil {
            let ready = converted(queue[0].chunk)
            queue[0].samples = ready[...]
        }
        let samples = queue[0].samples!
        let frames = samples.isEmpty ? 0 : try device!.write(samples)
        let now = Moment.now
        guard frames > 0 || samples.isEmpty else { return false }
        queue[0].began = queue[0].began ?? now
        end = max(end ?? now, now) + format.duration(ofFrames: frames)
        let rest = samples.dropFirst(frames * format.channels)
        queue[0].samples = rest
        if rest.isEmpty {
            let item = queue.removeFirst()
            item.continuation?.resume(returning: item.began ?? now)
        }
        return true
    }

    /// A device that takes nothing though all it has must have been heard is stuck.
    private func checkProgress() throws(ALSAError) {
        guard let end, Moment.now - end > Self.patience else { return }
        throw ALSAError(operation: .write, device: name, code: -ETIMEDOUT)
    }

    private mutating func converted(_ chunk: AudioChunk) -> [Int16] {
        guard chunk.format != format else { return chunk.samples }
        var ahead: [Int16] = []
        if inputFormat != chunk.format {
            ahead = flushed()
            resampler = Resampler(from: chunk.format, to: format)
            inputFormat = chunk.format
        }
        return ahead + resampler!.convert(chunk).samples
    }

    private mutating func flushed() -> [Int16] {
        guard resampler != nil else { return [] }
        let samples = resampler!.flush().samples
        forgetResampler()
        return samples
    }

    private mutating func drainSome(_ wake: borrowing Wake) throws(ALSAError) {
        if device != nil {
            let held = flushed()
            guard held.isEmpty else {
                let last = AudioChunk(held, format: format)
                queue.append(Item(chunk: last, continuation: nil))
                return
            }
            guard try device!.drain() else {
                try checkProgress()
                sleep(wake, Self.drainPoll)
                return
            }
        }
        let heard = end.map { min($0, .now) } ?? .now
        end = heard
        isExpected = false
        for drain in drains { drain.resume(returning: heard) }
        drains = []
    }

    /// Nothing to do: closes the device when that lasts.
    private mutating func rest(_ wake: borrowing Wake) {
        guard device != nil, !isExpected else {
            sleep(wake, -1)
            return
        }
        if sleep(wake, Self.idleBeforeClosing) == 0 {
            device = nil
            forgetResampler()
        }
    }

    @discardableResult
    private func sleep(_ wake: borrowing Wake, _ milliseconds: CInt) -> CInt {
        var polled = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, milliseconds)
    }

    private mutating func fail(_ error: ALSAError) {
        if !hasFailed { log.error("\(error)") }
        hasFailed = true
        device = nil
        giveUp(error)
    }

    private mutating func giveUp(_ reason: any Error) {
        for item in queue { item.continuation?.resume(throwing: reason) }
        for drain in drains { drain.resume(throwing: reason) }
        queue = []
        drains = []
        forgetResampler()
        end = end.map { min($0, .now) }
        isExpected = false
    }

    private mutating func forgetResampler() {
        resampler = nil
        inputFormat = nil
    }
}
