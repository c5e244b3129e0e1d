public import Voice

/// A lamp of three colours, each on or off: eight colours in all, black among them.
final class RGBLight: LightOutput {
    private let red: any OutputLine
    private let green: any OutputLine
    private let blue: any OutputLine
    private var lit: [Bool]?

    init(red: any OutputLine, green: any OutputLine, blue: any OutputLine) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    func show(_ frame: LightFrame) throws(PanelError) {
        let isOn = frame.isOn(from: 0.4)
        let colour = frame.colour
        // Half of the strongest part or more: a dark colour is its bright one.
        let strongest = max(colour.red, colour.green, colour.blue)
        let lit = [colour.red, colour.green, colour.blue].map { part in
            isOn && part > 0 && Int(part) * 2 >= Int(strongest)
        }
        guard lit != self.lit else { return }
        self.lit = nil
        try red.set(lit[0])
        try green.set(lit[1])
        try blue.set(lit[2])
        self.lit = lit
    }
}

extension Lights {
    /// A lamp of three colours on three GPIO lines of one chip.
    ///
    /// - Parameters:
    ///   - isActiveLow: a colour is lit when its line is low, as with a common anode.
    ///   - brightness: in percent; 0 keeps it dark, anything else is the same to it.
    public convenience init(
        onChip chip: String, red: GPIOAddress.Line, green: GPIOAddress.Line,
        blue: GPIOAddress.Line, isActiveLow: Bool, brightness: Int, palette: Palette, log: Log
    ) {
        let addresses = [red, green, blue].map { GPIOAddress(chip: chip, line: $0) }
        let name = addresses.map { "\($0)" }.joined(separator: ", ")
        self.init(name, brightness: brightness, palette: palette, log: log) {
            () throws(PanelError) in
            RGBLight(
                red: try GPIOOutput(addresses[0], isActiveLow: isActiveLow),
                green: try GPIOOutput(addresses[1], isActiveLow: isActiveLow),
                blue: try GPIOOutput(addresses[2], isActiveLow: isActiveLow))
        }
    }
}
