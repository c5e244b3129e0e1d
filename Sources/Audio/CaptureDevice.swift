import CALSA
import Codec
import Glibc
import Linux
import Voice

/// An open microphone that gives `AudioFormat.speech`, whatever the card's own rate and channels
/// are. Stays on the thread that opened it.
struct CaptureDevice: ~Copyable {
    private let pcm: PCM
    private let name: String
    private let settled: DeviceFormat
    private let resampler: Resampler
    private let record: DeviceRecord
    private var buffer: [UInt8]
    private var timing: CaptureTiming

    /// How often the card tells of new frames: the most that a release can wait for its last one.
    private static let period = Duration.milliseconds(10)
    /// How long this thread may be kept from running before sound is lost.
    private static let buffer = Duration.milliseconds(500)

    /// Owns first, configures second: should configuring fail, leaving this scope closes the PCM.
    init(
        named name: String, record: DeviceRecord = DeviceRecord(log: .silent)
    ) throws(ALSAError) {
        let pcm = try PCM(opening: name, for: SND_PCM_STREAM_CAPTURE)
        let settled = try pcm.configure(
            name, wanted: .speech, period: Self.period, buffer: Self.buffer)
        try pcm.configureWaking(name, wakeFrames: settled.periodFrames, startFrames: 1)
        try check(snd_pcm_start(pcm.pointer), .read, name)
        self.pcm = pcm
        self.name = name
        self.settled = settled
        resampler = Resampler(from: settled.format, to: .speech)
        self.record = record
        buffer = Array(
            repeating: 0,
            count: settled.bufferFrames * settled.format.channels * settled.samples.bytes)
        timing = CaptureTiming(framesPerSecond: settled.format.framesPerSecond)
    }

    var format: AudioFormat { settled.format }

    /// Sleeps until there is something to read, or `wake` is signalled.
    func wait(for wake: borrowing Wake) { pcm.wait(for: wake, atMost: 1000) }

    /// Everything captured up to now, without waiting.
    ///
    /// - Returns: nil if there is nothing new.
    mutating func read() throws(ALSAError) -> CapturedChunk? {
        let available = snd_pcm_avail(pcm.pointer)
        let now = Moment.now
        let trouble = available < 0 ? CInt(available) : pcm.trouble
        guard trouble == 0 else {
            try recover(from: trouble)
            return nil
        }
        timing.observe(available: Int(available), at: now)
        // One period a wake would run ever later behind a card that delivers in larger pieces.
        let most = min(Int(available), settled.bufferFrames)
        let channels = settled.format.channels
        let frameBytes = channels * settled.samples.bytes
        var frames = 0
        while frames < most {
            let got = buffer.withUnsafeMutableBytes { buffer in
                snd_pcm_readi(
                    pcm.pointer, buffer.baseAddress! + frames * frameBytes,
                    snd_pcm_uframes_t(most - frames))
            }
            if got == -Int(EAGAIN) { break }
            if got < 0 {
                try recover(from: CInt(got))
                break
            }
            frames += Int(got)
        }
        guard frames > 0 else { return nil }
        let samples = buffer.withUnsafeBytes {
            settled.samples.load(frames * channels, from: $0.baseAddress!)
        }
        let chunk = AudioChunk(samples, format: settled.format)
        return CapturedChunk(resampler.convert(chunk), began: timing.read(frames: frames))
    }

    /// Goes on after an overrun or a suspend; what was lost in between is lost.
    private mutating func recover(from code: CInt) throws(ALSAError) {
        guard try pcm.recover(from: code, .read, name, record) else { return }
        if snd_pcm_state(pcm.pointer) != SND_PCM_STATE_RUNNING {
            try check(snd_pcm_start(pcm.pointer), .read, name)
        }
        timing = CaptureTiming(framesPerSecond: settled.format.framesPerSecond)
    }
}

/// Works out when each frame was in the air from how many are there at which time.
///
/// A look at the card is never early, only late by however long we took to look. So the earliest
/// start that any look implies is the truest, save that the card's clock drifts against ours, up
/// to some 100 parts in a million.
struct CaptureTiming {
    private let framesPerSecond: Int
    private var framesRead = 0
    private var origin: Moment?
    private var lastLook: Moment?

    private static let drift = 0.0002

    init(framesPerSecond: Int) { self.framesPerSecond = framesPerSecond }

    /// Takes note that `available` frames are there to be read at `now`.
    mutating func observe(available: Int, at now: Moment) {
        let implied = now - time(ofFrames: framesRead + available)
        if let origin, let lastLook {
            let elapsed = Double((now - lastLook).inNanoseconds)
            self.origin = min(implied, origin + .nanoseconds(Int64(elapsed * Self.drift)))
        } else {
            origin = implied
        }
        lastLook = now
    }

    /// When the first of the next `frames` was in the air, which are now read.
    mutating func read(frames: Int) -> Moment {
        let start = (origin ?? .now) + time(ofFrames: framesRead)
        framesRead += frames
        return start
    }

    private func time(ofFrames frames: Int) -> Duration {
        AudioFormat(framesPerSecond: framesPerSecond, channels: 1).duration(ofFrames: frames)
    }
}
