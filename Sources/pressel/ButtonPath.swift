import Linux
import Synchronization
import Voice

/// The way from every button, also the one over the network, to the conversation; or to whoever
/// waits for a press that is to be nothing but that.
final class ButtonPath: Sendable {
    private let state = Mutex(State())

    /// - Parameter isRemote: as in `take`.
    typealias Conversation = @Sendable (ButtonEvent, _ isRemote: Bool) -> Void

    private struct State {
        var conversation: Conversation?
        var waiting: AsyncStream<ButtonEvent>.Continuation?
        /// A press was taken, and so is its release.
        var isDown = false
    }

    /// Events go there from now on; nil for nowhere.
    func lead(to conversation: Conversation?) {
        state.withLock { $0.conversation = conversation }
    }

    /// Where an event goes.
    private enum Way {
        case test(AsyncStream<ButtonEvent>.Continuation?)
        case conversation(Conversation?)
    }

    /// Returns at once.
    ///
    /// - Parameter isRemote: it is pressed over the network, by nobody who stands before the device.
    ///   While the device's own button is waited for, such a press leads nowhere.
    /// - Returns: false if it led nowhere.
    @discardableResult
    func take(_ event: ButtonEvent, isRemote: Bool = false) -> Bool {
        let way: Way = state.withLock { state in
            switch event {
            case .pressed:
                guard let waiting = state.waiting else { return .conversation(state.conversation) }
                guard !isRemote else { return .conversation(nil) }
                state.isDown = true
                return .test(waiting)
            case .released:
                guard state.isDown, !isRemote else { return .conversation(state.conversation) }
                state.isDown = false
                return .test(state.waiting)
            }
        }
        switch way {
        case .test(let waiting): waiting?.yield(event)
        case .conversation(let handle):
            guard let handle else { return false }
            handle(event, isRemote)
        }
        return true
    }

    /// What became of a press that was waited for.
    enum Press: Equatable {
        case none
        case held(Duration)
        /// It was not let go in time.
        case stillDown
    }

    /// Waits for a press and its release, which the conversation does not get. One at a time.
    func press(within limit: Duration, clock: some MomentClock) async -> Press {
        let (events, post) = AsyncStream.makeStream(
            of: ButtonEvent.self, bufferingPolicy: .bufferingOldest(10))
        state.withLock { $0.waiting = post }
        let timer = Task {
            try? await clock.sleep(for: limit)
            post.finish()
        }
        defer {
            timer.cancel()
            state.withLock { $0.waiting = nil }
        }
        var down: Moment?
        for await event in events {
            switch event {
            case .pressed(let moment): down = moment
            case .released(let moment): if let down { return .held(moment - down) }
            }
        }
        return down == nil ? .none : .stillDown
    }
}
