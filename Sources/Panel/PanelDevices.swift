import Glibc
import Linux

/// What a button or a light could hang on here.
public enum PanelDevices {
    /// A GPIO chip; either name stands in `button.chip`.
    public struct Chip: Equatable, Sendable {
        public let name: String
        public let label: String
    }

    /// The chips that there are.
    ///
    /// - Returns: also why one could not be opened, nil if all could.
    public static func chips() -> (chips: [Chip], refusal: String?) {
        let (chips, refusal) = GPIOChip.all()
        return (
            chips.map { Chip(name: $0.name, label: $0.label) },
            refusal == 0 ? nil : String(cString: strerror(refusal))
        )
    }

    /// Paths of input devices: by names that stay the same over a restart where there are such,
    /// else as the kernel numbers them.
    public static func inputs() -> [String] {
        let folder = "/dev/input"
        let stable = names(inFolder: folder + "/by-id").filter { $0.contains("event") }
        if !stable.isEmpty { return stable.sorted().map { "\(folder)/by-id/\($0)" } }
        return names(inFolder: folder).filter { $0.hasPrefix("event") }.sorted().map {
            "\(folder)/\($0)"
        }
    }
}
