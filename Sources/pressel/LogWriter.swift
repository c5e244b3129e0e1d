import Glibc
import Linux
import Voice

/// Writes the log on standard error: for journald, which adds the time, with `<N>` priorities;
/// for people with time and level.
enum LogWriter {
    /// - Parameter ring: keeps the newest lines.
    static func log(
        keepingIn ring: LogRing? = nil, _ environment: (String) -> String? = environment
    ) -> Log {
        let isJournal = isJournal(environment)
        let least: Log.Level = environment("PRESSEL_LOG") == "debug" ? .debug : .info
        return Log(part: "pressel") { level, part, line in
            guard level <= least else { return }
            let line = oneLine(line)
            ring?.append(level, part, line)
            write(level, part, line, isJournal: isJournal)
        }
    }

    /// One line that goes nowhere else.
    static func write(_ level: Log.Level, _ part: String, _ line: String) {
        write(level, part, oneLine(line), isJournal: isJournal(environment))
    }

    /// - Parameter line: without an end of line.
    private static func write(
        _ level: Log.Level, _ part: String, _ line: String, isJournal: Bool
    ) {
        let head = isJournal ? "<\(level.rawValue)>" : "\(timeOfDay()) \(name(of: level)) "
        emit("\(head)[\(part)] \(line)\n")
    }

    /// systemd's way of saying which open file goes to its journal; children inherit the variable
    /// though their standard error may go elsewhere (systemd.exec(5)).
    private static func isJournal(_ environment: (String) -> String?) -> Bool {
        var status = stat()
        fstat(STDERR_FILENO, &status)
        return environment("JOURNAL_STREAM") == "\(status.st_dev):\(status.st_ino)"
    }

    /// In one write, so that lines of several threads do not mix.
    private static func emit(_ line: String) {
        var line = line
        line.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// What others said may stand in it, also what a terminal would take for an order.
    private static func oneLine(_ text: String) -> String {
        String(
            text.map { character in
                character.unicodeScalars.contains { $0.properties.generalCategory == .control }
                    ? " " : character
            })
    }

    private static func name(of level: Log.Level) -> String {
        switch level {
        case .error: "error  "
        case .warning: "warning"
        case .info: "info   "
        case .debug: "debug  "
        }
    }

    private static func timeOfDay() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        localtime_r(&time.tv_sec, &parts)
        func two(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let thousandths = String(1000 + time.tv_nsec / 1_000_000).dropFirst()
        return "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(thousandths)"
    }
}

extension Log {
    /// For commands that print their result: only what went wrong is told beside it.
    var onlyProblems: Log {
        Log(part: "pressel") { level, part, line in
            switch level {
            case .error: of(part).error(line)
            case .warning: of(part).warning(line)
            case .info, .debug: break
            }
        }
    }

    /// The same without errors, for commands that say themselves what failed.
    var onlyWarnings: Log {
        Log(part: "pressel") { level, part, line in
            if level == .warning { of(part).warning(line) }
        }
    }
}

/// A variable of the environment, nil if it is not set or empty.
func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}
