import Glibc

// What can be wrong with a GPIO line, in words. Apart from the calls that find it out, so that it
// can be read without a chip.

extension PanelError {
    private static let permission = "add this user to the group gpio"

    /// None of the chips is the one that is meant.
    static func noChip(
        _ address: GPIOAddress, among chips: [GPIOChip], refusal: CInt
    ) -> PanelError {
        if !chips.isEmpty {
            let names = chips.map { "\"\($0.name)\" (\($0.label))" }.joined(separator: ", ")
            return PanelError(
                "open", "\(address)", "there is no such chip",
                advice: "the settings have to name one of \(names)")
        }
        guard refusal == 0 else {
            return PanelError(
                "open", "\(address)", "/dev/gpiochip*: \(String(cString: strerror(refusal)))",
                advice: refusal == EACCES || refusal == EPERM ? permission : nil)
        }
        return PanelError(
            "open", "\(address)", "this system has no GPIO chip",
            advice: "gpiodetect lists those of a board; button.source can be something else")
    }

    /// The chip has no line of that number or name.
    static func noLine(_ address: GPIOAddress, lines: Int) -> PanelError {
        switch address.line {
        case .offset:
            return PanelError(
                "open", "\(address)", "it has lines 0 to \(lines - 1)",
                advice: "gpioinfo lists them")
        case .name(let name):
            let isNumber = Int(name) != nil
            return PanelError(
                "open", "\(address)", "it has no line of that name",
                advice: isNumber
                    ? "write the number without quotes" : "gpioinfo lists them, or use a number")
        }
    }

    /// - Parameters:
    ///   - code: the errno of the request.
    ///   - consumer: who has the line, empty if they gave no name, nil if nobody has.
    static func refused(_ address: GPIOAddress, code: CInt, consumer: String?) -> PanelError {
        let reason = String(cString: strerror(code))
        switch code {
        case EBUSY:
            let user = (consumer ?? "").isEmpty ? "something else" : "\"\(consumer!)\""
            return PanelError(
                "take", "\(address)", "\(user) uses it",
                advice: "stop that, or use another line; gpioinfo shows who uses which")
        case EACCES, EPERM:
            return PanelError("take", "\(address)", reason, advice: permission)
        default:
            return PanelError("take", "\(address)", reason, advice: "gpioinfo shows the lines")
        }
    }
}
