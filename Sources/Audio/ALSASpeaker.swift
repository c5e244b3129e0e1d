import Linux
import Synchronization
public import Voice

/// A speaker on ALSA, fed on a thread of its own. It is opened when it is first needed and
/// closed again after some seconds of silence, unless it is to be kept open.
public final class ALSASpeaker: Speaker {
    private let device: String
    private let mixer: String?
    private let keepsOpen: Bool
    private let log: Log
    private let record: DeviceRecord
    private let wake = Wake()
    private let pulse = ThreadPulse()
    private let state: Mutex<State>

    private struct State {
        var orders: [Order] = []
        var volume: Int
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

    /// - Parameters:
    ///   - device: an ALSA name.
    ///   - volume: as `setVolume`.
    ///   - keepsOpen: silence runs while there is nothing to play, so that an amplifier that takes a
    ///     moment to wake up does not swallow the first word; sound then comes up to 35 ms later.
    public convenience init(
        device: String, volume: Int = 100, keepsOpen: Bool = false, log: Log
    ) {
        self.init(device: device, volume: volume, keepsOpen: keepsOpen, mixer: nil, log: log)
    }

    /// - Parameter mixer: ALSA's name of the card's control device; nil is that of the card that
    ///   plays, if there is one.
    init(device: String, volume: Int, keepsOpen: Bool, mixer: String?, log: Log) {
        self.device = device
        self.mixer = mixer
        self.keepsOpen = keepsOpen
        self.log = log
        record = DeviceRecord(log: log)
        state = Mutex(State(volume: min(max(volume, 0), 100)))
    }

    /// What has befallen the card so far.
    public var counters: AudioCounters { record.counters }

    /// Why the card cannot be used, nil if it can, as far as is known.
    public var problem: String? { record.problem }

    /// What its thread is at.
    public var activity: AudioActivity { pulse.activity }

    /// How loud it is from now on, also in the middle of a playback: by the card's own control where
    /// it has one, else by a factor on the samples, heard once what was handed over before is over
    /// (at most 200 ms).
    ///
    /// - Parameter percent: 0 to 100; what lies outside is taken for the nearest. Equal steps feel
    ///   about equal. 0 is silence, whatever the card can do: who asks for it gets it, and spoken
    ///   failures are silent with the rest, so whoever offers it should offer a way back that needs
    ///   no ear.
    public func setVolume(_ percent: Int) {
        state.withLock { $0.volume = min(max(percent, 0), 100) }
        rouse()
    }

    /// Plays what it is given until the task is cancelled.
    public func run() async {
        await withTaskCancellationHandler {
            await onThread("speaker") { self.work() }
        } onCancel: {
            state.withLock { $0.isEnding = true }
            rouse()
        }
    }

    /// Tries a card that was lost again at once: something was plugged in.
    public func lookAgain() { rouse() }

    private func rouse() {
        pulse.call()
        wake.signal()
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
        if isTaken { rouse() } else { order.refuse() }
    }

    private func work() {
        let hurry = Hurry(log)
        var playing = Playing(
            device: device, mixer: mixer, keepsOpen: keepsOpen, record: record, pulse: pulse,
            log: log)
        while true {
            pulse.look()
            hurry.look()
            let (orders, volume, isEnding) = state.withLock { state in
                defer { state.orders = [] }
                return (state.orders, state.volume, state.isEnding)
            }
            playing.turn(to: volume)
            for order in orders { playing.take(order) }
            if isEnding {
                playing.stop()
                pulse.note(.absent)
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
