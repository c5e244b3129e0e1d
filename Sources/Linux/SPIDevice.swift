import CLinux
import Glibc

/// A device on an SPI bus (`/dev/spidevX.Y`), to be written to. A regular file may stand in its
/// place; it holds what was written last.
public struct SPIDevice: ~Copyable {
    let file: FileDescriptor
    private let path: String

    /// - Parameter hertz: of the bus's clock; the kernel takes the next lower one that it has.
    public init(opening path: String, hertz: Int) throws(SystemError) {
        let number = open(path, O_WRONLY | O_CLOEXEC)
        guard number >= 0 else { throw SystemError("open", path, code: errno) }
        let file = FileDescriptor(owning: number)
        var status = stat()
        fstat(number, &status)
        if status.st_mode & S_IFMT == S_IFCHR {
            guard clinux_spi_set_up(number, 0, CUnsignedInt(hertz)) == 0 else {
                throw SystemError("set up", path, code: errno)
            }
        }
        self.file = file
        self.path = path
    }

    /// Writes `bytes` in one transfer. The kernel takes 4096 of them unless told otherwise.
    public func write(_ bytes: [UInt8]) throws(SystemError) {
        // Says ESPIPE on the bus, where there is nothing to go back to.
        lseek(file.number, 0, SEEK_SET)
        let count = bytes.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
        let code = errno
        guard count == bytes.count else {
            throw SystemError("write to", path, code: count < 0 ? code : EIO)
        }
    }
}
