import CALSA
import Glibc
import Linux

/// Which of ALSA's devices there are, and which can be used.
public enum ALSADevices {
    /// Whether a device of this name can be opened to record from. Opens and closes it.
    public static func canCapture(_ name: String) -> Bool {
        (try? CaptureDevice(named: name)) != nil
    }

    /// Whether a device of this name can be opened to play on. Opens and closes it.
    public static func canPlay(_ name: String) -> Bool { (try? PlaybackDevice(named: name)) != nil }

    /// Which way sound goes.
    public enum Direction: String, Sendable { case capture, playback }

    /// How a device was found.
    public enum Status: Equatable, Sendable {
        /// It can be opened now; what it does by itself, without resampling. A list of rates is of
        /// those that are usual.
        case free(rates: [Int], channels: ClosedRange<Int>)
        /// Another program has it, if `/proc` tells which: its name and number.
        case busy(by: String?)
        /// It cannot be opened, in ALSA's words.
        case failed(reason: String)
    }

    /// One device of a card.
    public struct Device: Equatable, Sendable {
        /// By the card's id, which outlives a restart, unlike its number: `plughw:CARD=id,DEV=n`.
        public let name: String
        public let description: String
        /// Nil where sound does not go this way.
        public var capture: Status?
        public var playback: Status?

        public init(
            name: String, description: String, capture: Status? = nil, playback: Status? = nil
        ) {
            self.name = name
            self.description = description
            self.capture = capture
            self.playback = playback
        }
    }

    /// A sound card.
    public struct Card: Equatable, Sendable {
        /// ALSA's short name of it.
        public let id: String
        public let number: Int
        public let name: String
        public let devices: [Device]
        /// Controls that set how loud it is, the one that `audio.volume` sets first.
        public let volumeControls: [String]

        public init(
            id: String, number: Int, name: String, devices: [Device], volumeControls: [String]
        ) {
            self.id = id
            self.number = number
            self.name = name
            self.devices = devices
            self.volumeControls = volumeControls
        }
    }

    /// All sound cards, each looked into: free devices are opened and closed again.
    public static func cards() -> [Card] {
        calsa_be_quiet()
        var cards: [Card] = []
        var number: CInt = -1
        while snd_card_next(&number) == 0, number >= 0 {
            if let card = card(Int(number)) { cards.append(card) }
        }
        return cards
    }

    /// How the device of this name, one of the settings say, is found.
    public static func status(of name: String, _ direction: Direction) -> Status {
        calsa_be_quiet()
        let stream =
            direction == .capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK
        do throws(ALSAError) {
            let pcm = try PCM(opening: name, for: stream)
            let (rates, channels) = try pcm.abilities(name)
            return .free(rates: rates, channels: channels)
        } catch {
            if error.code == -EBUSY { return .busy(by: owner(of: name, direction)) }
            return .failed(reason: String(cString: snd_strerror(error.code)))
        }
    }

    /// The card, by number or id, and the device that an ALSA name stands for: `hw:1,0`,
    /// `plughw:CARD=id,DEV=0`, `default:1`. Nil for a name that is not of that kind.
    public static func place(of name: String) -> (card: String, device: Int)? {
        guard let colon = name.firstIndex(of: ":") else { return nil }
        var card: String?
        var device = 0
        let arguments = name[name.index(after: colon)...].split(separator: ",")
        for (index, argument) in arguments.enumerated() {
            let parts = argument.split(separator: "=", maxSplits: 1)
            let value = String(parts.last ?? "")
            switch (parts.count == 2 ? String(parts[0]) : "", index) {
            case ("CARD", _), ("", 0): card = value
            case ("DEV", _), ("", 1): device = Int(value) ?? 0
            default: break
            }
        }
        return card.map { ($0, device) }
    }

    // MARK: - Looking into a card

    private static func card(_ number: Int) -> Card? {
        guard let control = try? ControlHandle("hw:\(number)") else { return nil }
        let (id, name) = control.identity()
        let devices = control.deviceNumbers().map { device in
            let place = "CARD=\(id),DEV=\(device)"
            let capture = control.name(ofDevice: device, SND_PCM_STREAM_CAPTURE)
            let playback = control.name(ofDevice: device, SND_PCM_STREAM_PLAYBACK)
            // What the card does itself, so without `plug` before it.
            return Device(
                name: "plughw:\(place)", description: playback ?? capture ?? "",
                capture: capture.map { _ in status(of: "hw:\(place)", .capture) },
                playback: playback.map { _ in status(of: "hw:\(place)", .playback) })
        }
        let controls = (try? Mixer(of: "hw:\(number)"))?.volumeControls ?? []
        return Card(id: id, number: number, name: name, devices: devices, volumeControls: controls)
    }

