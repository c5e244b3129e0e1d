import Glibc
import Linux
import Synchronization
import Voice

/// One WebSocket: tasks send and read, a thread of its own moves the bytes. One reader. Letting go
/// of it hangs up.
public final class WebSocket: Sendable {
    /// Which side this is: a client masks what it sends.
    public enum Role: Sendable { case client, server }

    private let line: Line

    /// - Parameter line: the one that `Line.run` serves, on another thread.
    public init(_ line: Line) { self.line = line }

    deinit { line.hangUp() }

    /// Queues a message; it goes out as the other side takes it.
    ///
    /// - Throws: if the connection is over, or more waits than its limits allow.
    public func send(_ message: WebSocketMessage) throws(WebSocketEnd) { try line.send(message) }

    /// Returns when at most `bytes` wait to be sent: the back-pressure on whoever has much to send.
    /// For one sender.
    ///
    /// - Throws: if the connection is over; whoever is cancelled hangs up.
    public func drain(to bytes: Int) async throws(WebSocketEnd) { try await line.drain(to: bytes) }

    /// The next message, in the order in which they came.
    ///
    /// - Throws: why there will be no more; whoever is cancelled hangs up.
    public func next() async throws(WebSocketEnd) -> WebSocketMessage { try await line.next() }

    /// Says goodbye behind what is queued. The other side may still send; it ends when it has said
    /// goodbye too, or after a second.
    public func close(code: Int = 1000, reason: String = "") {
        line.close(code: code, reason: reason)
    }

    /// Ends it at once.
    public func hangUp() { line.hangUp() }

    /// Whether messages may still come.
    public var isOpen: Bool { line.isOpen }
}

/// What the tasks and the thread of one WebSocket share.
public final class Line: Sendable {
    private let role: WebSocket.Role
    private let limits: WebSocketLimits
    private let wake = Wake()
    private let state = Mutex(State())

    private typealias Reader = CheckedContinuation<Result<WebSocketMessage, WebSocketEnd>, Never>

    private struct State {
        var outbox: [WebSocketMessage] = []
        /// Of the outbox and of what wslay holds.
        var outgoing = 0
        var inbox: [WebSocketMessage] = []
        var incoming = 0
        var reader: Reader?
        /// Waits until no more than so many bytes wait.
        var sender: (bytes: Int, wake: Sender)?
        var goodbye: (code: Int, reason: String)?
        var isHungUp = false
        var end: WebSocketEnd?
    }

    private typealias Sender = CheckedContinuation<WebSocketEnd?, Never>

    private static let longestGoodbye = Duration.seconds(1)

    public init(_ role: WebSocket.Role, limits: WebSocketLimits = WebSocketLimits()) {
        self.role = role
        self.limits = limits
    }

    // MARK: - For tasks

    var isOpen: Bool { state.withLock { $0.end == nil && !$0.isHungUp && $0.goodbye == nil } }

    func send(_ message: WebSocketMessage) throws(WebSocketEnd) {
        let end = state.withLock { state -> WebSocketEnd? in
            if let end = state.end { return end }
            if state.isHungUp || state.goodbye != nil { return .cancelled }
            guard state.outgoing + message.count <= limits.outgoing else {
                return .broken(reason: "the other side takes nothing")
            }
            state.outgoing += message.count
            state.outbox.append(message)
            return nil
        }
        if let end { throw end }
        wake.signal()
    }

    func drain(to bytes: Int) async throws(WebSocketEnd) {
        let end = await withTaskCancellationHandler {
            await withCheckedContinuation { (sender: Sender) in
                let (isOver, end) = state.withLock { state -> (Bool, WebSocketEnd?) in
                    if let end = state.end { return (true, end) }
                    if state.isHungUp { return (true, .cancelled) }
                    if state.outgoing <= bytes { return (true, nil) }
                    state.sender = (bytes, sender)
                    return (false, nil)
                }
                if isOver { sender.resume(returning: end) }
            }
        } onCancel: {
            hangUp()
        }
        if let end { throw end }
    }

