import CGPIO
import Linux

/// Owns a GPIO chip and the one line that is requested of it. Letting go of it closes both.
struct GPIOHandle: ~Copyable {
    let pointer: OpaquePointer

    /// - Parameter status: set to a negative errno if it fails.
    init?(opening path: String, status: inout CInt) {
        var opened: OpaquePointer?
        status = cgpio_open(path, &opened)
        guard let opened else { return nil }
        pointer = opened
    }

    deinit { cgpio_close(pointer) }
}

/// A chip as the kernel lists it.
struct GPIOChip: Equatable {
    let path: String
    let name: String
    let label: String

    /// The chips that there are, in the order of their numbers.
    ///
    /// - Returns: also the errno of one that could not be opened, 0 if all could.
    static func all() -> (chips: [GPIOChip], refusal: CInt) {
        var chips: [GPIOChip] = []
        var refusal: CInt = 0
        for path in paths() {
            var status: CInt = 0
            if let handle = GPIOHandle(opening: path, status: &status) {
                chips.append(
                    GPIOChip(
                        path: path, name: String(cString: cgpio_name(handle.pointer)),
                        label: String(cString: cgpio_label(handle.pointer))))
            } else {
                refusal = -status
            }
        }
        return (chips, refusal)
    }

    private static func paths() -> [String] {
        let paths = names(inFolder: "/dev").filter { $0.hasPrefix("gpiochip") }.map { "/dev/\($0)" }
        return paths.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    }

    /// The one that `wanted` means. A file's name counts as well, since some systems add links to
    /// the chips under the names that older kernels gave them.
    static func named(_ wanted: String, among chips: [GPIOChip]) -> GPIOChip? {
        chips.first { $0.name == wanted } ?? chips.first { $0.label == wanted }
            ?? chips.first { $0.path == "/dev/\(wanted)" } ?? header(wanted, among: chips)
    }

    /// The label of the chip behind a Raspberry Pi's header: up to the 3, of the 4, of the 5. Their
    /// lines have the same numbers and the same places.
    private static let headers = ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"]

    /// Whoever names the header's chip of one Raspberry Pi means that of the one it runs on.
    private static func header(_ wanted: String, among chips: [GPIOChip]) -> GPIOChip? {
        guard headers.contains(wanted) else { return nil }
        return chips.first { headers.contains($0.label) }
    }
}
