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

    /// What most voices speak in; a card that does not is given what it has nearest.
    private static let wanted = AudioFormat(framesPerSecond: 24_000, channels: 1)
    private static let period = Duration.milliseconds(20)
    /// How far ahead of what is heard sound is handed over.
    private static let buffer = Duration.milliseconds(200)

    init(named name: String) throws(ALSAError) {
        let pcm = try PCM(opening: name, for: SND_PCM_STREAM_PLAYBACK)
        let settled = try pcm.configure(
            name, wanted: Self.wanted, period: Self.period, buffer: Self.buffer)
        // Sound begins with the first frame that is written.
        try pcm.configureWaking(name, wakeFrames: settled.periodFrames, startFrames: 1)
        self.pcm = pcm
        self.name = name
        self.settled = settled
    }

    var format: AudioFormat { settled.format }

    /// Sleeps until there is room for more, or `wake` is signalled.
    func wait(for wake: borrowing Wake) { pcm.wait(for: wake, atMost: 1000) }

    /// Hands over as many frames as the device takes without waiting.
    ///
    /// - Returns: how many frames went; 0 when the device is full.
    func write(_ samples: ArraySlice<Int16>) throws(ALSAError) -> Int {
        var count = hand(samples)
        if count < 0, count != -Int(EAGAIN) {
            // It ran dry since the last frame, or was asleep: begin again.
            try check(snd_pcm_recover(pcm.pointer, CInt(count), 1), .write, name)
            count = hand(samples)
        }
        if count == -Int(EAGAIN) { return 0 }
        return try check(count, .write, name)
    }

    private func hand(_ samples: ArraySlice<Int16>) -> Int {
        let frames = snd_pcm_uframes_t(samples.count / settled.format.channels)
        return samples.withUnsafeBufferPointer { buffer in
            snd_pcm_writei(pcm.pointer, buffer.baseAddress, frames)
        }
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

    /// Throws away what has not been heard yet: silence, at once.
    func drop() {
        snd_pcm_drop(pcm.pointer)
        snd_pcm_prepare(pcm.pointer)
    }
}
