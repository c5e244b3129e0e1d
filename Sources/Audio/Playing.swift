import Codec
import Glibc
import Linux
import Voice

/// What the speaker's thread has in hand.
struct Playing: ~Copyable {
    private let name: String
    private let mixer: String?
    private let keepsOpen: Bool
    private let record: DeviceRecord
    private let pulse: ThreadPulse
    private let log: Log
    private var device: PlaybackDevice?
    private var volume = 100
    /// What the card's control was set to; nil while it may stand anywhere.
    private var mixerVolume: Int?
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
    /// How much silence may still be played before the next sound is.
    private var silenceAhead = Duration.zero
    /// How often a device that is to be kept open could not be opened in a row.
    private var failures = 0

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

    private static let waits: [CInt] = [1, 2, 4, 8, 15, 30].map { $0 * 1000 }  // milliseconds

    init(
        device: String, mixer: String?, keepsOpen: Bool, record: DeviceRecord,
        pulse: ThreadPulse, log: Log
    ) {
        name = device
        self.mixer = mixer
        self.keepsOpen = keepsOpen
        self.record = record
        self.pulse = pulse
        self.log = log
    }

    /// - Parameter percent: how loud it is from now on.
    mutating func turn(to percent: Int) {
        guard percent != volume else { return }
        volume = percent
        guard device != nil else { return }
        let factor = setMixer(ofCard: device!.cardNumber())
        device!.changeGain(to: factor)
    }

    mutating func take(_ order: ALSASpeaker.Order) {
        switch order {
        case .open:
            isExpected = true
            if device != nil { device!.forgetRunningDry() }
            do throws(ALSAError) { try open() } catch { record.lost(error) }
        case .play(let chunk, let continuation):
            // It ran dry because it was given nothing, as between a tick and the answer.
            if queue.isEmpty, device != nil { device!.forgetRunningDry() }
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
                try rest(wake)
            }
        } catch {
            fail(error)
            if keepsOpen, queue.isEmpty {
                sleep(wake, Self.waits[min(failures, Self.waits.count - 1)])
                failures += 1
            }
        }
    }

    private mutating func open() throws(ALSAError) {
        guard device == nil else { return }
        pulse.note(.opening)
        defer { pulse.note(.working) }
        // A device that is kept awake must be told of every 10 ms, to keep little silence ahead.
        var device = try PlaybackDevice(
            named: name, factor: VolumeScale.factor(for: volume),
            period: .milliseconds(keepsOpen ? 10 : 20), record: record)
        let factor = setMixer(ofCard: device.cardNumber())
        if factor != VolumeScale.factor(for: volume) { device.changeGain(to: factor) }
        format = device.format
        let place = "on \"\(name)\" at \(format)"
        record.works("playing again \(place)")
        log.debug("playing \(place)")
        failures = 0
        self.device = consume device
    }

    /// Sets the card's control, if it has one.
    ///
    /// - Returns: the factor that samples need.
    private mutating func setMixer(ofCard number: Int?) -> Float {
        let factor = VolumeScale.factor(for: volume)
        guard let card = mixer ?? number.map({ "hw:\($0)" }) else { return factor }
        // What somebody has set by hand since stays, until we are asked for something else.
        guard volume != mixerVolume else { return volume > 0 ? 1 : 0 }
        do throws(ALSAError) {
            let opened = try Mixer(of: card)
            guard let control = try opened.setVolume(volume) else {
                log.debug("\(card) has no volume control; samples are made softer instead")
                return factor
            }
            if mixerVolume == nil { log.debug("the volume is set by \(card), control \(control)") }
            mixerVolume = volume
            // Its lowest may still be heard, and 0 is silence.
            return volume > 0 ? 1 : 0
        } catch {
            log.debug("\(error); samples are made softer instead")
            return factor
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
        pulse.note(.working)
        queue[0].began = queue[0].began ?? now
        end = max(end ?? now, now + silenceAhead) + format.duration(ofFrames: frames)
        silenceAhead = .zero
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
        pulse.note(.working)
        if device != nil {
            let held = flushed()
            guard held.isEmpty else {
                let last = AudioChunk(held, format: format)
                queue.append(Item(chunk: last, continuation: nil))
                return
            }
            if keepsOpen { silenceAhead = try device!.keepAwake().ahead }
            guard try keepsOpen ? device!.hasBeenHeard() : device!.drain() else {
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

    /// Nothing to do: keeps the device awake, or closes it when that lasts.
    private mutating func rest(_ wake: borrowing Wake) throws(ALSAError) {
        if keepsOpen {
            try open()
            pulse.note(.working)
            // Silence that has a gap in it is silence; a playback that has one is not.
            if !isExpected { device!.forgetRunningDry() }
            let awake = try device!.keepAwake()
            silenceAhead = awake.ahead
            sleep(wake, CInt(awake.again.inMilliseconds.rounded(.up)))
            return
        }
        let isClosed = record.problem == nil ? AudioActivity.State.closed : .retrying
        pulse.note(device == nil ? isClosed : .quiet)
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
        record.lost(error)
        pulse.note(.retrying)
        device = nil
        mixerVolume = nil
        giveUp(error)
    }

    private mutating func giveUp(_ reason: any Error) {
        for item in queue { item.continuation?.resume(throwing: reason) }
        for drain in drains { drain.resume(throwing: reason) }
        queue = []
        drains = []
        forgetResampler()
        end = end.map { min($0, .now) }
        silenceAhead = .zero
        isExpected = false
    }

    private mutating func forgetResampler() {
        resampler = nil
        inputFormat = nil
    }
}
