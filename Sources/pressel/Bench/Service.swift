import Audio
import Glibc
import Linux
import Synchronization
import Voice

/// A `pressel run` of our own, on a simulated card, with its button and its log in hand.
final class Service: Sendable {
    private let child: ChildProcess
    private let started = Moment.now
    private let settings: String
    private let log = Mutex<(lines: [(text: String, moment: Moment)], rest: String)>(([], ""))

    /// - Parameters:
    ///   - speaker: another card to play on.
    ///   - extra: settings beside those of the devices, as JSON members ending in a comma.
    ///   - state: its folder; nil for one that goes with the card.
    ///   - button: keys of the button's settings, ending in a comma.
    init(
        _ card: SimulatedCard, speaker: SimulatedCard? = nil, settings extra: String = "",
        button: String = "", state: String? = nil,
        logging level: String = "debug"
    ) throws {
        settings = card.path("settings.json")
        try writeFile(
            """
            {\(extra) "web": {"port": 0}, "button": {\(button) "source": "keyboard"},
             "audio": {"captureDevice": "\(card.device)",
                       "playbackDevice": "\((speaker ?? card).device)"}}
            """, to: settings)
        card.activate()
        setenv("PRESSEL_LOG", level, 1)
        child = try ChildProcess(
            pathOfThisProgram(),
            ["run", "--settings", settings, "--state", state ?? card.path("state")],
            readingErrors: true)
        // A full pipe would hold it up.
        startThread("bench log") { [self] in
            while let part = try? child.read(atMost: 4096), !part.isEmpty { take(part) }
        }
    }

    private func take(_ part: [UInt8]) {
        log.withLock { log in
            log.rest += String(decoding: part, as: UTF8.self)
            while let end = log.rest.firstIndex(of: "\n") {
                log.lines.append((String(log.rest[..<end]), .now))
                log.rest.removeSubrange(...end)
            }
        }
    }

    var usage: ProcessUsage { ProcessUsage(of: child.id) }

    func write(_ line: String) throws {
        _ = try Array(line.utf8).withUnsafeBytes { try child.write($0) }
    }

    /// Waits for the next line of the log that holds `text`, and forgets those up to it.
    ///
    /// - Returns: the line, and when it came, counted from the start of the process.
    @discardableResult
    func says(_ text: String) async throws -> (text: String, after: Duration) {
        for _ in 0..<15_000 {
            let line = log.withLock { log -> (text: String, moment: Moment)? in
                guard let index = log.lines.firstIndex(where: { $0.text.contains(text) })
                else { return nil }
                defer { log.lines.removeSubrange(...index) }
                return log.lines[index]
            }
            if let line { return (line.text, line.moment - started) }
            try await MonotonicClock().sleep(for: .milliseconds(2))
        }
        let last = log.withLock { $0.lines.last?.text } ?? "nothing"
        throw CommandFailure(
            "pressel run did not say \"\(text)\" within 30 s; its last words: \(last)")
    }

    /// Runs `body`, and ends the service however that went.
    func during<Result>(_ body: (Service) async throws -> Result) async throws -> Result {
        do {
            let result = try await body(self)
            await end()
            return result
        } catch {
            await end()
            throw error
        }
    }

    private func end() async {
        child.send(SIGTERM)
        _ = await onThread("bench end") { [child] in child.wait() }
        unlink(settings)
    }
}
