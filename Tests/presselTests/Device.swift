import Audio
import FoundationEssentials
import Glibc
import Linux
import Synchronization
import TestSupport
import Voice

@testable import sandbox

/// A `pressel run` of the test's own, on a simulated card, with its standard input and log in
/// hand.
final class Device: Sendable {
    let card: SimulatedCard
    private let child: ChildProcess
    private let folder = TemporaryFolder()
    private let said = Said()

    private final class Said: Sendable {
        let text = Mutex("")
    }

    struct Silent: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameters:
    ///   - speed: of the card, against real time.
    ///   - settings: keys beside those of the button and the devices, as JSON.
    ///   - web, button, audio: keys of those sections, ending in a comma.
    ///   - source: of the button.
    ///   - isStateNamed: whether the command line says where the state folder is; else systemd does.
    init(
        speed: Int = 1, output: SimulatedCard.Output = .file, settings: String = "",
        port: Int = 0, web: String = "",
        button: String = "", source: String = "keyboard",
        audio: String = "", state: String? = nil, isStateNamed: Bool = true, capture: String? = nil,
        playback: String? = nil
    ) throws {
        card = try testCard(speed: speed, output: output)
        let file = folder.file(
            "owner.json",
            Array(
                """
                {"button": {\(button) "source": "\(source)"}, "web": {\(web) "port": \(port)}, \(settings)
                 "audio": {\(audio) "captureDevice": "\(capture ?? card.device)",
                           "playbackDevice": "\(playback ?? card.device)"}}
                """.utf8))
        setenv("PRESSEL_LOG", "debug", 1)
        let path = state ?? folder.path
        if !isStateNamed { setenv("STATE_DIRECTORY", path, 1) }
        defer { unsetenv("STATE_DIRECTORY") }
        child = try ChildProcess(
            presselProgram,
            ["run", "--settings", file] + (isStateNamed ? ["--state", path] : []),
            readingErrors: true)
        // It must not keep the device, whose end ends it.
        startThread("device log") { [child, said] in
            while let part = try? child.read(atMost: 4096), !part.isEmpty {
                said.text.withLock { $0 += String(decoding: part, as: UTF8.self) }
            }
        }
    }

    deinit { child.kill() }

    /// Of the process.
    var id: Int { child.id }

    var log: String { said.text.withLock { $0 } }

    func type(_ line: String) throws {
        _ = try Array("\(line)\n".utf8).withUnsafeBytes { try child.write($0) }
    }

    func sleep(_ milliseconds: Int) async throws {
        try await MonotonicClock().sleep(for: .milliseconds(milliseconds))
    }

    /// Waits until the log holds `text` so many times.
    func says(_ text: String, times: Int = 1, within seconds: Int = 30) async throws {
        for _ in 0..<seconds * 100 {
            if log.split(separator: "\n").count(where: { $0.contains(text) }) >= times { return }
            try await sleep(10)
        }
        throw Silent(description: "the log does not say \"\(text)\" \(times) times:\n\(log)")
    }

    /// Waits until the log holds one of `texts`.
    func says(oneOf texts: [String]) async throws {
        for _ in 0..<3000 {
            if texts.contains(where: { log.contains($0) }) { return }
            try await sleep(10)
        }
        throw Silent(description: "the log says none of \(texts):\n\(log)")
    }

    /// Holds the button while `question` is spoken.
    func ask(_ question: AudioChunk, speed: Int = 1) async throws {
        try type("press")
        try await sleep(450)
        try card.speak(question)
        try await sleep(Int(question.duration.inMilliseconds) / speed + 250)
        try type("release")
    }

    /// Two lines rather than the command `tap`, whose release comes with its press.
    func tap() async throws {
        try type("press")
        try await sleep(80)
        try type("release")
    }

    /// How often the log holds `text`.
    func count(_ text: String) -> Int {
        log.split(separator: "\n").count { $0.contains(text) }
    }

    /// Waits for its end.
    ///
    /// - Returns: how it ended, and how long that took.
    func end(by signal: Int32) async -> (status: Int, duration: Duration) {
        let asked = Moment.now
        child.send(signal)
        let status = await onThread("device end") { [child] in child.wait() }
        return (status, Moment.now - asked)
    }
}

/// A port that was free a moment ago.
func freePort() throws -> Int {
    let other = try Sandbox()
    defer { other.stop() }
    return other.server.port
}

/// What the API says is the matter with the devices, by their roles.
///
/// - Parameter key: of the API, with the scope `read`.
func problems(at port: Int, key: String) async throws -> [String: String] {
    struct Status: Decodable {
        struct Part: Decodable {
            let role: String
            let problem: String?
        }

        let devices: [Part]
    }

    let answer = try await ask(port: port, "GET", "/api/status", headers: ["x-api-key": key])
    let status = try JSONDecoder().decode(Status.self, from: Data(answer.body))
    let told = status.devices.compactMap { part in part.problem.map { (part.role, $0) } }
    return Dictionary(uniqueKeysWithValues: told)
}

/// A `pressel` command that ends by itself.
struct Command {
    let status: Int
    /// Standard output, and standard error if it was asked for.
    let output: String

    init(_ arguments: [String], errors: Bool = false) async throws {
        let child = try ChildProcess(presselProgram, arguments, readingErrors: errors)
        child.closeInput()
        (status, output) = await onThread("command") {
            var output: [UInt8] = []
            while let part = try? child.read(atMost: 4096), !part.isEmpty { output += part }
            return (child.wait(), String(decoding: output, as: UTF8.self))
        }
    }
}
