import Glibc
import Linux
public import Voice

/// A lamp that the kernel drives (`/sys/class/leds/NAME`), as bright as its driver can.
final class SysfsLight: LightOutput {
    private let path: String
    private let full: Int
    private var value: Int?

    /// Takes the lamp from what made it blink until now.
    init(_ path: String) throws(PanelError) {
        self.path = path
        do throws(SystemError) {
            let text = String(
                decoding: try readFile("\(path)/max_brightness", atMost: 64), as: UTF8.self)
            full = max(Int(text.prefix { $0.isNumber }) ?? 1, 1)
            // The one in use stands in brackets. Not every kernel has them.
            let triggers = String(
                decoding: (try? readFile("\(path)/trigger", atMost: 1 << 16)) ?? [],
                as: UTF8.self)
            if !triggers.isEmpty, !triggers.contains("[none]") {
                try put("none", into: "\(path)/trigger")
            }
        } catch {
            throw Self.failure(error)
        }
    }

    func show(_ frame: LightFrame) throws(PanelError) {
        let amount = Double(full) * frame.level * frame.brightness
        // As long as it is to be seen at all it is seen.
        let value = amount > 0 ? min(max(Int(amount.rounded()), 1), full) : 0
        guard value != self.value else { return }
        do throws(SystemError) {
            try put("\(value)", into: "\(path)/brightness")
        } catch {
            throw Self.failure(error)
        }
        self.value = value
    }

    private static func failure(_ error: SystemError) -> PanelError {
        PanelError(error) { code in
            switch code {
            case EACCES, EPERM: "let this user write there, with a rule for udev"
            case ENOENT: "ls /sys/class/leds shows what is there"
            default: nil
            }
        }
    }
}

/// Writes a line into a file that is there, from its beginning, and closes it.
private func put(_ line: String, into path: String) throws(SystemError) {
    let number = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard number >= 0 else { throw SystemError("open", path, code: errno) }
    let file = FileDescriptor(owning: number)
    let bytes = Array("\(line)\n".utf8)
    let count = bytes.withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) }
    let code = errno
    guard count == bytes.count else {
        throw SystemError("write to", path, code: count < 0 ? code : EIO)
    }
}

extension Lights {
    /// A lamp that the kernel drives.
    ///
    /// - Parameters:
    ///   - path: `/sys/class/leds/NAME`.
    ///   - brightness: in percent of what the lamp can.
    public convenience init(sysfs path: String, brightness: Int, log: Log) {
        self.init(path, brightness: brightness, palette: Palette(), log: log) {
            () throws(PanelError) in
            try SysfsLight(path)
        }
    }
}
