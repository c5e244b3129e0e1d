import Linux
import Store
import Voice

/// What this version's skills can reach of the device: its name, its addresses and its volume as
/// it is set. The rest is refused, and said to be.
struct PlainControls: DeviceControls {
    let name: String
    private let configuredVolume: Int

    init(_ settings: Settings) {
        name = settings.name
        configuredVolume = settings.audio.volume
    }

    struct NotInThisVersion: Error, CustomStringConvertible {
        let description = "this version has no such part"
    }

    func addresses() async -> [String] { networkAddresses() }
    func volume() async -> Int { configuredVolume }
    func setVolume(_ volume: Int) async throws { throw NotInThisVersion() }
    func muteMicrophone() async throws { throw NotInThisVersion() }
    func speakSlower() async -> Bool { false }
    func forgetConversation() async throws { throw NotInThisVersion() }
    func setTimer(for duration: Duration, named name: String?) async throws {
        throw NotInThisVersion()
    }
    func timers() async -> [RunningTimer] { [] }
    func cancelTimers(_ numbers: [Int64]) async throws {}
}
