import CLinux
import Glibc
public import Voice

/// Blocks the thread until `deadline`, to within what the kernel needs to wake it (some 50 µs), or
/// until somebody signals one of `wakes` or the other end of `socket` will not send any more.
///
/// - Parameter socket: may be nil; bytes that arrive there meanwhile are no reason to wake.
/// - Returns: whether the deadline was reached.
public func sleepThread(until deadline: Moment, unless wakes: [CInt], orHungUp socket: CInt? = nil)
    -> Bool
{
    var watched = wakes.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    if let socket { watched.append(pollfd(fd: socket, events: clinux_poll_hung_up, revents: 0)) }
    while true {
        let left = max(deadline - .now, .zero).inNanoseconds
        var timeout = timespec(
            tv_sec: time_t(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
        let count = clinux_poll(&watched, UInt(watched.count), &timeout)
        if count > 0 { return false }
        if count == 0 { return true }
        // Otherwise a signal's handler ran.
        precondition(errno == EINTR, "cannot poll: \(String(cString: strerror(errno)))")
    }
}
