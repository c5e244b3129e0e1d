import Glibc

/// A file without a name: whatever becomes of the program, it is gone with it. For one writer.
final class PassingFile {
    /// Why it cannot be made or written.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: CInt
    private let folder: String

    /// By which this process, and nobody else, can open it a second time.
    var path: String { "/proc/self/fd/\(descriptor)" }

    /// - Parameter folder: on whose disk it lies.
    init(in folder: String) throws(Failure) {
        self.folder = folder
        let name = "\(folder)/passing-\(UInt64.random(in: 0 ... .max))"
        let number = open(name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw Self.failure("make", folder, errno) }
        unlink(name)
        descriptor = number
    }

    deinit { close(descriptor) }

    func append(_ bytes: [UInt8]) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let (count, code) = bytes.withUnsafeBytes { all in
                let count = write(descriptor, all.baseAddress! + done, all.count - done)
                return (count, errno)
            }
            if count >= 0 {
                done += count
            } else if code != EINTR {
                throw Self.failure("write", folder, code)
            }
        }
    }

    private static func failure(_ verb: String, _ folder: String, _ code: CInt) -> Failure {
        Failure(
            description: "cannot \(verb) a file in \(folder): \(String(cString: strerror(code)))")
    }
}
