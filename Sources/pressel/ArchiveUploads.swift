import Glibc
import Linux
import Providers
import Store
import Synchronization
import Voice
import Web

/// Copies finished turns to the archive, one object after the other, and only while nobody talks to
/// the device: a press hangs up on what is on its way, and it goes again afterwards, so that a
/// narrow line belongs to the one who waits for an answer.
///
/// What cannot be copied now stays in the queue. After a failure the next try comes in 30 s, then
/// twice as late each time, up to an hour; what the owner must mend is tried each hour.
final class ArchiveUploads: Sendable {
    /// Stores an object.
    typealias Put =
        @Sendable (
            _ bytes: [UInt8], _ key: String, _ type: String
        ) async throws(S3Failure) -> Void

    private let memory: Memory
    private let place: Place
    private let prefix: String
    private let clock: any MomentClock
    private let unixTime: @Sendable () -> Int64?
    private let log: Log
    private let bell: Bell
    private let state = Mutex(State())

    enum Place: Sendable {
        case bucket(put: Put)
        /// In one line, why nothing can be stored.
        case unusable(String)
    }

    private struct State {
        var isBusy = false
        var upload: Task<S3Failure?, Never>?
        var failures = 0
        var problem: String?
        var done = 0
    }

    static let firstPause = Duration.seconds(30)
    static let longestPause = Duration.seconds(3600)
    /// A step of the wall clock against the other by more than this has set it.
    private static let clockStep: Int64 = 60
    /// What is larger would take too much memory for a moment: six minutes of an answer.
    private static let largest = 64 << 20

    /// - Parameter bell: is rung when something is queued.
    init(
        _ memory: Memory, to place: Place, prefix: String, clock: any MomentClock,
        unixTime: @escaping @Sendable () -> Int64?, bell: Bell, log: Log
    ) {
        self.memory = memory
        self.place = place
        self.prefix = prefix
        self.clock = clock
        self.unixTime = unixTime
        self.log = log
        self.bell = bell
        // For what was queued before the program began.
        bell.ring()
    }

    /// Nil where the settings name no archive.
    convenience init?(_ appliance: Appliance, memory: Memory, bell: Bell) {
        let place: Place
        var prefix = ""
        switch appliance.archive {
        case .none: return nil
        case .unusable(let reason): place = .unusable(reason)
        case .bucket(let bucket, let below):
            place = .bucket { bytes, key, type throws(S3Failure) in
                try await bucket.put(bytes, at: key, type: type)
            }
            prefix = below
        }
        self.init(
            memory, to: place, prefix: prefix, clock: appliance.clock,
            unixTime: { SystemWallClock.unixTime }, bell: bell,
            log: appliance.log.of("archive"))
    }

    /// Works until the task is cancelled.
    func run() async {
        if case .unusable(let reason) = place {
            log.warning("\(reason); until then turns wait on the device")
            return state.withLock { $0.problem = reason }
        }
        for await _ in bell.rings {
            await workOff()
            if Task.isCancelled { return }
        }
    }

    /// A turn begins, or is over.
    func turn(isGoingOn: Bool) {
        let upload = state.withLock { state in
            state.isBusy = isGoingOn
            return isGoingOn ? state.upload : nil
        }
        upload?.cancel()
        if !isGoingOn { bell.ring() }
    }

    /// What waits, and why, if it should not.
    func status() async -> DeviceStatus.Archive {
        let waiting = try? await memory.waitingUploads()
        let (problem, done) = state.withLock { ($0.problem, $0.done) }
        return DeviceStatus.Archive(waiting: waiting ?? 0, uploaded: done, problem: problem)
    }

    // MARK: - The work

    /// Until the queue is empty or a turn begins.
    private func workOff() async {
        while !Task.isCancelled, !state.withLock({ $0.isBusy }) {
            do {
                guard let next = try await memory.nextUpload() else { return }
                guard unixTime() != nil else {
                    try await waitForClock(longest: Self.longestPause)
                    continue
                }
                try await work(on: next)
            } catch let error as MemoryError {
                guard await pause(after: "\(error)", .time) else { return }
            } catch {
                return
            }
        }
    }

