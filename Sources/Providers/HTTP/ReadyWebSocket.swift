import Voice
import WebSockets

/// Keeps one WebSocket open ahead of its use, so that no handshake stands between what is known and
/// what is done with it. What nobody takes is let go of after a minute.
///
/// `Manner` is what a socket is told at its opening, and cannot be told later.
actor ReadyWebSocket<Manner: Equatable & Sendable> {
    typealias Open = @Sendable (_ manner: Manner) async throws(ProviderError) -> WebSocket

    private struct Ready {
        let number: Int
        let manner: Manner
        let opening: Task<WebSocket, any Error>
        var keeper: Task<Void, Never>?
        /// Once it is open.
        var socket: WebSocket?
    }

    private let open: Open
    private let keepAlive: WebSocketMessage?
    private let clock: any MomentClock
    private var ready: Ready?
    private var count = 0

    private let betweenSigns = Duration.seconds(20)
    /// A minute. A question takes less, and who asks again is prepared for again.
    private let signs = 3

    /// - Parameter keepAlive: what the other side takes for a sign of life, and nothing else; nil if
    ///   it needs none.
    init(clock: any MomentClock, keepAlive: WebSocketMessage? = nil, open: @escaping Open) {
        self.clock = clock
        self.keepAlive = keepAlive
        self.open = open
    }

    /// Sees that there is one for the next minute.
    func prepare(_ manner: Manner) {
        if let ready, ready.manner == manner, ready.socket?.isOpen ?? true {
            ready.keeper?.cancel()
            self.ready!.keeper = keep(ready.number, ready.opening)
            return
        }
        drop()
        count += 1
        let opening = Task { [open] in try await open(manner) }
        ready = Ready(number: count, manner: manner, opening: opening)
        ready!.keeper = keep(count, opening)
    }

    /// The one that is ready or about to be, if it fits and did not end meanwhile; else a new one.
    ///
    /// - Throws: also why the one that is about to be will not be: another try would fail like it.
    func take(_ manner: Manner) async throws(ProviderError) -> (socket: WebSocket, wasReady: Bool) {
        if let ready, ready.manner == manner {
            self.ready = nil
            ready.keeper?.cancel()
            let socket = try await value(of: ready.opening)
            if socket.isOpen { return (socket, true) }
        }
        drop()
        return (try await open(manner), false)
    }

    private func value(
        of opening: Task<WebSocket, any Error>
    ) async throws(ProviderError) -> WebSocket {
        do {
            return try await withTaskCancellationHandler {
                try await opening.value
            } onCancel: {
                opening.cancel()
            }
        } catch {
            throw error as? ProviderError ?? .cancelled
        }
    }

    private func keep(
        _ number: Int, _ opening: Task<WebSocket, any Error>
    ) -> Task<Void, Never> {
        Task { [clock, keepAlive, betweenSigns, signs] in
            if let socket = try? await opening.value {
                opened(number, socket)
                for sign in 1...signs {
                    guard (try? await clock.sleep(for: betweenSigns)) != nil else { return }
                    if sign < signs, let keepAlive { try? socket.send(keepAlive) }
                }
            }
            guard !Task.isCancelled, ready?.number == number else { return }
            drop()
        }
    }

    private func opened(_ number: Int, _ socket: WebSocket) {
        if ready?.number == number { ready!.socket = socket }
    }

    private func drop() {
        ready?.keeper?.cancel()
        ready?.opening.cancel()
        ready?.socket?.hangUp()
        ready = nil
    }
}
