import Audio
import Glibc
import Linux
import Providers
import VoiceLoop

/// The command line: one command each, in `Commands/`.
@main
enum Pressel {
    static let version = "0.1.0"

    /// How the program was started.
    static let start = ProgramStart()

    static func main() async {
        _ = start
        shareHeaps()
        let arguments = Array(CommandLine.arguments.dropFirst())
        // The recognizer is this program again, for one turn; it has no other business.
        if arguments.first == PocketSphinx.command, arguments.count == 2 {
            // Made while somebody speaks, not when they wait for what it says.
            let requests = RequestParser(.english)
            RecognizerProcess.run(
                model: arguments[1], grammar: SpokenGrammar.english(knowing:),
                isRequest: { requests.request(in: $0) != nil })
        }
        exit(await run(arguments))
    }

    private static func run(_ arguments: [String]) async -> Int32 {
        do {
            switch arguments.first {
            case nil: throw Options.Misuse("no command given")
            case "--help", "-h", "help": print(Usage.text)
            // Of any command: a question, and no order.
            case let word? where arguments.prefix(while: { $0 != "--" }).contains("--help"):
                print(Usage.text(of: word) ?? Usage.text)
            case "--version": print("pressel \(version)")
            case "run": return try await RunCommand(arguments).run()
            case "ask": return try await AskCommand(arguments).run()
            case "say": return try await SayCommand(arguments).run()
            case "demo": return try await DemoCommand(arguments).run()
            case "doctor": return try await DoctorCommand(arguments).run()
            case "devices": return try await DevicesCommand(arguments).run()
            case "bench": return try await BenchCommand(arguments).run()
            case "backup": return try await BackupCommand(arguments).run()
            case "reset-password": return try await ResetPasswordCommand(arguments).run()
            case "restore": return try await RestoreCommand(arguments).run()
            case let word?: throw Options.Misuse("\"\(word)\" is no command")
            }
            return 0
        } catch let misuse as Options.Misuse {
            complain("\(misuse); see pressel --help")
            return 2
        } catch let error as ALSAError {
            complain(
                "\(error); see pressel devices for what there is, or write to a file with --out")
            return 1
        } catch {
            complain("\(error)")
            return 1
        }
    }

    /// One line on standard error.
    static func complain(_ line: String) {
        _ = "pressel: \(line)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) }
    }
}

/// A command that could not do what it was asked, in one line: what was tried, on what, and what
/// to do.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension Options {
    /// The options of a command whose operands, after its own name, must be as many as `operands`.
    ///
    /// - Parameter thing: what the operand is, for whoever left it out.
    init(
        command arguments: [String], flags: [String] = [], valued: [String] = [],
        operands: Int = 0, called thing: String = "a text"
    ) throws(Misuse) {
        try self.init(Array(arguments.dropFirst()), flags: flags, valued: valued)
        guard self.operands.count == operands else {
            let rest = self.operands.dropFirst(operands).first
            throw Misuse(
                rest.map { "\(arguments[0]) does not take \"\($0)\"" }
                    ?? "\(arguments[0]) needs \(thing)")
        }
    }
}
