import Glibc
import Linux
public import Voice

/// Standard input as the button: on a terminal Enter taps; else each line is a command, for
/// scripts and tests.
public struct KeyboardButton: Sendable {
    /// How it ended.
    public enum End: Sendable {
        /// Somebody typed `quit`.
        case quit
        /// There is no more input: a closed terminal, or `/dev/null` under a service manager.
        case inputClosed
    }

    private let log: Log

    public init(log: Log) { self.log = log }

    /// Reads until the end of the input, or `quit`, on a thread of its own. Cancelling does not
    /// wake a thread that waits for a line; the end of the process does.
    public func run(_ handle: @escaping @Sendable (ButtonEvent) -> Void) async -> End {
        let isTerminal = isatty(STDIN_FILENO) == 1
        log.info(
            isTerminal
                ? "the button is Enter on this terminal"
                : "the button is standard input: lines press, release, tap, quit")
        return await onThread("button") {
            while let line = readLine() {
                // A terminal says when a line ends, not how long a key is down.
                guard let command = Command(line: line, isTerminal: isTerminal) else {
                    log.warning(
                        "standard input: \"\(line)\" is no command; use press, release, tap or quit"
                    )
                    continue
                }
                if command == .quit { return .quit }
                for event in command.events(at: .now) { handle(event) }
            }
            return .inputClosed
        }
    }
}

extension KeyboardButton {
    /// One line of input.
    enum Command: String {
        case press, release, tap, quit

        init?(line: String, isTerminal: Bool) {
            let word = line.filter { !$0.isWhitespace }
            self.init(rawValue: isTerminal && word.isEmpty ? "tap" : word)
        }

        func events(at now: Moment) -> [ButtonEvent] {
            switch self {
            case .press: [.pressed(at: now)]
            case .release: [.released(at: now)]
            case .tap: [.pressed(at: now), .released(at: now)]
            case .quit: []
            }
        }
    }
}
