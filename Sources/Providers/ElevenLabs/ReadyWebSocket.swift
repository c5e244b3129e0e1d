import Voice
import WebSockets

/// Keeps one WebSocket open ahead of its use, so that no handshake stands between a first clause
/// and its sound.
actor ReadyWebSocket {
    /// - Parameter speed: the one it will be used with; the socket is told at its opening.
    typealias Open = @Sendable (_ speed: Double) async throws(ProviderError) -> WebSocket

    private struct Ready {
        let number: Int
        let speed: Double
        let opening: Task<WebSocket, any Error>
        var keeper: Task<Void, Never>?
        /// Once it is open.
        var socket: WebSocket?
    }

    private let open: Open
    private let keepAlive: WebSocketMessage
    private let clock: any MomentClock
    private var ready: Ready?
    private var count = 0

    private static let betweenSigns = Duration.seconds(20)
    /// A minute. A question takes less, and who asks again is prepared for again.
    private static let signs = 3

    /// - Parameter keepAlive: what the other side takes for a sign of life, and nothing else.
    init(clock: any MomentClock, keepAlive: WebSocketMessage, open: @escaping Open) {
        self.clock = clock
        self.keepAlive = keepAlive
        self.open = open
    }

    /// Sees that there is one for the next minute.
    func prepare(_ speed: Double) {
        if let ready, ready.speed == speed, ready.socket?.isOpen ?? true {
            ready.keeper?.cancel()
            self.ready!.keeper = keep(ready.number, ready.opening)
            return
        }
        drop()
        count += 1
        let opening = Task { [open] in try await open(speed) }
        ready = Ready(number: count, speed: speed, opening: opening)
        ready!.keeper = keep(count, opening)
    }

    /// The one that is ready or about to be, if it fits and did not end meanwhile; else a new one.
    func take(_ speed: Double) async throws(ProviderError) -> (socket: WebSocket, wasReady: Bool) {
        if let ready, ready.speed == speed {
            self.ready = nil
            ready.keeper?.cancel()
            let socket = try await value(of: ready.opening)
            if socket.isOpen { return (socket, true) }
        }
        drop()
        return (try await open(speed), false)
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
        Task { [clock, keepAlive] in
            if let socket = try? await opening.value {
                opened(number, socket)
                for sign in 1...Self.signs {
                    guard (try? await clock.sleep(for: Self.betweenSigns)) != nil else { return }
                    if sign < Self.signs { try? socket.send(keepAlive) }
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
