import Synchronization
import Voice
import VoiceLoop

/// What the light shows while nothing goes on: that the microphone is muted, or that those
/// elsewhere cannot be reached.
final class RestingLight: Sendable {
    private let rest: @Sendable (Light) -> Void
    private let network: any Network
    private let outages: Outages
    private let asksOthers: Bool
    private let isMuted: Mutex<Bool>

    /// Between two looks at the network. Somebody may have gone to the router meanwhile.
    private static let pause = Duration.seconds(5)

    /// - Parameters:
    ///   - rest: is told what to show, also when it is what it was.
    ///   - asksOthers: where only the device itself answers, no network is missed.
    ///   - isMuted: at first.
    init(
        network: any Network, outages: Outages, asksOthers: Bool, isMuted: Bool,
        rest: @escaping @Sendable (Light) -> Void
    ) {
        self.rest = rest
        self.network = network
        self.outages = outages
        self.asksOthers = asksOthers
        self.isMuted = Mutex(isMuted)
    }

    /// The microphone is muted, until the device starts again.
    func mute() {
        isMuted.withLock { $0 = true }
        update()
    }

    /// Looks after the network until the task is cancelled.
    func run(_ clock: some MomentClock) async {
        guard asksOthers else { return }
        repeat { update() } while (try? await clock.sleep(for: Self.pause)) != nil
    }

    private func update() {
        let isOffline = asksOthers && (outages.isWayLost || !network.isConnected)
        rest(isMuted.withLock { $0 } ? .muted : isOffline ? .offline : .off)
    }
}

extension LoopParts {
    /// Whether a question may go elsewhere. The device's own links are the last of each chain.
    var asksOthers: Bool {
        recognizers.providers.count > 1 || languageModels.providers.count > 1
            || synthesizers.providers.count > 1
    }
}
