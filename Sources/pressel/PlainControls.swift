import Linux
import Store
import Voice

/// What skills can reach from the command line: the device's name, its addresses and its volume as it
/// is set. The rest is the running device's, and refused.
struct PlainControls: DeviceControls {
    let name: String
    private let configuredVolume: Int

    init(_ settings: Settings) {
        name = settings.name
        configuredVolume = settings.audio.volume
    }

    struct NotRunning: Error, CustomStringConvertible {
        let description = "only the running device can; ask it by its button"
    }

    func addresses() async -> [String] { networkAddresses() }
    func volume() async -> Int { configuredVolume }
    func setVolume(_ volume: Int) async throws { throw NotRunning() }
    func muteMicrophone() async throws { throw NotRunning() }
    func speakSlower() async -> Bool { false }
    func forgetConversation() async throws { throw NotRunning() }
    func setTimer(for duration: Duration, named name: String?) async throws {
        throw NotRunning()
    }
    func timers() async -> [RunningTimer] { [] }
    func cancelTimers(_ numbers: [Int64]) async throws {}
}
