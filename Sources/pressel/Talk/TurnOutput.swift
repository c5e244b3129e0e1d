import Synchronization
import Voice
import Web

/// What comes of a turn, between the turn and whoever takes it: in order, and with as much sound
/// as may wait. One who writes sound, one who reads.
final class TurnOutput: Sendable {
    private struct State {
        var facts = TalkFacts()
        var events: [TalkEvent] = []
        var soundBytes = 0
        var hasSound = false
        var isReplyComplete = false
        var isOver = false
        var isAbandoned = false
        /// Who waits for anything at all to change; they look again then.
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var waits = 0
    }

    private let state = Mutex(State())

    /// Some ten seconds of MP3, one of WAV: then whoever makes the sound waits for who hears it.
    private static let mostSound = 64 * 1024
    /// More than is told of a reply before its sound.
    private static let longestReply = 16 * 1024

    var facts: TalkFacts { state.withLock { $0.facts } }

    /// Whether there ever was something to hear.
    var hasSound: Bool { state.withLock { $0.hasSound } }

    // MARK: - For the turn

    func note(_ event: TalkEvent) {
        update { state in
            switch event {
            case .transcript(let text): state.facts.transcript = text
            case .reply(let text): state.facts.reply += text
            case .soundBegins, .sound: break
            }
            if !state.isAbandoned { state.events.append(event) }
        }
    }

    func noteProvider(_ name: String, of stage: String) {
        update { state in
            let index = state.facts.providers.firstIndex { $0.stage == stage }
            if let index {
                state.facts.providers[index].name = name
            } else {
                state.facts.providers.append((stage, name))
            }
        }
    }

    func noteReplyComplete() { update { $0.isReplyComplete = true } }

    /// There is something to hear, elsewhere.
    func noteSound() { update { $0.hasSound = true } }

    /// Why nothing can come of it any more.
    func note(_ failure: HTTPError) { update { $0.facts.failure = failure } }

    /// Returns when there is room for more.
    ///
    /// - Throws: `CancellationError` when nobody takes it any more.
    func send(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        update { state in
            guard !state.isAbandoned else { return }
            state.hasSound = true
            state.soundBytes += bytes.count
            if case .sound(let before)? = state.events.last {
                state.events[state.events.count - 1] = .sound(before + bytes)
            } else {
                state.events.append(.sound(bytes))
            }
        }
        try await wait { $0.soundBytes <= Self.mostSound }
    }

    /// Returns when everything so far was taken.
    func drain() async throws { try await wait { $0.soundBytes == 0 } }

    /// The turn is over, and was kept.
    func end(_ change: (inout TalkFacts) -> Void) {
        update { state in
            change(&state.facts)
            state.isOver = true
        }
    }

    // MARK: - For the reader

    /// The next event; nil when there will be none.
    func next() async -> TalkEvent? {
        while true {
            let (event, isOver) = state.withLock { state -> (TalkEvent?, Bool) in
                guard !state.events.isEmpty else {
                    return (nil, state.isOver || state.isAbandoned)
                }
                let event = state.events.removeFirst()
                if case .sound(let bytes) = event { state.soundBytes -= bytes.count }
                return (event, false)
            }
            if let event {
                if case .sound = event { update { _ in } }
                return event
            }
            if isOver { return nil }
            do {
                try await wait { !$0.events.isEmpty || $0.isOver }
            } catch {
                return nil
            }
        }
    }

    /// Returns when the turn has got so far, or is over, or nobody waits any more.
    func gets(to milestone: TalkMilestone) async {
        try? await wait { state in
            switch milestone {
            // One that does not end waits for somebody to hear its beginning.
            case .reply:
                state.isReplyComplete || state.isOver
                    || state.facts.reply.utf8.count > Self.longestReply
            case .sound: state.hasSound || state.isOver
            }
        }
    }

    func ends() async {
        while !state.withLock({ $0.isOver }) {
            guard !Task.isCancelled else { return }
            await waitForChange(unless: \.isOver)
        }
    }

    /// Nobody takes anything any more.
    func abandon() {
        update { state in
            state.isAbandoned = true
            state.events = []
            state.soundBytes = 0
        }
    }

    // MARK: - Waiting

    /// Returns when `condition` holds.
    ///
    /// - Throws: `CancellationError` if nobody takes anything any more, or the task is cancelled.
    private func wait(for condition: (State) -> Bool) async throws {
        while true {
            try Task.checkCancellation()
            let (holds, isAbandoned) = state.withLock { (condition($0), $0.isAbandoned) }
            if isAbandoned { throw CancellationError() }
            if holds { return }
            await waitForChange(unless: { condition($0) || $0.isAbandoned })
        }
    }

    /// Returns when something changed, or the task was cancelled.
    private func waitForChange(unless condition: (State) -> Bool) async {
        let number = state.withLock { state in
            state.waits += 1
            return state.waits
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state -> Bool in
                    if condition(state) || Task.isCancelled { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }

    private func update(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for waiter in waiting { waiter.resume() }
    }
}
