import Audio

/// What `pressel devices` tells of sound: the cards, and the two devices of the settings.
struct AudioReport: Encodable {
    /// A device of the settings, and whether it works.
    struct Configured: Encodable {
        let device: String
        let status: Status
    }

    struct Status: Encodable {
        /// `free`, `busy` or `failed`.
        let state: String
        /// Of a busy one, if it is known.
        var usedBy: String?
        /// Of one that failed.
        var reason: String?
        var rates: [Int]?
        var channelsMinimum: Int?
        var channelsMaximum: Int?
    }

    struct Device: Encodable {
        let device: String
        let name: String
        let capture: Status?
        let playback: Status?
        /// The settings record from it, or play on it.
        let isCaptureDevice: Bool
        let isPlaybackDevice: Bool
    }

    struct Card: Encodable {
        let id: String
        let name: String
        let volumeControls: [String]
        let devices: [Device]
    }

    let captureDevice: Configured
    let playbackDevice: Configured
    let cards: [Card]

    init(
        cards: [ALSADevices.Card], capture: (name: String, status: ALSADevices.Status),
        playback: (name: String, status: ALSADevices.Status)
    ) {
        captureDevice = Configured(device: capture.name, status: Status(capture.status))
        playbackDevice = Configured(device: playback.name, status: Status(playback.status))
        self.cards = cards.map { card in
            Card(
                id: card.id, name: card.name, volumeControls: card.volumeControls,
                devices: card.devices.enumerated().map { index, device in
                    func isMeant(_ name: String) -> Bool {
                        guard let place = ALSADevices.place(of: name),
                            place.card == card.id || place.card == "\(card.number)"
                        else { return false }
                        return ALSADevices.place(of: device.name)?.device == place.device
                    }
                    return Device(
                        device: device.name, name: device.description,
                        capture: device.capture.map { Status($0) },
                        playback: device.playback.map { Status($0) },
                        isCaptureDevice: device.capture != nil && isMeant(capture.name),
                        isPlaybackDevice: device.playback != nil && isMeant(playback.name))
                })
        }
    }

    /// For people.
    var text: String {
        var lines = ["Sound cards:"]
        if cards.isEmpty {
            lines.append(
                "  none found; plug one in, or switch it on (on a Raspberry Pi in"
                    + " /boot/firmware/config.txt), and see that this user is in the group audio")
        }
        for card in cards {
            lines.append("  \(card.name)")
            for device in card.devices {
                lines.append("    \(device.device)  \(device.name)")
                if let status = device.capture {
                    let mark = device.isCaptureDevice ? "  <- audio.captureDevice" : ""
                    lines.append("      records: \(status.text)\(mark)")
                }
                if let status = device.playback {
                    let mark = device.isPlaybackDevice ? "  <- audio.playbackDevice" : ""
                    lines.append("      plays:   \(status.text)\(mark)")
                }
            }
            let controls = card.volumeControls
            lines.append(
                controls.isEmpty
                    ? "    no volume control; samples are made softer instead"
                    : "    volume: \(controls.joined(separator: ", "))"
                        + (controls.count > 1 ? " (the first is set)" : ""))
        }
        lines.append("In use by the settings:")
        lines.append(
            "  audio.captureDevice   \"\(captureDevice.device)\": \(captureDevice.status.text)")
        lines.append(
            "  audio.playbackDevice  \"\(playbackDevice.device)\": \(playbackDevice.status.text)")
        return lines.joined(separator: "\n")
    }
}

extension AudioReport.Status {
    init(_ status: ALSADevices.Status) {
        switch status {
        case .free(let rates, let channels):
            self.init(
                state: "free", rates: rates, channelsMinimum: channels.lowerBound,
                channelsMaximum: channels.upperBound)
        case .busy(let owner): self.init(state: "busy", usedBy: owner)
        case .failed(let reason): self.init(state: "failed", reason: reason)
        }
    }

    fileprivate var text: String {
        switch state {
        case "free":
            "works, \(Self.ranges(rates ?? [])), \(channels)"
        case "busy": "busy" + (usedBy.map { ", used by \($0)" } ?? ", another program has it")
        default: "does not work: \(reason ?? "")"
        }
    }

    private var channels: String {
        let least = channelsMinimum ?? 0
        let most = channelsMaximum ?? 0
        if most > 64 { return "any channels" }
        return least == most
            ? "\(least) channel\(least == 1 ? "" : "s")" : "\(least) to \(most) channels"
    }

    private static func ranges(_ rates: [Int]) -> String {
        rates.isEmpty ? "unusual rates" : rates.map(String.init).joined(separator: " ") + " Hz"
    }
}
