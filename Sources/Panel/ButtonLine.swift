import Glibc
import Linux
import Voice

/// A change of a button's line.
struct Edge: Equatable, Sendable {
    /// What the line became: active is pressed.
    let isActive: Bool
    /// By the kernel, on its monotonic clock, not when somebody looked.
    let at: Moment
}

/// What a button hangs on, open. Stays on the thread that opened it; letting go of it closes it.
protocol ButtonLine: AnyObject {
    /// Blocks until there are edges, `wake` was signalled, or `deadline` has come.
    ///
    /// - Returns: the edges in their order, bounces among them; none after a wake or the deadline.
    /// - Throws: `PanelError` when the line is gone.
    func edges(until deadline: Moment?, or wake: borrowing Wake) throws(PanelError) -> [Edge]

    /// Whether the line is active now.
    func isActive() throws(PanelError) -> Bool
}

/// What `wait` found about a descriptor.
enum Readiness: Equatable { case readable, gone, neither }

/// Blocks until `descriptor` can be read, `wake` was signalled, or `deadline` has come, which may
/// be a millisecond ago by then.
func wait(for descriptor: CInt, until deadline: Moment?, or wake: borrowing Wake) -> Readiness {
    var polled = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    poll(&polled, 2, milliseconds(until: deadline, from: .now))
    // Whatever was written before it went is still read.
    if polled[0].revents & Int16(POLLIN) != 0 { return .readable }
    return polled[0].revents == 0 ? .neither : .gone
}

/// A time-out as `poll` takes it: rounded up, so that the deadline has come, and -1 for none.
func milliseconds(until deadline: Moment?, from now: Moment) -> CInt {
    guard let deadline else { return -1 }
    let nanoseconds = max((deadline - now).inNanoseconds, 0)
    return CInt(clamping: nanoseconds / 1_000_000 + (nanoseconds % 1_000_000).signum())
}
