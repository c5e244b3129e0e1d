import CALSA
import Codec
import Glibc
import Linux
import Voice

/// An open speaker. Stays on the thread that opened it.
struct PlaybackDevice: ~Copyable {
    private let pcm: PCM
    private let name: String
    private let settled: DeviceFormat
    private let record: DeviceRecord
    private var gain: Gain
    /// What is handed over, in the card's own samples.
    private var memory: [UInt8]
    /// How many frames of silence were handed over since the last of sound.
    private var silenceBehind = 0

    /// What most voices speak in; a card that does not is given what it has nearest.
    private static let wanted = AudioFormat(framesPerSecond: 24_000, channels: 1)
    /// How far ahead of what is heard sound is handed over.
    private static let buffer = Duration.milliseconds(200)

    /// - Parameters:
    ///   - factor: on every sample, to begin with.
    ///   - period: how often the card tells what it has played.
    init(
        named name: String, factor: Float = 1, period: Duration = .milliseconds(20),
        record: DeviceRecord = DeviceRecord(log: .silent)
    ) throws(ALSAError) {
        let pcm = try PCM(opening: name, for: SND_PCM_STREAM_PLAYBACK)
        let settled = try pcm.configure(
            name, wanted: Self.wanted, period: period, buffer: Self.buffer)
        // Sound begins with the first frame that is written.
        try pcm.configureWaking(name, wakeFrames: settled.periodFrames, startFrames: 1)
        self.pcm = pcm
        self.name = name
        self.settled = settled
        self.record = record
        gain = Gain(factor, framesPerSecond: settled.format.framesPerSecond)
        memory = Array(
            repeating: 0,
            count: settled.bufferFrames * settled.format.channels * settled.samples.bytes)
    }

    var format: AudioFormat { settled.format }

    /// The number of the card, if there is one.
    func cardNumber() -> Int? { pcm.card }

    /// Changes the factor on every sample from the next one on, without a click.
    mutating func changeGain(to factor: Float) { gain.change(to: factor) }

    /// Sleeps until there is room for more, or `wake` is signalled.
    func wait(for wake: borrowing Wake) { pcm.wait(for: wake, atMost: 1000) }

    /// Hands over as many frames as the device takes without waiting.
    ///
    /// - Returns: how many frames went; 0 when the device is full.
    mutating func write(_ samples: ArraySlice<Int16>) throws(ALSAError) -> Int {
        let frames = try hand(samples.count / format.channels) { index in
            samples[samples.startIndex + index]
        }
        if frames > 0 { silenceBehind = 0 }
        return frames
    }

    /// Hands over silence, so that the device has something to play for a moment.
    ///
    /// What is kept ahead must outlast a period and a thread that comes late, and be short: the
    /// next sound waits behind it.
    ///
    /// - Returns: how long it takes until all that was handed over is heard, and when to call this
    ///   again.
    mutating func keepAwake() throws(ALSAError) -> (ahead: Duration, again: Duration) {
        let period = format.duration(ofFrames: settled.periodFrames)
        let least = period + .milliseconds(5)
        var ahead = try queued
        if ahead < least {
            let missing = format.frames(in: least + max(period, .milliseconds(20)) - ahead)
            silenceBehind += try hand(missing) { _ in 0 }
            ahead = try queued
        }
        return (ahead, max(.milliseconds(1), ahead - least))
    }

    /// How long what was handed over and not yet heard lasts.
    private var queued: Duration {
        get throws(ALSAError) {
            let room = try readyForMore()
            return format.duration(ofFrames: max(0, settled.bufferFrames - room))
        }
    }

    /// Whether the last frame of sound was heard, though silence may follow it. For devices that
    /// are kept awake; others are drained.
    mutating func hasBeenHeard() throws(ALSAError) -> Bool {
        var delay = 0
        let status = snd_pcm_delay(pcm.pointer, &delay)
        let trouble = status < 0 ? status : pcm.trouble
        // A device that has run dry has played everything.
        if trouble == -EPIPE { return true }
        try check(trouble, .write, name)
        return delay <= silenceBehind
    }

    /// Makes samples into the card's own, and hands over those for which there is room.
    private mutating func hand(
        _ count: Int, _ sample: (Int) -> Int16
    ) throws(ALSAError) -> Int {
        let frames = min(count, try readyForMore(), settled.bufferFrames)
        guard frames > 0 else { return 0 }
        let channels = format.channels
        memory.withUnsafeMutableBytes { memory in
            for frame in 0..<frames {
                let factor = gain.factor(after: frame)
                for index in frame * channels..<(frame + 1) * channels {
                    let value = factor == 1 ? sample(index) : Int16(Float(sample(index)) * factor)
                    settled.samples.store(value, at: index, in: memory.baseAddress!)
                }
            }
        }
        let went = memory.withUnsafeBytes {
            snd_pcm_writei(pcm.pointer, $0.baseAddress, snd_pcm_uframes_t(frames))
        }
        if went == -Int(EAGAIN) { return 0 }
        if went < 0 {
            // The next look at it will tell whether it can go on.
            _ = try pcm.recover(from: CInt(went), .write, name, record)
            return 0
        }
        gain.advance(by: Int(went))
        return Int(went)
    }

    /// For how many frames there is room, once the device is ready for any.
    private func readyForMore() throws(ALSAError) -> Int {
        for _ in 0..<2 {
            let room = snd_pcm_avail_update(pcm.pointer)
            let trouble = room < 0 ? CInt(room) : pcm.trouble
            if trouble == 0 { return Int(room) }
            guard try pcm.recover(from: trouble, .write, name, record) else { return 0 }
        }
        return 0
    }

    /// Asks the device to play what it has and end.
    ///
    /// - Returns: whether the last frame has been heard; if not, ask again.
    func drain() throws(ALSAError) -> Bool {
        // A short sound may not have started a device that rounds the threshold up.
        if snd_pcm_state(pcm.pointer) == SND_PCM_STATE_PREPARED { snd_pcm_start(pcm.pointer) }
        let status = snd_pcm_drain(pcm.pointer)
        if status == -EAGAIN { return false }
        // A device that has already run dry has nothing left to drain.
        if status != -EPIPE, status != -EBADFD { try check(status, .write, name) }
        try check(snd_pcm_prepare(pcm.pointer), .write, name)
        return true
    }

    /// Gets ready for new sound after a playback that was left to run dry, which is no underrun.
    func forgetRunningDry() {
        // The state is brought up to date by asking for frames.
        if snd_pcm_avail_update(pcm.pointer) == -Int(EPIPE) || pcm.trouble == -EPIPE {
            snd_pcm_prepare(pcm.pointer)
        }
    }

    /// Throws away what has not been heard yet: silence, at once.
    mutating func drop() {
        snd_pcm_drop(pcm.pointer)
        snd_pcm_prepare(pcm.pointer)
        silenceBehind = 0
    }
}
