import Linux
import Voice

/// Waits until `moment`, to within what the kernel needs to wake a thread: a task's own sleep is
/// up to a millisecond late, by which a vendor over a WebSocket would be slower here than one over
/// plain HTTP, whose handlers sleep on their threads.
func sleepPrecisely(until moment: Moment) async throws {
    let wait: Duration = moment - Moment.now
    if wait > .milliseconds(5) { try await Task.sleep(for: wait - .milliseconds(5)) }
    _ = await onThread("latency") { sleepThread(until: moment, unless: []) }
    try Task.checkCancellation()
}
