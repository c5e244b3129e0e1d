import Glibc
import Linux
import Store
import Voice

/// `SavingProgram turns DIR` saves turns without end, and prints the name of each once the disk
/// has it. `SavingProgram lock DIR` holds the lock until its input ends.
@main
enum SavingProgram {
    static func main() async throws {
        let folder = StateFolder(path: CommandLine.arguments[2])
        if CommandLine.arguments[1] == "lock" {
            let lock = try StateLock(folder)
            say("locked")
            while readLine() != nil {}
            withExtendedLifetime(lock) {}
            return
        }
        let memory = Memory(in: folder, limits: HistoryLimits(), clock: MonotonicClock())
        while true {
            var record = TurnRecord(
                at: SystemWallClock.unixTime, source: "button", conversation: "button")
            record.transcript = "what time is it"
            record.reply = "It is late."
            try await memory.save(record)
            say(record.id.text)
            record.outcome = .answered
            try await memory.save(record)
        }
    }

    /// In one write: a line is there whole or not at all.
    private static func say(_ line: String) {
        _ = "\(line)\n".withCString { write(STDOUT_FILENO, $0, strlen($0)) }
    }
}
