import CALSA
import Codec
import Glibc
import Linux
import Voice

/// Owns one open PCM and does nothing else. Letting go of it closes it.
struct PCM: ~Copyable {
    let pointer: OpaquePointer

    init(opening device: String, for direction: snd_pcm_stream_t) throws(ALSAError) {
        calsa_be_quiet()  // the error code says it in one line
        var pcm: OpaquePointer?
        try check(snd_pcm_open(&pcm, device, direction, SND_PCM_NONBLOCK), .open, device)
        pointer = pcm!  // set whenever snd_pcm_open() succeeds
    }

    deinit { snd_pcm_close(pointer) }
}

/// What a device settled on when it was asked.
struct DeviceFormat {
    let format: AudioFormat
    let periodFrames: Int
    let bufferFrames: Int
}

extension PCM {
    /// Asks for 16-bit samples as close to `wanted` as the device itself goes: what it does not do
    /// is resampled by us, not by ALSA, whose converters add a period of delay.
    func configure(
        _ device: String, wanted: AudioFormat, period: Duration, buffer: Duration
    ) throws(ALSAError) -> DeviceFormat {
        var hardware: OpaquePointer?
        try check(snd_pcm_hw_params_malloc(&hardware), .configure, device)
        defer { snd_pcm_hw_params_free(hardware) }
        try check(snd_pcm_hw_params_any(pointer, hardware), .configure, device)
        // Plug-ins that cannot leave resampling alone refuse this, and go on resampling.
        _ = snd_pcm_hw_params_set_rate_resample(pointer, hardware, 0)
        try check(
            snd_pcm_hw_params_set_access(pointer, hardware, SND_PCM_ACCESS_RW_INTERLEAVED),
            .configure, device)
        try check(
            snd_pcm_hw_params_set_format(pointer, hardware, SND_PCM_FORMAT_S16),
            .configure, device)
        var channels = CUnsignedInt(wanted.channels)
        try check(
            snd_pcm_hw_params_set_channels_near(pointer, hardware, &channels), .configure, device)
        var rate = CUnsignedInt(wanted.framesPerSecond)
        try check(
            snd_pcm_hw_params_set_rate_near(pointer, hardware, &rate, nil), .configure, device)
        let format = AudioFormat(framesPerSecond: Int(rate), channels: Int(channels))
        var bufferFrames = snd_pcm_uframes_t(format.frames(in: buffer))
        try check(
            snd_pcm_hw_params_set_buffer_size_near(pointer, hardware, &bufferFrames),
            .configure, device)
        var periodFrames = snd_pcm_uframes_t(format.frames(in: period))
        try check(
            snd_pcm_hw_params_set_period_size_near(pointer, hardware, &periodFrames, nil),
            .configure, device)
        try check(snd_pcm_hw_params(pointer, hardware), .configure, device)
        // Drivers round: what was asked for is not what there is.
        snd_pcm_hw_params_get_buffer_size(hardware, &bufferFrames)
        snd_pcm_hw_params_get_period_size(hardware, &periodFrames, nil)
        return DeviceFormat(
            format: format, periodFrames: Int(periodFrames), bufferFrames: Int(bufferFrames))
    }

    /// - Parameters:
    ///   - wakeFrames: how many frames must be ready before a poll returns.
    ///   - startFrames: a playing device begins when so many frames were written.
    func configureWaking(
        _ device: String, wakeFrames: Int, startFrames: Int
    ) throws(ALSAError) {
        var software: OpaquePointer?
        try check(snd_pcm_sw_params_malloc(&software), .configure, device)
        defer { snd_pcm_sw_params_free(software) }
        try check(snd_pcm_sw_params_current(pointer, software), .configure, device)
        try check(
            snd_pcm_sw_params_set_avail_min(pointer, software, snd_pcm_uframes_t(wakeFrames)),
            .configure, device)
        try check(
            snd_pcm_sw_params_set_start_threshold(
                pointer, software, snd_pcm_uframes_t(startFrames)), .configure, device)
        try check(snd_pcm_sw_params(pointer, software), .configure, device)
    }

    /// Sleeps until the device has room or sound for us, `wake` is signalled, or the time is up.
    func wait(for wake: borrowing Wake, atMost milliseconds: CInt) {
        let count = max(0, Int(snd_pcm_poll_descriptors_count(pointer)))
        withUnsafeTemporaryAllocation(of: pollfd.self, capacity: count + 1) { polled in
            polled.initialize(repeating: pollfd())
            polled[0] = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
            let devices = polled.baseAddress! + 1
            snd_pcm_poll_descriptors(pointer, devices, CUnsignedInt(count))
            poll(polled.baseAddress!, nfds_t(count + 1), milliseconds)
            // What a plug-in's descriptors mean only it knows; being asked also re-arms them.
            var events: CUnsignedShort = 0
            snd_pcm_poll_descriptors_revents(pointer, devices, CUnsignedInt(count), &events)
        }
    }
}
