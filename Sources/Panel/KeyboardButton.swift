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
            let input = LineInput(STDIN_FILENO)
            while let line = input.next() {
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

/// The lines of an input; what is too long for a command is cut short, and its rest forgotten.
final class LineInput {
    private let descriptor: CInt
    private var waiting: ArraySlice<UInt8> = []

    private static let longest = 80

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    /// Blocks until there is one; nil at the end of the input.
    func next() -> String? {
        var line: [UInt8] = []
        var isLine = false
        while true {
            if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                line += waiting[..<end].prefix(Self.longest - line.count)
                waiting = waiting[(end + 1)...]
                return String(decoding: line, as: UTF8.self)
            }
            isLine = isLine || !waiting.isEmpty
            line += waiting.prefix(Self.longest - line.count)
            waiting = ((try? read(from: descriptor)) ?? [])[...]
            if waiting.isEmpty { return isLine ? String(decoding: line, as: UTF8.self) : nil }
        }
    }

    private func read(from descriptor: CInt) throws(SystemError) -> [UInt8] {
        try Linux.read(atMost: 4096, from: descriptor)
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
