import FoundationEssentials
import Linux
import Synchronization
public import Voice

/// What happens on the device, for whoever listens over the network. Whoever comes back soon gets
/// what they missed; whoever is too slow loses something and is told so, and nobody waits for them.
public final class EventHub: Sendable {
    /// One thing that happened, as it is sent.
    struct Event: Sendable {
        /// Counted from 1 since the hub was made.
        let number: Int
        let name: String
        /// One line of JSON.
        let data: [UInt8]
        /// It says how things are at a moment, and is worth nothing later.
        let isFleeting: Bool
    }

    private let clock: any MomentClock
    private let state = Mutex(State())
    /// Tells the numbers of this hub from those of the one before a restart.
    let token: String

    private struct State {
        var last = 0
        /// The newest, without the fleeting ones.
        var kept: [Event] = []
        var listeners: [ObjectIdentifier: EventListener] = [:]
        /// When the last listener left.
        var lastLeft: Moment?
    }

    private static let mostKept = 256
    private static let mostListeners = 8
    /// So long somebody who left may come back for what they missed.
    private static let patience = Duration.seconds(60)

    public init(clock: any MomentClock) {
        self.clock = clock
        token = String(UInt64(bitPattern: clock.now.nanoseconds), radix: 36)
    }

    /// Whether anybody listens, or may come back for what happens now.
    public var isFollowed: Bool {
        let now = clock.now
        return state.withLock { Self.isFollowed($0, at: now) }
    }

    /// How many listen.
    public var listeners: Int { state.withLock { $0.listeners.count } }

    private static func isFollowed(_ state: State, at now: Moment) -> Bool {
        if !state.listeners.isEmpty { return true }
        return state.lastLeft.map { now - $0 < patience } ?? false
    }

    /// Tells everybody, without waiting.
    ///
    /// - Parameter isFleeting: it says how things are at a moment, and is worth nothing later.
    public func post(_ name: String, isFleeting: Bool = false, _ value: some Encodable) {
        let now = clock.now
        var data: [UInt8] = []
        if isFollowed {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let encoded = try? encoder.encode(value) else { return }
            data = [UInt8](encoded)
        }
        // Numbered, kept and given in one order.
        state.withLock { state in
            state.last += 1
            guard !data.isEmpty, Self.isFollowed(state, at: now) else { return state.kept = [] }
            let event = Event(
                number: state.last, name: name, data: data, isFleeting: isFleeting)
            if !isFleeting {
                state.kept.append(event)
                state.kept.removeFirst(max(0, state.kept.count - Self.mostKept))
            }
            for listener in state.listeners.values { listener.give(event) }
        }
    }

    /// - Parameter last: the id of the last event that this listener got, if they had some.
    /// - Returns: nil if there are too many. It listens until it leaves.
    func listen(after last: String?) -> (listener: EventListener, isContinued: Bool)? {
        state.withLock { state in
            guard state.listeners.count < Self.mostListeners else { return nil }
            let listener = EventListener(self)
            let missed = number(of: last).flatMap { number in
                Self.missed(since: number, state)
            }
            for event in missed ?? [] { listener.give(event) }
            state.listeners[ObjectIdentifier(listener)] = listener
            return (listener, missed != nil)
        }
    }

    /// - Returns: nil if they are not all known any more.
    private static func missed(since number: Int, _ state: State) -> [Event]? {
        guard number <= state.last else { return nil }
        if number == state.last { return [] }
        guard let first = state.kept.first, first.number <= number else { return nil }
        return state.kept.filter { $0.number > number }
    }

    private func number(of id: String?) -> Int? {
        guard let parts = id?.split(separator: "-"), parts.count == 2, parts[0] == token else {
            return nil
        }
        return Int(parts[1])
    }

    func leave(_ listener: EventListener) {
        let now = clock.now
        state.withLock { state in
            state.listeners[ObjectIdentifier(listener)] = nil
            state.lastLeft = now
        }
    }
}

/// What one listener has not been sent yet.
final class EventListener: Sendable {
    private let hub: EventHub
    private let wake = Wake()
    private let state = Mutex(State())

    private struct State {
        var waiting: [EventHub.Event] = []
        var hasLost = false
    }

    private static let mostWaiting = 256

    init(_ hub: EventHub) { self.hub = hub }

    /// Can be read when there is something.
    var descriptor: CInt { wake.descriptor }

    /// Keeps `event` for the listener. One who does not come for what there is loses what is
    /// fleeting first, and then all of it.
    func give(_ event: EventHub.Event) {
        state.withLock { state in
            if state.waiting.count >= Self.mostWaiting {
                state.waiting.removeAll(where: \.isFleeting)
            }
            if state.waiting.count >= Self.mostWaiting {
                state.waiting = []
                state.hasLost = true
            }
            state.waiting.append(event)
        }
        wake.signal()
    }

    /// What there is, and whether something before it is lost.
    func take() -> (events: [EventHub.Event], hasLost: Bool) {
        wake.clear()
        return state.withLock { state in
            defer { state = State() }
            return (state.waiting, state.hasLost)
        }
    }

    /// No more is kept for it.
    func leave() { hub.leave(self) }
}
