import Glibc
import Linux
import Synchronization
import Voice

/// One connection to a Wyoming server: tasks send and read events, a thread of its own moves the
/// bytes. One reader. Letting go of it hangs up.
final class WyomingConnection: Sendable {
    private let line: WyomingLine

    /// Begins to connect, and returns at once.
    init(to address: WyomingAddress, limits: WyomingLimits = WyomingLimits()) {
        line = WyomingLine(limits)
        startThread("wyoming") { [line] in line.run(to: address) }
    }

    deinit { line.hangUp() }

    /// Returns when it is connected.
    ///
    /// - Throws: why it never was; whoever is cancelled hangs up.
    func opened() async throws(WyomingEnd) { try await line.opened() }

    /// Queues an event, also before there is a connection. One that cannot be sent any more is
    /// dropped: whoever reads is told why.
    func send(_ event: WyomingEvent) { line.send(event.bytes) }

    /// The next event.
    ///
    /// - Parameter limit: how long to wait for it; nil is as `expectAnswer` says, or for ever.
    /// - Throws: why there will be no more; whoever is cancelled hangs up.
    func next(within limit: Duration? = nil) async throws(WyomingEnd) -> WyomingEvent {
        try await line.next(within: limit)
    }

    /// From here on the other side has something to say: a reader that waits without a limit of
    /// its own gives up after this one.
    func expectAnswer(within limit: Duration) { line.expectAnswer(within: limit) }

    /// Keeps it for later, for so long; nil is for ever.
    ///
    /// - Returns: false if it is over already.
    @discardableResult
    func keep(for time: Duration?) -> Bool { line.keep(for: time) }

    /// Ends it at once.
    func hangUp() { line.hangUp() }

    /// Whether it is connected, or may be soon.
    var isAlive: Bool { line.isAlive }
}

/// Why a connection gives nothing more.
enum WyomingEnd: Error, Equatable {
    /// There never was a connection.
    case unreachable(reason: String)
    /// The other side hung up, between two events.
    case closed
    /// The connection broke, or what came over it is no Wyoming.
    case broken(reason: String)
    case timedOut(after: Duration)
    /// Nobody here wants it any more.
    case cancelled
}

/// What one connection may take.
struct WyomingLimits: Sendable {
    /// Looking up the name included.
    var connect = Duration.seconds(5)
    /// Bytes that wait to be read; then the other side is held back.
    var incoming = 256 * 1024
    /// Bytes that wait to be sent: the longest recording is 20 MB at most.
    var outgoing = 32 << 20
    /// How long the other side may take nothing of what waits for it.
    var stall = Duration.seconds(10)
}

/// What the tasks and the thread of one connection share.
private final class WyomingLine: Sendable {
    private let limits: WyomingLimits
    private let wake = Wake()
    private let state = Mutex(State())

    private typealias Opener = CheckedContinuation<Result<Void, WyomingEnd>, Never>
    private typealias Reader = CheckedContinuation<Result<WyomingEvent, WyomingEnd>, Never>

    /// When something has to have happened, and how long was given.
    private struct Due {
        let moment: Moment
        let limit: Duration

        init(in limit: Duration) {
            moment = .now + limit
            self.limit = limit
        }
    }

    private struct State {
        var isOpen = false
        var opener: Opener?
        var outbox: [UInt8] = []
        /// Of what the thread has taken out of the outbox.
        var unsent = 0
        var inbox: [WyomingEvent] = []
        var incoming = 0
        var reader: Reader?
        var readerDue: Due?
        var answerDue: Due?
        var keptUntil: Moment?
        var isHungUp = false
        var end: WyomingEnd?

        /// Silence counts only while somebody listens.
        var silenceDue: Due? { reader == nil ? nil : readerDue ?? answerDue }
    }

    init(_ limits: WyomingLimits) { self.limits = limits }

    // MARK: - For tasks

    var isAlive: Bool { state.withLock { $0.end == nil && !$0.isHungUp } }

