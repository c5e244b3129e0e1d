import Linux
import Synchronization
import Voice

/// One exchange: what the thread that talks to the server and the task that waits for the answer
/// share. Who reads too slowly makes the thread pause, and it goes on when there is room.
final class Transfer: Sendable {
    let request: HTTPRequest
    /// What the client's thread is to do; called outside of the lock.
    private let ask: @Sendable (Transfer, Demand) -> Void
    private let state = Mutex(State())

    /// What a transfer wants of the client's thread.
    enum Demand: Sendable {
        case goOn
        case hangUp
    }

    /// How much of an answer waits to be read: more than a second of 24 kHz speech.
    static let room = 64 * 1024
    /// How long, and how much of, an answer nobody wants is taken for the connection's sake.
    private static let restTime = Duration.seconds(1)
    private static let restBytes = 64 * 1024

    fileprivate struct State {
        var head: HTTPHeaders?
        var status = 0
        var bytes: [UInt8] = []
        var end: Result<Void, HTTPFailure>?
        var isPaused = false
        var isUploaded = false
        var isDiscarding = false
        var discarded = 0
        var waitsForHead: CheckedContinuation<Result<Void, HTTPFailure>, Never>?
        var waitsForBytes: CheckedContinuation<Result<[UInt8]?, HTTPFailure>, Never>?
        /// When it is too late for whatever comes next; nil while nothing is to be waited for.
        var deadline: (at: Moment, after: Duration)?
    }

    init(_ request: HTTPRequest, ask: @escaping @Sendable (Transfer, Demand) -> Void) {
        self.request = request
        self.ask = ask
    }

    // MARK: - For the task that waits

    /// Returns when the head of the answer is there.
    func response() async throws(HTTPFailure) -> (status: Int, headers: HTTPHeaders) {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now: Result<Void, HTTPFailure>? = state.withLock { state in
                    if state.head != nil { return .success(()) }
                    if let end = state.end { return withoutHead(end) }
                    state.waitsForHead = continuation
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            letGo()
        }
        try result.get()
        return state.withLock { ($0.status, $0.head!) }
    }

    /// The next bytes of the body, nil at its end.
    func next() async throws(HTTPFailure) -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (now, goesOn) = state.withLock {
                    state -> (Result<[UInt8]?, HTTPFailure>?, Bool) in
                    if !state.bytes.isEmpty {
                        defer {
                            state.bytes = []
                            state.isPaused = false
                        }
                        return (.success(state.bytes), state.isPaused)
                    }
                    if let end = state.end { return (end.map { nil }, false) }
                    state.waitsForBytes = continuation
                    return (nil, false)
                }
                if goesOn { ask(self, .goOn) }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            letGo()
        }
        return try result.get()
    }

    /// Nobody waits any more: hangs up, unless it is over.
    func letGo() {
        let isDiscarding = state.withLock { $0.isDiscarding }
        if !isDiscarding { hangUp() }
    }

    private func hangUp() {
        if finish(.failure(.cancelled)) { ask(self, .hangUp) }
    }

    func discardRest() {
        let goesOn = state.withLock { state in
            state.isDiscarding = true
            state.bytes = []
            state.deadline = (.now + Self.restTime, Self.restTime)
            defer { state.isPaused = false }
            return state.isPaused
        }
        // Also without a pause: the thread sleeps until the old deadline.
        if goesOn || state.withLock({ $0.end == nil }) { ask(self, .goOn) }
    }

    // MARK: - For the client's thread

    var isOver: Bool { state.withLock { $0.end != nil } }

    /// When the thread has to look at this again.
    var deadline: Moment? { state.withLock { $0.deadline?.at } }

    /// There are bytes to send, which the connection should take.
    ///
    /// - Parameter isProgress: it has just taken some.
    func expectUpload(isProgress: Bool) {
        state.withLock { state in
            guard state.head == nil, !state.isUploaded, isProgress || state.deadline == nil else {
                return
            }
            state.deadline = (.now + request.limits.stall, request.limits.stall)
        }
    }

    /// Everything that was said was sent; the next word may take its time.
    func awaitUpload() {
        state.withLock { state in
            if state.head == nil, !state.isUploaded { state.deadline = nil }
        }
    }

    /// The request went out, all of it.
    func uploaded() {
        state.withLock { state in
            guard state.head == nil else { return }
            state.isUploaded = true
            let limit = request.limits.firstByte
            state.deadline = (.now + limit, limit)
        }
    }

    /// The head of an answer is there; that of an interim one is followed by another.
    func begin(status: Int, headers: HTTPHeaders) {
        guard status >= 200 else { return }
        let waiter = state.withLock { state in
            state.status = status
            state.head = headers
            state.expectMore(within: request.limits.stall)
            defer { state.waitsForHead = nil }
            return state.waitsForHead
        }
        waiter?.resume(returning: .success(()))
    }

    /// - Returns: false if there is no room: it has to be offered again.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (isTaken, waiter) = state.withLock {
            state -> (Bool, CheckedContinuation<Result<[UInt8]?, HTTPFailure>, Never>?) in
            if state.isDiscarding {
                state.discarded += bytes.count
                if state.discarded > Self.restBytes { state.deadline = (.now, Self.restTime) }
                return (true, nil)
            }
            guard state.bytes.count < Self.room else {
                state.isPaused = true
                state.deadline = nil
                return (false, nil)
            }
            state.expectMore(within: request.limits.stall)
            guard let waiter = state.waitsForBytes else {
                state.bytes += bytes
                return (true, nil)
            }
            state.waitsForBytes = nil
            return (true, waiter)
        }
        waiter?.resume(returning: .success(Array(bytes)))
        return isTaken
    }

    /// The exchange is over; only the first end counts.
    ///
    /// - Returns: whether this was it.
    @discardableResult
    func finish(_ end: Result<Void, HTTPFailure>) -> Bool {
        let (isFirst, head, body) = state.withLock { state in
            guard state.end == nil else {
                return (
                    false, nil as CheckedContinuation<Result<Void, HTTPFailure>, Never>?,
                    nil as CheckedContinuation<Result<[UInt8]?, HTTPFailure>, Never>?
                )
            }
            state.end = end
            state.deadline = nil
            defer {
                state.waitsForHead = nil
                state.waitsForBytes = nil
            }
            return (true, state.waitsForHead, state.waitsForBytes)
        }
        head?.resume(returning: withoutHead(end))
        body?.resume(returning: end.map { nil })
        return isFirst
    }

    /// An exchange that ends well without a head never was one of HTTP.
    private func withoutHead(_ end: Result<Void, HTTPFailure>) -> Result<Void, HTTPFailure> {
        end.flatMap { .failure(.broken(host: request.host, reason: "it sent no answer")) }
    }

    /// - Returns: whether it took too long and is over.
    func isLate(at now: Moment) -> Bool {
        guard let late = state.withLock({ $0.deadline }), late.at <= now else { return false }
        finish(.failure(.timedOut(host: request.host, after: late.after)))
        return true
    }
}

extension Transfer.State {
    fileprivate mutating func expectMore(within limit: Duration) {
        if !isDiscarding { deadline = (.now + limit, limit) }
    }
}
