import Voice

/// What of the device those may reach by voice who are not in the room: a caller who may change it
/// anyhow reaches all of it; another gets told about it. The conversation that is forgotten is their
/// own.
struct CallerControls: DeviceControls {
    let device: any DeviceControls
    let scope: Scope
    let forget: @Sendable () async throws -> Void

    private struct NotAllowed: Error, CustomStringConvertible {
        let description = "the caller's key does not allow it"
    }

    private func check() throws {
        guard scope >= .admin else { throw NotAllowed() }
    }

    var name: String { device.name }
    func addresses() async -> [String] { await device.addresses() }
    func volume() async -> Int { await device.volume() }

    func setVolume(_ volume: Int) async throws {
        try check()
        try await device.setVolume(volume)
    }

    func muteMicrophone() async throws {
        try check()
        try await device.muteMicrophone()
    }

    /// How fast the device speaks is for who hears it in the room to say.
    func speakSlower() async -> Bool { false }

    func forgetConversation() async throws { try await forget() }

    func setTimer(for duration: Duration, named name: String?) async throws {
        try check()
        try await device.setTimer(for: duration, named: name)
    }

    func timers() async -> [RunningTimer] { scope >= .read ? await device.timers() : [] }

    func cancelTimers(_ numbers: [Int64]) async throws {
        try check()
        try await device.cancelTimers(numbers)
    }
}