    private static func owner(of name: String, _ direction: Direction) -> String? {
        guard let place = place(of: name) else { return nil }
        let number = snd_card_get_index(place.card)
        guard number >= 0 else { return nil }
        let way = direction == .capture ? "c" : "p"
        let folder = "/proc/asound/card\(number)/pcm\(place.device)\(way)"
        guard let bytes = try? readFile("\(folder)/sub0/status", atMost: 65_536) else { return nil }
        return owner(inStatus: String(decoding: bytes, as: UTF8.self)) { pid in
            (try? readFile("/proc/\(pid)/comm", atMost: 64)).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }

    /// Who a device's `/proc/asound/…/status` says has it open.
    static func owner(inStatus text: String, _ nameOfProcess: (Int) -> String?) -> String? {
        for line in text.split(separator: "\n") where line.hasPrefix("owner_pid") {
            guard let word = line.split(whereSeparator: { $0 == ":" || $0 == " " }).last,
                let pid = Int(word)
            else { return nil }
            let name = nameOfProcess(pid)?.split(separator: "\n").first
            return name.map { "\($0) (process \(pid))" } ?? "process \(pid)"
        }
        return nil
    }
}

extension PCM {
    private static let usualRates = [
        8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400,
        192_000,
    ]

    /// What the device does by itself: the usual rates among its own, and how many channels.
    func abilities(_ device: String) throws(ALSAError) -> (rates: [Int], channels: ClosedRange<Int>)
    {
        var hardware: OpaquePointer?
        try check(snd_pcm_hw_params_malloc(&hardware), .configure, device)
        defer { snd_pcm_hw_params_free(hardware) }
        try check(snd_pcm_hw_params_any(pointer, hardware), .configure, device)
        _ = snd_pcm_hw_params_set_rate_resample(pointer, hardware, 0)
        let rates = Self.usualRates.filter {
            snd_pcm_hw_params_test_rate(pointer, hardware, CUnsignedInt($0), 0) == 0
        }
        var least: CUnsignedInt = 0
        var most: CUnsignedInt = 0
        try check(snd_pcm_hw_params_get_channels_min(hardware, &least), .configure, device)
        try check(snd_pcm_hw_params_get_channels_max(hardware, &most), .configure, device)
        return (rates, Int(least)...Int(max(least, most)))
    }
}

/// Owns one of ALSA's open control devices and asks it about its card.
struct ControlHandle: ~Copyable {
    private let pointer: OpaquePointer

    init(_ name: String) throws(ALSAError) {
        var control: OpaquePointer?
        try check(snd_ctl_open(&control, name, SND_CTL_NONBLOCK), .open, name)
        pointer = control!  // set whenever snd_ctl_open() succeeds
    }

    deinit { snd_ctl_close(pointer) }

    /// Empty strings where the card does not tell.
    func identity() -> (id: String, name: String) {
        var information: OpaquePointer?
        guard snd_ctl_card_info_malloc(&information) == 0 else { return ("", "") }
        defer { snd_ctl_card_info_free(information) }
        guard snd_ctl_card_info(pointer, information) == 0 else { return ("", "") }
        return (
            String(cString: snd_ctl_card_info_get_id(information)),
            String(cString: snd_ctl_card_info_get_name(information))
        )
    }

    func deviceNumbers() -> [Int] {
        var numbers: [Int] = []
        var number: CInt = -1
        while snd_ctl_pcm_next_device(pointer, &number) == 0, number >= 0 {
            numbers.append(Int(number))
        }
        return numbers
    }

    /// The name of a device; nil if sound does not go that way through it.
    func name(ofDevice device: Int, _ direction: snd_pcm_stream_t) -> String? {
        var information: OpaquePointer?
        guard snd_pcm_info_malloc(&information) == 0 else { return nil }
        defer { snd_pcm_info_free(information) }
        snd_pcm_info_set_device(information, CUnsignedInt(device))
        snd_pcm_info_set_subdevice(information, 0)
        snd_pcm_info_set_stream(information, direction)
        guard snd_ctl_pcm_info(pointer, information) == 0 else { return nil }
        return String(cString: snd_pcm_info_get_name(information))
    }
}
