/// Where the parts tell what they do: a line when one starts and with what, a line when
/// something fails, none per chunk. What people said is told at `debug` only; secrets never.
public struct Log: Sendable {
    /// The levels of syslog that we use, which journald reads as `<N>`.
    public enum Level: Int, Comparable, Sendable {
        case error = 3
        case warning = 4
        case info = 6
        case debug = 7

        public static func < (one: Level, other: Level) -> Bool { one.rawValue < other.rawValue }
    }

    private let part: String
    private let write: @Sendable (Level, _ part: String, _ line: String) -> Void

    /// - Parameter write: is called from any thread and must not block for long.
    public init(part: String, write: @escaping @Sendable (Level, String, String) -> Void) {
        self.part = part
        self.write = write
    }

    /// The same log, signed by another part.
    public func of(_ part: String) -> Log { Log(part: part, write: write) }

    public func error(_ line: String) { write(.error, part, line) }
    public func warning(_ line: String) { write(.warning, part, line) }
    public func info(_ line: String) { write(.info, part, line) }
    public func debug(_ line: @autoclosure () -> String) { write(.debug, part, line()) }

    /// Tells nobody.
    public static let silent = Log(part: "") { _, _, _ in }
}
