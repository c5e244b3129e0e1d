import Synchronization
import TestSupport
import Testing
import Voice

@testable import pressel

struct CallerControlsTests {
    /// Notes what was done to it.
    private final class Device: DeviceControls {
        let done = Mutex<[String]>([])
        let name = "kitchen"

        private func note(_ deed: String) { done.withLock { $0.append(deed) } }

        func addresses() async -> [String] { ["192.168.1.20"] }
        func volume() async -> Int { 40 }
        func setVolume(_ volume: Int) async throws { note("volume \(volume)") }
        func muteMicrophone() async throws { note("mute") }
        func speakSlower() async -> Bool {
            note("slower")
            return true
        }
        func forgetConversation() async throws { note("forget") }
        func setTimer(for duration: Duration, named name: String?) async throws { note("timer") }
        func timers() async -> [RunningTimer] {
            [.init(number: 1, name: "tea", duration: .seconds(5), remaining: .seconds(1))]
        }
        func cancelTimers(_ numbers: [Int64]) async throws { note("cancel \(numbers)") }
    }

    static let scopes: [(scope: Scope, done: [String], timers: Int)] = [
        (.talk, [], 0), (.read, [], 1),
        (.admin, ["volume 10", "mute", "timer", "cancel [1]"], 1),
    ]

    @Test("By voice a caller changes what they may change otherwise", arguments: scopes)
    func scope(scope: Scope, done: [String], timers: Int) async throws {
        let device = Device()
        let forgotten = Counter()
        let controls = CallerControls(device: device, scope: scope) { forgotten.increment() }
        var refused = 0
        let deeds: [() async throws -> Void] = [
            { try await controls.setVolume(10) }, { try await controls.muteMicrophone() },
            { try await controls.setTimer(for: .seconds(1), named: nil) },
            { try await controls.cancelTimers([1]) },
        ]
        for deed in deeds {
            do { try await deed() } catch { refused += 1 }
        }
        #expect(refused == 4 - done.count)
        #expect(await controls.timers().count == timers)
        #expect(await controls.volume() == 40 && controls.name == "kitchen")
        // How fast it speaks is for who is in the room; what is forgotten is the caller's own.
        #expect(await !controls.speakSlower())
        try await controls.forgetConversation()
        #expect(forgotten.value == 1)
        #expect(device.done.withLock { $0 } == done)
    }
}
