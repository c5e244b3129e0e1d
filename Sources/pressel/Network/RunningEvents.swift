import Audio
import Codec
import Linux
import Synchronization
import Voice
import VoiceLoop
import Web

/// Tells whoever follows the device over the network what happens on it.
final class RunningEvents: Sendable {
    let hub: EventHub
    private let microphone: ALSAMicrophone
    private let clock: MonotonicClock
    /// Measures how loud it is while the microphone listens for a turn.
    private let meter = Mutex<Task<Void, Never>?>(nil)

    /// Between two looks at the devices and providers, and two levels.
    private static let lookPause = Duration.seconds(1)
    private static let levelPause = Duration.milliseconds(100)

    init(microphone: ALSAMicrophone, clock: MonotonicClock) {
        self.microphone = microphone
        self.clock = clock
        hub = EventHub(clock: clock)
    }

    func take(_ news: TurnNews) {
        switch news {
        case .state(let name):
            hub.post("state", ["state": name])
            measure(name == "listening")
        case .transcript(let turn, let text): hub.post("transcript", Words(turn, text))
        case .reply(let turn, let text): hub.post("reply", Words(turn, text))
        }
    }

    func show(_ light: Light) { hub.post("light", ["light": light.rawValue]) }

    /// How loud it is to be, and whether it is to listen, was changed.
    func tell(volume: Int, isMuted: Bool) {
        hub.post("controls", Controls(volume: volume, muted: isMuted))
    }

    private struct Controls: Encodable {
        let volume: Int
        let muted: Bool
    }

    func note(_ turn: DeviceStatus.LastTurn) { hub.post("turn", turn) }

    /// Of what the API tells by other requests.
    @Sendable func noteChange(_ what: String) { hub.post("changed", ["what": what]) }

    private struct Words: Encodable {
        let turn: Int
        let text: String

        init(_ turn: Turn, _ text: String) {
            self.turn = turn.number
            self.text = text
        }
    }

    /// Tells what becomes of the devices and the providers, until the task is cancelled.
    func watch(_ device: RunningStatus) async {
        var known: Parts?
        while (try? await clock.sleep(for: Self.lookPause)) != nil {
            guard hub.listeners > 0 else {
                known = nil
                continue
            }
            let (devices, providers) = device.standing()
            let now = Parts(devices: devices, providers: providers)
            if let known, known != now { hub.post("devices", now) }
            known = now
        }
        measure(false)
    }

    private struct Parts: Encodable, Equatable {
        let devices: [DeviceStatus.Part]
        let providers: [DeviceStatus.Part]
    }

    private func measure(_ isListening: Bool) {
        let isWanted = isListening && hub.listeners > 0
        meter.withLock { meter in
            meter?.cancel()
            meter = isWanted ? Task { await self.tellLevels() } : nil
        }
    }

    /// Tells how loud it is while `work` is done.
    func tellingLevels<Result: Sendable>(
        _ work: @Sendable () async throws -> Result
    ) async rethrows -> Result {
        let meter = hub.listeners > 0 ? Task { await tellLevels() } : nil
        defer { meter?.cancel() }
        return try await work()
    }

    private func tellLevels() async {
        let wanted = AudioFormat.speech.frames(in: Self.levelPause)
        var samples: [Int16] = []
        do {
            for try await piece in microphone.listen(from: clock.now) {
                samples += piece.chunk.samples
                guard samples.count >= wanted else { continue }
                let level = (Level.decibels(of: samples) * 10).rounded() / 10
                hub.post("level", isFleeting: true, ["decibels": level])
                samples = []
            }
        } catch {
            // The turn tells what is the matter.
        }
    }
}
