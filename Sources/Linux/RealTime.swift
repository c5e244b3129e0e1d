import CLinux
import Glibc
import Voice

/// Has the kernel run a thread before all that are not real-time, as one must that a sound card
/// waits for, as long as it sleeps most of the time. Threads and processes that it starts are
/// ordinary ones. Stays on its thread.
public final class RealTime {
    private var isOn = true
    private var lastLook = Moment.now
    private var used = timeUsed
    private var greedyLooks = 0

    private static let between = Duration.seconds(1)
    /// In a row: where something else takes the processor for a moment, as under a hypervisor, that
    /// time counts as the thread's own.
    private static let mostGreedyLooks = 3

    /// Begins, for the calling thread.
    ///
    /// - Throws: `EPERM` where this user may not (`RLIMIT_RTPRIO`, or a filter of system calls);
    ///   then it stays as it was.
    public init() throws(SystemError) {
        guard clinux_run_in_real_time(realTimePriority) == 0 else {
            throw SystemError("give real-time priority to", "this thread", code: errno)
        }
    }

    /// Sees that the thread leaves others their time, and ends it where it does not for three
    /// seconds: a card that is always ready would take a board with one core from everybody. Call it
    /// often.
    ///
    /// - Returns: whether it was ended now.
    public func look() -> Bool {
        let now = Moment.now
        guard isOn, now - lastLook >= Self.between else { return false }
        let usedNow = Self.timeUsed
        let isGreedy = usedNow - used > (now - lastLook) / 2
        (lastLook, used) = (now, usedNow)
        greedyLooks = isGreedy ? greedyLooks + 1 : 0
        guard greedyLooks == Self.mostGreedyLooks else { return false }
        isOn = false
        clinux_run_as_usual()
        return true
    }

    /// By the calling thread.
    private static var timeUsed: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}

/// Of 1 to 99: above nothing but what is not real-time at all, since the kernel's own threads, which
/// serve the cards, stand at 50.
private let realTimePriority: CInt = 10