    func next() async throws(WebSocketEnd) -> WebSocketMessage {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (reader: Reader) in
                let (answer, goesOn) = state.withLock { take(&$0, for: reader) }
                if goesOn { wake.signal() }
                if let answer { reader.resume(returning: answer) }
            }
        } onCancel: {
            hangUp()
        }
        return try result.get()
    }

    /// - Returns: the answer, if there is one already, and whether the thread may read again.
    private func take(
        _ state: inout State, for reader: Reader
    ) -> (Result<WebSocketMessage, WebSocketEnd>?, Bool) {
        guard !state.inbox.isEmpty else {
            if state.isHungUp { return (.failure(.cancelled), false) }
            if let end = state.end { return (.failure(end), false) }
            state.reader = reader
            return (nil, false)
        }
        let message = state.inbox.removeFirst()
        let wasFull = state.incoming >= limits.incoming
        state.incoming -= message.count
        return (.success(message), wasFull && state.incoming < limits.incoming)
    }

    /// Says goodbye behind what is queued.
    public func close(code: Int, reason: String) {
        state.withLock { $0.goodbye = $0.goodbye ?? (code, reason) }
        wake.signal()
    }

    /// Also before the thread has a connection: then it ends as soon as it looks.
    public func hangUp() {
        let (reader, sender) = state.withLock { state in
            state.isHungUp = true
            state.inbox = []
            state.outbox = []
            defer {
                state.reader = nil
                state.sender = nil
            }
            return (state.reader, state.sender)
        }
        reader?.resume(returning: .failure(.cancelled))
        sender?.wake.resume(returning: .cancelled)
        wake.signal()
    }

    // MARK: - For the thread

    public var isHungUp: Bool { state.withLock { $0.isHungUp } }

    /// Is readable when somebody hung up or has something to send.
    public var descriptor: CInt { wake.descriptor }

    /// There never was, or is no longer, a connection.
    public func end(_ end: WebSocketEnd) {
        let (reader, sender) = state.withLock { state in
            state.end = state.end ?? end
            defer {
                state.reader = nil
                state.sender = nil
            }
            return (state.reader, state.sender)
        }
        reader?.resume(returning: .failure(end))
        sender?.wake.resume(returning: end)
    }

    /// Moves bytes until the connection is over, or nobody wants it any more. Blocks.
    public func run(over transport: any ByteTransport) {
        let frames = Frames(transport, role: role, longestMessage: limits.message)
        let clock = Watch(limits)
        frames.hasRoom = { [self] in
            state.withLock { $0.incoming < limits.incoming && !$0.isHungUp }
        }
        frames.take = { [self] in deliver($0) }
        frames.sign = { clock.cameSomething() }
        frames.progress = { clock.wentSomething() }
        var goodbyeUntil: Moment?
        do {
            while true {
                wake.clear()
                let (messages, goodbye, isHungUp) = state.withLock { state in
                    defer { state.outbox = [] }
                    return (state.outbox, state.goodbye, state.isHungUp)
                }
                if isHungUp { return end(.cancelled) }
                messages.forEach(frames.queue)
                try frames.pump()
                // Behind all else: wslay sends it before what is queued, and then nothing more.
                if let goodbye, goodbyeUntil == nil, !frames.wantsToSend {
                    frames.queueClose(code: goodbye.code, reason: goodbye.reason)
                    goodbyeUntil = .now + Self.longestGoodbye
                    try frames.pump()
                }
                note(queued: frames.queued)
                guard frames.isOpen else { break }
                if let goodbyeUntil, .now >= goodbyeUntil { break }
                if try clock.isPingDue(hasUnsent: frames.wantsToSend, isReading: frames.hasRoom()) {
                    frames.queuePing()
                    continue
                }
                let due = goodbyeUntil.map { min($0, clock.due) } ?? clock.due
                wait(transport.descriptor, frames, until: due)
            }
            let said = frames.closed.map { WebSocketEnd.closed(code: $0.code, reason: $0.reason) }
            end(said ?? .broken(reason: "what came over it is no WebSocket's, or is too long"))
        } catch {
            let said = frames.closed.map { WebSocketEnd.closed(code: $0.code, reason: $0.reason) }
            end(said ?? error)
        }
    }

    private func wait(_ descriptor: CInt, _ frames: Frames, until due: Moment) {
        var events = frames.hasRoom() ? CInt(POLLIN) : 0
        if frames.wantsToSend { events |= CInt(POLLOUT) }
        var polled = [
            // One that hung up would be reported again and again.
            pollfd(fd: events == 0 ? -1 : descriptor, events: Int16(events), revents: 0),
            pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = max(0, (due - .now).inMilliseconds.rounded(.up))
        poll(&polled, 2, CInt(min(milliseconds, 60_000)))
    }

    private func deliver(_ message: WebSocketMessage) {
        let reader = state.withLock { state -> Reader? in
            if let reader = state.reader {
                state.reader = nil
                return reader
            }
            guard !state.isHungUp else { return nil }
            state.inbox.append(message)
            state.incoming += message.count
            return nil
        }
        reader?.resume(returning: .success(message))
    }

    /// What wslay still holds counts too; what was added meanwhile is already counted.
    private func note(queued: Int) {
        let sender = state.withLock { state -> Sender? in
            state.outgoing = queued + state.outbox.reduce(0) { $0 + $1.count }
            guard let (bytes, sender) = state.sender, state.outgoing <= bytes else { return nil }
            state.sender = nil
            return sender
        }
        sender?.resume(returning: nil)
    }
}

/// When a connection has to show signs of life.
private final class Watch {
    private let limits: WebSocketLimits
    private var lastSign = Moment.now
    private var lastProgress = Moment.now
    private var isAsked = false
    private var hadUnsent = false

    init(_ limits: WebSocketLimits) { self.limits = limits }

    func cameSomething() {
        lastSign = .now
        isAsked = false
    }

    func wentSomething() { lastProgress = .now }

    /// - Throws: if too long nothing came, or nothing went that should have.
    func isPingDue(hasUnsent: Bool, isReading: Bool) throws(WebSocketEnd) -> Bool {
        let now = Moment.now
        if hasUnsent, !hadUnsent { lastProgress = now }
        hadUnsent = hasUnsent
        if hasUnsent, now - lastProgress > limits.stall { throw .timedOut(after: limits.stall) }
        // Who does not listen hears no sign of life.
        if !isReading { lastSign = now }
        guard now - lastSign > limits.quiet else { return false }
        guard !isAsked else {
            if now - lastSign > limits.quiet * 2 { throw .timedOut(after: limits.quiet * 2) }
            return false
        }
        isAsked = true
        return true
    }

    var due: Moment {
        let sign = lastSign + limits.quiet * (isAsked ? 2 : 1)
        return (hadUnsent ? min(sign, lastProgress + limits.stall) : sign) + .milliseconds(1)
    }
}
