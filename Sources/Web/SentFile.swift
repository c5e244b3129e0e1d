import Glibc
import Linux

/// A file that is sent to somebody. What it was when it was opened is what they get, also if it is
/// removed meanwhile.
final class SentFile {
    /// In bytes.
    let count: Int
    private let file: FileDescriptor

    /// As much as is sent at once.
    private static let piece = 65_536

    init(_ path: String) throws(SystemError) {
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard number >= 0 else { throw SystemError("open", path, code: errno) }
        file = FileDescriptor(owning: number)
        var status = stat()
        fstat(number, &status)
        count = Int(status.st_size)
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SystemError("read", path, code: EINVAL)
        }
    }

    /// Some of it, as the body of a response.
    func part(_ range: Range<Int>) -> Response.Body {
        var next = range.lowerBound
        return .sized(range.count) { [self] in
            guard next < range.upperBound else { return nil }
            let wanted = min(Self.piece, range.upperBound - next)
            let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { room, initialized in
                initialized = max(0, pread(file.number, room.baseAddress, wanted, next))
            }
            // Cut short meanwhile: the client must see that it is not whole.
            guard !bytes.isEmpty else { throw SystemError("read", "a file", code: EIO) }
            next += bytes.count
            return bytes
        }
    }

    /// The whole of it.
    var whole: Response.Body { part(0..<count) }
}
