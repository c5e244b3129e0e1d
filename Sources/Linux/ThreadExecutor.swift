import Glibc
import Synchronization

/// Runs an actor's jobs on a thread of their own, one after the other: a disk that takes its time
/// then holds up nobody else. The thread ends when nobody holds this object any more.
public final class ThreadExecutor: SerialExecutor {
    private let jobs = Jobs()

    /// - Parameter name: as for `startThread`.
    public init(_ name: String) {
        startThread(name) { [jobs] in jobs.run() }
    }

    deinit { jobs.end() }

    public func enqueue(_ job: consuming ExecutorJob) {
        jobs.add(UnownedJob(job), for: self)
    }
}

private final class Jobs: Sendable {
    private let wake = Wake()
    private let state = Mutex(State())

    /// A job is queued with its executor, which must outlive it.
    private struct State {
        var waiting: [(job: UnownedJob, executor: ThreadExecutor)] = []
        var isOver = false
    }

    func add(_ job: UnownedJob, for executor: ThreadExecutor) {
        state.withLock { $0.waiting.append((job, executor)) }
        wake.signal()
    }

    func end() {
        state.withLock { $0.isOver = true }
        wake.signal()
    }

    func run() {
        while true {
            let (jobs, isOver) = state.withLock { state in
                defer { state.waiting = [] }
                return (state.waiting, state.isOver)
            }
            for (job, executor) in jobs {
                job.runSynchronously(on: executor.asUnownedSerialExecutor())
            }
            guard jobs.isEmpty else { continue }
            if isOver { return }
            var polled = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, -1)
            wake.clear()
        }
    }
}
