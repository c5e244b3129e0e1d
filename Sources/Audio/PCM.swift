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
    let samples: SampleFormat
    let periodFrames: Int
    let bufferFrames: Int
}

extension PCM {
    /// Asks for samples of 16 bits, or of more if the device has no others, as close to `wanted` as
    /// the device itself goes: what it does not do is resampled by us, not by ALSA, whose
    /// converters add a period of delay.
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
        let samples =
            SampleFormat.allCases.first {
                snd_pcm_hw_params_test_format(pointer, hardware, $0.alsa) == 0
            } ?? .bits16
        try check(
            snd_pcm_hw_params_set_format(pointer, hardware, samples.alsa), .configure, device)
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
            format: format, samples: samples, periodFrames: Int(periodFrames),
            bufferFrames: Int(bufferFrames))
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

    /// The number of the card behind the device; nil if there is none, or more than one.
    var card: Int? {
        var information: OpaquePointer?
        guard snd_pcm_info_malloc(&information) == 0 else { return nil }
        defer { snd_pcm_info_free(information) }
        guard snd_pcm_info(pointer, information) == 0 else { return nil }
        let number = snd_pcm_info_get_card(information)
        return number >= 0 ? Int(number) : nil
    }

    /// What keeps the device from going on, as a negative errno; 0 if nothing does. Not every
    /// plug-in says so when it is asked for its frames.
    var trouble: CInt {
        switch snd_pcm_state(pointer) {
        case SND_PCM_STATE_XRUN: -EPIPE
        case SND_PCM_STATE_SUSPENDED: -ESTRPIPE
        case SND_PCM_STATE_DISCONNECTED: -ENODEV
        default: 0
        }
    }

    /// Gets the device ready again after an overrun, an underrun or a suspend.
    ///
    /// - Returns: false if it is still asleep: ask again, a little later.
    /// - Throws: for all that it cannot recover from.
    func recover(
        from code: CInt, _ operation: ALSAError.Operation, _ device: String,
        _ record: DeviceRecord
    ) throws(ALSAError) -> Bool {
        switch -code {
        case EINTR: return true
        case EPIPE:
            let isCapture = snd_pcm_stream(pointer) == SND_PCM_STREAM_CAPTURE
            record.note(isCapture ? .overrun : .underrun, on: device)
        case ESTRPIPE:
            // Not snd_pcm_recover(), which waits for the card for as long as it sleeps.
            if snd_pcm_resume(pointer) == -EAGAIN {
                poll(nil, 0, 20)
                return false
            }
            record.note(.suspend, on: device)
            if trouble == 0 { return true }
        default: throw ALSAError(operation: operation, device: device, code: code)
        }
        try check(snd_pcm_prepare(pointer), operation, device)
        return true
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
