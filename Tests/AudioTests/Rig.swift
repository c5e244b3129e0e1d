import Audio
import Linux
import Voice

/// A microphone and a speaker at work around a test.
struct Rig: Sendable {
    let microphone: ALSAMicrophone
    let speaker: ALSASpeaker

    func run<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await microphone.run() }
            group.addTask { await speaker.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    static func sleep(_ milliseconds: Int) async throws {
        try await MonotonicClock().sleep(for: .milliseconds(milliseconds))
    }

    /// Waits until `condition` holds.
    static func until(
        within seconds: Int = 15, _ condition: () throws -> Bool
    ) async throws -> Bool {
        for _ in 0..<seconds * 200 {
            if try condition() { return true }
            try await sleep(5)
        }
        return try condition()
    }
}
