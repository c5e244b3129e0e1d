import CLinux
import Glibc

/// The signals that ask something of this program, to end as a rule, as something to await.
public final class Signals: Sendable {
    private let reading: FileDescriptor
    private let writing: FileDescriptor

    /// From now on SIGTERM, SIGINT and `others` end nothing by themselves. One per process.
    public init(also others: [Int32] = []) throws(SystemError) {
        let pipe = try makePipe()
        reading = FileDescriptor(owning: pipe.reading)
        writing = FileDescriptor(owning: pipe.writing)
        writing.setNonBlocking()
        for number in [SIGTERM, SIGINT] + others { clinux_pass_signal_on(number, pipe.writing) }
    }

    /// Blocks until one has arrived, even if it did before the call.
    ///
    /// - Returns: its number.
    public func wait() -> Int32 {
        let bytes = (try? reading.read(atMost: 1)) ?? []
        return bytes.first.map { Int32($0) } ?? SIGTERM
    }

    /// Lets a reader who went away be an error of `write`, not the end of this process.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
