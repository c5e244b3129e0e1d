import CALSA

/// The mixer of one card, opened to be asked or set, and let go of.
struct Mixer: ~Copyable {
    private let handle: MixerHandle
    private let card: String

    /// Controls that change how loud a card is, the likeliest first: cards name theirs as they
    /// please.
    private static let liked = [
        "Master", "Speaker", "PCM", "Playback", "Headphone", "Headset", "Digital", "Line Out",
        "DAC", "Front",
    ]

    /// - Parameter card: ALSA's name of a control device, as `hw:0`.
    init(of card: String) throws(ALSAError) {
        let handle = try MixerHandle(card)
        try check(snd_mixer_attach(handle.pointer, card), .open, card)
        try check(snd_mixer_selem_register(handle.pointer, nil, nil), .configure, card)
        try check(snd_mixer_load(handle.pointer), .configure, card)
        self.handle = handle
        self.card = card
    }

    /// The names of the controls that set how loud sound is played, the one that is used first.
    var volumeControls: [String] {
        let names = elements.map { String(cString: snd_mixer_selem_get_name($0)) }
        let liked = Self.liked.filter(names.contains)
        return liked + names.filter { !liked.contains($0) }
    }

    /// Sets the control that is liked best, and its switch, if it has one, on; 0 is as low as it
    /// goes.
    ///
    /// - Returns: the control's name; nil if there is none, which is nothing unusual.
    func setVolume(_ percent: Int) throws(ALSAError) -> String? {
        guard let name = volumeControls.first,
            let element = elements.first(where: {
                String(cString: snd_mixer_selem_get_name($0)) == name
            })
        else { return nil }
        try check(set(element, percent), .configure, "\(card), control \(name)")
        if snd_mixer_selem_has_playback_switch(element) == 1 {
            snd_mixer_selem_set_playback_switch_all(element, percent > 0 ? 1 : 0)
        }
        return name
    }

    private func set(_ element: OpaquePointer, _ percent: Int) -> CInt {
        var least = 0
        var most = 0
        if snd_mixer_selem_get_playback_dB_range(element, &least, &most) == 0, least < most {
            let bottom =
                least <= Int(SND_CTL_TLV_DB_GAIN_MUTE) ? -Double.infinity : Double(least) / 100
            let wanted = VolumeScale.decibels(for: percent, from: bottom, to: Double(most) / 100)
            if wanted.isFinite {
                // Rounded up: one percent must not fall down to silence.
                return snd_mixer_selem_set_playback_dB_all(
                    element, Int((wanted * 100).rounded()), percent > 0 ? 1 : -1)
            }
        }
        snd_mixer_selem_get_playback_volume_range(element, &least, &most)
        return snd_mixer_selem_set_playback_volume_all(
            element, least + (percent * (most - least) + 50) / 100)
    }

    /// ALSA's, which live as long as the mixer is open.
    private var elements: [OpaquePointer] {
        var found: [OpaquePointer] = []
        var next = snd_mixer_first_elem(handle.pointer)
        while let element = next {
            if snd_mixer_selem_has_playback_volume(element) == 1,
                snd_mixer_selem_is_active(element) == 1, snd_mixer_selem_get_index(element) == 0
            {
                found.append(element)
            }
            next = snd_mixer_elem_next(element)
        }
        return found
    }
}

/// Owns one of ALSA's mixers and does nothing else.
struct MixerHandle: ~Copyable {
    let pointer: OpaquePointer

    init(_ card: String) throws(ALSAError) {
        calsa_be_quiet()
        var mixer: OpaquePointer?
        try check(snd_mixer_open(&mixer, 0), .open, card)
        pointer = mixer!  // set whenever snd_mixer_open() succeeds
    }

    deinit { snd_mixer_close(pointer) }
}
