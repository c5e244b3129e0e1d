import Glibc
import Linux
import Voice

/// Writes the log on standard error: for journald, which adds the time, with `<N>` priorities;
/// for people with time and level.
enum LogWriter {
    static func log(_ environment: (String) -> String? = environment) -> Log {
        // systemd's way of saying which open file goes to its journal; children inherit the
        // variable though their standard error may go elsewhere (systemd.exec(5)).
        var status = stat()
        fstat(STDERR_FILENO, &status)
        let isJournal = environment("JOURNAL_STREAM") == "\(status.st_dev):\(status.st_ino)"
        let least: Log.Level = environment("PRESSEL_LOG") == "debug" ? .debug : .info
        return Log(part: "pressel") { level, part, line in
            guard level <= least else { return }
            let head =
                isJournal ? "<\(level.rawValue)>" : "\(timeOfDay()) \(name(of: level)) "
            emit("\(head)[\(part)] \(oneLine(line))\n")
        }
    }

    /// In one write, so that lines of several threads do not mix.
    private static func emit(_ line: String) {
        var line = line
        line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
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
