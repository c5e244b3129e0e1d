import CLinux
import Glibc

/// Owns one open file descriptor. Letting go of it closes it. Opened by this module, it is never
/// inherited by a child process.
public struct FileDescriptor: ~Copyable, Sendable {
    public let number: CInt

    /// Takes over `number`, which nobody else may close from now on.
    public init(owning number: CInt) { self.number = number }

    deinit { _ = Glibc.close(number) }

    /// Writes as much of `bytes` as fits without waiting.
    ///
    /// - Returns: how many bytes went, 0 if a pipe or socket that does not block is full.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
        try Linux.write(bytes, to: number)
    }

    /// Writes all of `bytes`, waiting as long as it takes; meant for files.
    public func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let (count, code) = bytes.withUnsafeBytes { all in
                let count = Glibc.write(number, all.baseAddress! + done, all.count - done)
                return (count, errno)
            }
            if count >= 0 {
                done += count
            } else if code != EINTR {
                throw SystemError("write to", "descriptor \(number)", code: code)
            }
        }
    }

    /// Reads what is there, waiting for the first byte if the descriptor blocks.
    ///
    /// - Returns: the bytes, none at the end of the file.
    public func read(atMost count: Int) throws(SystemError) -> [UInt8] {
        try Linux.read(atMost: count, from: number)
    }

    /// Asks for a pipe or FIFO to hold so many bytes; the kernel allows a user 1 MiB
    /// (`/proc/sys/fs/pipe-max-size`), and what it does not allow is left as it was.
    public func setPipeSize(_ bytes: CInt) { _ = clinux_set_pipe_size(number, bytes) }

    public func setNonBlocking() {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
    }
}

/// As `FileDescriptor.write`, for a number that something else owns.
func write(_ bytes: UnsafeRawBufferPointer, to number: CInt) throws(SystemError) -> Int {
    while true {
        let count = Glibc.write(number, bytes.baseAddress, bytes.count)
        let code = errno
        if count >= 0 { return count }
        if code == EAGAIN { return 0 }
        if code != EINTR { throw SystemError("write to", "descriptor \(number)", code: code) }
    }
}

/// As `FileDescriptor.read`, for a number that something else owns.
public func read(atMost count: Int, from number: CInt) throws(SystemError) -> [UInt8] {
    while true {
        var code: CInt = 0
        var got = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            got = Glibc.read(number, buffer.baseAddress, count)
            code = errno
            initialized = max(got, 0)
        }
        if got >= 0 { return bytes }
        if code != EINTR { throw SystemError("read from", "descriptor \(number)", code: code) }
    }
}

/// Both ends of a new pipe, which whoever asked for it closes.
func makePipe() throws(SystemError) -> (reading: CInt, writing: CInt) {
    var ends: [CInt] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else { throw SystemError("make", "a pipe", code: errno) }
    return (ends[0], ends[1])
}
