import Synchronization
import TestSupport
import Testing
import Voice
import VoiceLoop

@testable import pressel

@Suite(.timeLimit(.minutes(1)))
struct RestingLightTests {
    private let clock = ManualClock()
    private let network = Wire()
    private let shown = Lamp()

    private final class Wire: Network {
        private let state = Mutex(true)
        var isConnected: Bool { state.withLock { $0 } }
        func plug(_ isIn: Bool) { state.withLock { $0 = isIn } }
    }

    private final class Lamp: Sendable {
        private let state = Mutex<[Light]>([])
        var lights: [Light] { state.withLock { $0 } }
        func show(_ light: Light) { state.withLock { $0.append(light) } }
    }

    private func light(asksOthers: Bool = true) -> RestingLight {
        RestingLight(
            network: network, outages: Outages(clock: clock), asksOthers: asksOthers,
            isMuted: false, rest: shown.show)
    }

    private func look() async throws {
        while clock.sleepers == 0 { try await Task.sleep(for: .milliseconds(1)) }
        clock.advance(by: .seconds(5))
        while clock.sleepers == 0 { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test("Without a network it is offline until there is one again; muted counts for more")
    func offline() async throws {
        let light = light()
        let looks = Task { await light.run(clock) }
        try await look()
        network.plug(false)
        try await look()
        network.plug(true)
        try await look()
        light.setMuted(true)
        network.plug(false)
        try await look()
        looks.cancel()
        await looks.value
        #expect(shown.lights == [.off, .off, .offline, .off, .muted, .muted])
    }

    @Test("A device that asks nobody else misses no network")
    func alone() async throws {
        network.plug(false)
        let light = light(asksOthers: false)
        let looks = Task { await light.run(clock) }
        try await look()
        light.setMuted(true)
        looks.cancel()
        await looks.value
        #expect(shown.lights == [.off, .off, .muted])
    }
}
