/// Where a line is: on which chip, and which of its lines.
public struct GPIOAddress: Equatable, Sendable, CustomStringConvertible {
    public enum Line: Equatable, Sendable {
        /// Counted from 0, which on a Raspberry Pi is the number of the GPIO.
        case offset(Int)
        case name(String)
    }

    /// The label of the chip's driver, as in `pinctrl-bcm2835`, or the kernel's name for the chip,
    /// as in `gpiochip0`, which another board or another kernel may give to another chip.
    public let chip: String
    public let line: Line

    public init(chip: String, line: Line) {
        self.chip = chip
        self.line = line
    }

    public var description: String {
        switch line {
        case .offset(let offset): "line \(offset) of GPIO chip \"\(chip)\""
        case .name(let name): "line \"\(name)\" of GPIO chip \"\(chip)\""
        }
    }
}
