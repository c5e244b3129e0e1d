import Synchronization
import Voice
import VoiceLoop

/// What the light shows while nothing goes on: that the microphone is muted, or that those
/// elsewhere cannot be reached.
final class RestingLight: Sendable {
    private let rest: @Sendable (Light) -> Void
    private let network: any Network
    private let state: Mutex<State>

    private struct State {
        var outages: Outages
        /// Where only the device itself answers, no network is missed.
        var asksOthers: Bool
        var isMuted: Bool
    }

    /// Between two looks at the network. Somebody may have gone to the router meanwhile.
    private static let pause = Duration.seconds(5)

    /// - Parameters:
    ///   - rest: is told what to show, also when it is what it was.
    ///   - outages: of those who are asked.
    ///   - asksOthers: whether somebody elsewhere is asked.
    ///   - isMuted: at first.
    init(
        network: any Network, outages: Outages, asksOthers: Bool, isMuted: Bool,
        rest: @escaping @Sendable (Light) -> Void
    ) {
        self.rest = rest
        self.network = network
        state = Mutex(
            State(outages: outages, asksOthers: asksOthers, isMuted: isMuted))
    }

    /// Others are asked from now on.
    func use(_ parts: LoopParts) {
        state.withLock { state in
            state.outages = parts.outages
            state.asksOthers = parts.asksOthers
        }
        update()
    }

    func setMuted(_ isMuted: Bool) {
        state.withLock { $0.isMuted = isMuted }
        update()
    }

    /// Looks after the network until the task is cancelled.
    func run(_ clock: some MomentClock) async {
        repeat { update() } while (try? await clock.sleep(for: Self.pause)) != nil
    }

    private func update() {
        let now = state.withLock { $0 }
        let isOffline = now.asksOthers && (now.outages.isWayLost || !network.isConnected)
        rest(now.isMuted ? .muted : isOffline ? .offline : .off)
    }
}

extension LoopParts {
    /// Whether a question may go elsewhere. The device's own links are the last of each chain.
    var asksOthers: Bool {
        recognizers.providers.count > 1 || languageModels.providers.count > 1
            || synthesizers.providers.count > 1
    }
}