    private func work(on next: PendingUpload) async throws {
        let key = archiveKey(next.key, below: prefix)
        let bytes: [UInt8]
        switch next.content {
        case .bytes(let text): bytes = text
        case .file(_, let size) where size > Self.largest:
            log.warning("\(key) is left out: its \(size >> 20) MB are too many")
            return try await memory.removeUpload(next.number)
        case .file(let path, let size):
            let read = await onThread("archive") {
                Result { () throws(SystemError) in try readFile(path, atMost: size) }
            }
            switch read {
            case .success(let sound): bytes = sound
            // Gone where the queue was too full meanwhile: then it has another beginning.
            case .failure(let error) where error.code == ENOENT:
                return try await memory.removeUpload(next.number)
            case .failure(let error):
                try await memory.postponeUpload(next.number)
                _ = await pause(after: "\(error)", .time)
                return
            }
        }
        switch await upload(bytes, key, next.type) {
        case .done:
            try await memory.removeUpload(next.number)
            succeeded()
        case .interrupted: return
        case .failed(let failure) where failure.cure == .none:
            log.warning("\(key) is left out: \(failure)")
            try await memory.removeUpload(next.number)
        case .failed(let failure):
            // It may be about this object alone.
            if failure.cure == .owner { try await memory.postponeUpload(next.number) }
            _ = await pause(after: "\(failure)", failure.cure)
        }
    }

    private enum End {
        case done
        /// By a turn, or by the end of the program.
        case interrupted
        case failed(S3Failure)
    }

    private func upload(_ bytes: [UInt8], _ key: String, _ type: String) async -> End {
        guard case .bucket(let put) = place else { return .interrupted }
        let task = Task { () -> S3Failure? in
            do throws(S3Failure) {
                try await put(bytes, key, type)
                return nil
            } catch {
                return error
            }
        }
        let isBusy = state.withLock { state in
            state.upload = task
            return state.isBusy
        }
        if isBusy { task.cancel() }
        let failure = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        state.withLock { $0.upload = nil }
        guard let failure else { return .done }
        return failure.error == .cancelled ? .interrupted : .failed(failure)
    }

    private func succeeded() {
        let hadProblem = state.withLock { state in
            defer {
                state.problem = nil
                state.failures = 0
                state.done += 1
            }
            return state.problem != nil
        }
        if hadProblem { log.info("the archive takes turns again") }
    }

    /// - Returns: false if the program ends.
    private func pause(after problem: String, _ cure: S3Failure.Cure) async -> Bool {
        let (number, isNew) = state.withLock { state in
            defer {
                state.failures += 1
                state.problem = problem
            }
            return (state.failures, state.problem == nil)
        }
        // Once, however often it is tried.
        if isNew { log.warning("\(problem); turns wait on the device, and it is tried again") }
        do {
            switch cure {
            case .clock: try await waitForClock(longest: Self.longestPause)
            case .owner: try await clock.sleep(for: Self.longestPause)
            case .time, .none: try await clock.sleep(for: Self.backOff(number))
            }
            return true
        } catch {
            return false
        }
    }

    /// - Parameter number: of the failures before.
    static func backOff(_ number: Int) -> Duration {
        min(firstPause * (1 << min(number, 20)), longestPause)
    }

    /// Returns soon after the wall clock was set, and otherwise after `longest`.
    private func waitForClock(longest: Duration) async throws {
        let end = clock.now + longest
        let before = wallAgainstClock
        while clock.now < end {
            try await clock.sleep(for: Self.firstPause)
            let now = wallAgainstClock
            guard let before, let now else {
                if before != nil || now != nil { return }
                continue
            }
            if abs(now - before) > Self.clockStep { return }
        }
    }

    /// By how much the wall clock is ahead of the monotonic one, in seconds.
    private var wallAgainstClock: Int64? {
        unixTime().map { $0 - clock.now.nanoseconds / 1_000_000_000 }
    }
}

/// Calls one who may be busy: several rings meanwhile are one.
struct Bell: Sendable {
    let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (rings, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func ring() { continuation.yield() }
}
