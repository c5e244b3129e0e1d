import Panel

/// What `devices` tells of GPIO chips and input devices.
struct PanelReport: Encodable {
    struct Chip: Encodable {
        let name: String
        let label: String
    }

    let chips: [Chip]
    /// Why a chip could not be opened.
    let refusal: String?
    let inputs: [String]

    init() {
        let found = PanelDevices.chips()
        chips = found.chips.map { Chip(name: $0.name, label: $0.label) }
        refusal = found.refusal
        inputs = PanelDevices.inputs()
    }

    var text: String {
        var lines = ["GPIO chips, for button.chip and lights.chip:"]
        lines += chips.map { "  \($0.name)  \"\($0.label)\"" }
        if let refusal {
            lines.append("  some cannot be opened: \(refusal); add this user to the group gpio")
        } else if chips.isEmpty {
            lines.append("  none; a button can be an input device, or the keyboard")
        }
        lines.append("Input devices, for button.device:")
        lines += inputs.map { "  \($0)" }
        if inputs.isEmpty { lines.append("  none; plug a USB switch in") }
        return lines.joined(separator: "\n")
    }
}
