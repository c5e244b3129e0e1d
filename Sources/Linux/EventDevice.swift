import CLinux
import Glibc

/// An input device of the kernel (`/dev/input/event…`), for this program alone: a USB switch that
/// types Enter would type it into the console too.
///
/// A FIFO may stand in its place. It cannot be asked anything, so no key is down at first, and
/// the times written into it have to be on `CLOCK_MONOTONIC` already.
public struct EventDevice: ~Copyable {
    // Not private: 6.3.1 cannot use such a member of this kind from another module.
    let file: FileDescriptor
    private let path: String
    private let isDevice: Bool

    /// Opens the device, has it tell times on `CLOCK_MONOTONIC`, and takes it from all others.
    ///
    /// - Parameter isShared: it is left to the others, too.
    public init(opening path: String, isShared: Bool = false) throws(SystemError) {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw SystemError("open", path, code: errno) }
        let file = FileDescriptor(owning: number)
        var status = stat()
        fstat(number, &status)
        let isDevice = status.st_mode & S_IFMT == S_IFCHR
        guard isDevice || status.st_mode & S_IFMT == S_IFIFO else {
            throw SystemError("read keys from", path, code: ENOTTY)
        }
        if isDevice {
            guard clinux_input_use_monotonic_clock(number) == 0 else {
                throw SystemError("read keys from", path, code: errno)
            }
            guard isShared || clinux_input_grab(number) == 0 else {
                throw SystemError("take", path, code: errno)
            }
        }
        self.file = file
        self.path = path
        self.isDevice = isDevice
    }

    /// To be polled for `POLLIN`.
    public var descriptor: CInt { file.number }

    /// The events that are there, as the kernel lays them out; call it when there are some.
    ///
    /// - Throws: `SystemError`, with `ENODEV` when the device is gone.
    public func read() throws(SystemError) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try file.read(atMost: 64 * 24)
        } catch {
            throw SystemError("read keys from", path, code: error.code)
        }
        guard !bytes.isEmpty else { throw SystemError("read keys from", path, code: ENODEV) }
        return bytes
    }

    /// The codes of the keys that are down now; nil if it cannot be asked.
    public func keysDown() throws(SystemError) -> Set<UInt16>? {
        guard isDevice else { return nil }
        var bits = [UInt8](repeating: 0, count: Int(KEY_MAX + 1) / 8)
        guard clinux_input_keys_down(file.number, &bits) >= 0 else {
            throw SystemError("read keys from", path, code: errno)
        }
        return Set((0...UInt16(KEY_MAX)).filter { bits[Int($0 / 8)] & 1 << ($0 % 8) != 0 })
    }
}