    func opened() async throws(WyomingEnd) {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (opener: Opener) in
                let answer = state.withLock { state -> Result<Void, WyomingEnd>? in
                    if state.isHungUp { return .failure(.cancelled) }
                    if state.isOpen { return .success(()) }
                    if let end = state.end { return .failure(end) }
                    state.opener = opener
                    return nil
                }
                if let answer { opener.resume(returning: answer) }
            }
        } onCancel: {
            hangUp()
        }
        try result.get()
    }

    func send(_ bytes: [UInt8]) {
        let isTooMuch = state.withLock { state in
            guard state.end == nil, !state.isHungUp else { return false }
            guard state.outbox.count + state.unsent + bytes.count <= limits.outgoing else {
                return true
            }
            state.outbox += bytes
            return false
        }
        if isTooMuch { end(.broken(reason: "it takes nothing of what is sent")) }
        wake.signal()
    }

    func next(within limit: Duration?) async throws(WyomingEnd) -> WyomingEvent {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (reader: Reader) in
                let (answer, wakes) = state.withLock { state in
                    take(&state, for: reader, due: limit.map { Due(in: $0) })
                }
                if wakes { wake.signal() }
                if let answer { reader.resume(returning: answer) }
            }
        } onCancel: {
            hangUp()
        }
        return try result.get()
    }

    /// - Returns: the answer, if there is one already, and whether the thread must look anew: it
    ///   may read again, or has another moment to wake at.
    private func take(
        _ state: inout State, for reader: Reader, due: Due?
    ) -> (Result<WyomingEvent, WyomingEnd>?, Bool) {
        guard !state.inbox.isEmpty else {
            if state.isHungUp { return (.failure(.cancelled), false) }
            if let end = state.end { return (.failure(end), false) }
            state.reader = reader
            state.readerDue = due
            return (nil, true)
        }
        let event = state.inbox.removeFirst()
        let wasFull = state.incoming >= limits.incoming
        state.incoming -= Self.size(of: event)
        return (.success(event), wasFull && state.incoming < limits.incoming)
    }

    func expectAnswer(within limit: Duration) {
        state.withLock { $0.answerDue = Due(in: limit) }
        wake.signal()
    }

    func keep(for time: Duration?) -> Bool {
        defer { wake.signal() }
        return state.withLock { state in
            state.keptUntil = time.map { .now + $0 }
            return state.end == nil && !state.isHungUp
        }
    }

    /// Also before there is a connection: then the thread ends as soon as it looks.
    func hangUp() {
        let (opener, reader) = state.withLock { state in
            state.isHungUp = true
            state.inbox = []
            state.outbox = []
            return Self.waiting(&state)
        }
        opener?.resume(returning: .failure(.cancelled))
        reader?.resume(returning: .failure(.cancelled))
        wake.signal()
    }

    /// Those who wait, who are to be told once.
    private static func waiting(_ state: inout State) -> (Opener?, Reader?) {
        defer { (state.opener, state.reader) = (nil, nil) }
        return (state.opener, state.reader)
    }

    // MARK: - For the thread

    private var isHungUp: Bool { state.withLock { $0.isHungUp } }

    private func end(_ end: WyomingEnd) {
        let (opener, reader) = state.withLock { state in
            state.end = state.end ?? end
            state.outbox = []
            return Self.waiting(&state)
        }
        opener?.resume(returning: .failure(end))
        reader?.resume(returning: .failure(end))
    }

    /// Blocks until the connection is over, or nobody wants it any more.
    func run(to address: WyomingAddress) {
        let dial = WyomingDial(to: address, within: limits.connect, wake: wake.descriptor) {
            [self] in
            wake.clear()
            return isHungUp
        }
        do {
            let socket = try dial.connect()
            defer { close(socket) }
            let opener = state.withLock { state in
                state.isOpen = true
                defer { state.opener = nil }
                return state.opener
            }
            opener?.resume(returning: .success(()))
            end(move(over: socket))
        } catch {
            end(error)
        }
    }

    /// What the thread has to know of what the tasks want.
    private struct Wishes {
        let isOver: Bool
        let hasRoom: Bool
        let new: [UInt8]
    }

    private func wishes(unsent: Int) -> Wishes {
        wake.clear()
        return state.withLock { state in
            // One part after the other, so that what is sent keeps its place.
            let new = unsent == 0 ? state.outbox : []
            if unsent == 0 { state.outbox = [] }
            state.unsent = unsent + new.count
            if let kept = state.keptUntil, .now >= kept { state.end = state.end ?? .closed }
            return Wishes(
                isOver: state.isHungUp || state.end != nil,
                hasRoom: state.incoming < limits.incoming, new: new)
        }
    }

    /// - Returns: why it is over.
    private func move(over socket: CInt) -> WyomingEnd {
        var parser = WyomingFrameParser()
        var unsent = ArraySlice<UInt8>()
        var lastProgress = Moment.now
        // What came before the other side hung up is still to be read.
        var sendFailure: WyomingEnd?
        while true {
            let wishes = wishes(unsent: unsent.count)
            if wishes.isOver { return .cancelled }
            if !wishes.new.isEmpty {
                unsent = wishes.new[...]
                lastProgress = .now
            }
            switch send(&unsent, over: socket) {
            case .moved: lastProgress = .now
            case .stood: break
            case .failed(let end):
                unsent = []
                sendFailure = sendFailure ?? end
            }
            var hasMore = false
            if wishes.hasRoom {
                switch receive(socket, &parser) {
                case .moved: hasMore = true
                case .stood: if let sendFailure { return sendFailure }
                case .failed(let end): return end
                }
            }
            // Also where more is coming: it may never be whole, or never be all.
            let now = Moment.now
            let (silence, kept) = state.withLock { ($0.silenceDue, $0.keptUntil) }
            if let silence, now >= silence.moment { return .timedOut(after: silence.limit) }
            let stallDue = unsent.isEmpty ? nil : lastProgress + limits.stall
            if let stallDue, now >= stallDue { return .timedOut(after: limits.stall) }
            if hasMore { continue }
            let due = [silence?.moment, kept, stallDue].compactMap { $0 }.min()
            wait(socket, sends: !unsent.isEmpty, reads: wishes.hasRoom, until: due)
        }
    }

    private enum Step { case moved, stood, failed(WyomingEnd) }

    private func send(_ bytes: inout ArraySlice<UInt8>, over socket: CInt) -> Step {
        var step = Step.stood
        while !bytes.isEmpty {
            let (count, code) = bytes.withUnsafeBytes {
                let count = Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                return (count, errno)
            }
            guard count >= 0 else {
                if code == EINTR { continue }
                return code == EAGAIN ? step : .failed(Self.broken(code))
            }
            bytes = bytes.dropFirst(count)
            step = .moved
        }
        return step
    }

    private func receive(_ socket: CInt, _ parser: inout WyomingFrameParser) -> Step {
        var (count, code) = (0, CInt(0))
        let bytes = [UInt8](unsafeUninitializedCapacity: 32 * 1024) { room, initialized in
            count = recv(socket, room.baseAddress, room.count, 0)
            code = errno
            initialized = max(count, 0)
        }
        if count < 0 {
            return code == EAGAIN || code == EINTR ? .stood : .failed(Self.broken(code))
        }
        guard count > 0 else {
            return .failed(
                parser.isInsideEvent
                    ? .broken(reason: "it hung up in the middle of an event") : .closed)
        }
        for event in parser.append(bytes) { deliver(event) }
        if let failure = parser.failure { return .failed(.broken(reason: failure.description)) }
        return .moved
    }

    private static func broken(_ code: CInt) -> WyomingEnd {
        .broken(reason: String(cString: strerror(code)))
    }

    private func deliver(_ event: WyomingEvent) {
        let reader = state.withLock { state -> Reader? in
            if let reader = state.reader {
                state.reader = nil
                return reader
            }
            guard !state.isHungUp else { return nil }
            state.inbox.append(event)
            state.incoming += Self.size(of: event)
            return nil
        }
        reader?.resume(returning: .success(event))
    }

    /// Small ones take room too.
    private static func size(of event: WyomingEvent) -> Int { event.length + 256 }

    private func wait(_ socket: CInt, sends: Bool, reads: Bool, until due: Moment?) {
        var events = reads ? CInt(POLLIN) : 0
        if sends { events |= CInt(POLLOUT) }
        var polled = [
            // One that hung up would be reported again and again.
            pollfd(fd: events == 0 ? -1 : socket, events: Int16(events), revents: 0),
            pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = due.map { max(0, ($0 - .now).inMilliseconds.rounded(.up)) } ?? 60_000
        poll(&polled, 2, CInt(min(milliseconds, 60_000)))
    }
}
