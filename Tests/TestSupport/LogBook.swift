import Synchronization
public import Voice

/// Keeps what the log was told.
public final class LogBook: Sendable {
    private let kept = Mutex([String]())

    public init() {}

    /// Each with its level before it.
    public var lines: [String] { kept.withLock { $0 } }

    public var log: Log {
        Log(part: "test") { level, _, line in
            self.kept.withLock { $0.append("\(level): \(line)") }
        }
    }

    public func count(_ text: String) -> Int { lines.count { $0.contains(text) } }
}
