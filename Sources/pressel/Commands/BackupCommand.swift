import Linux
import Store

/// `pressel backup FILE`
struct BackupCommand {
    private let file: String
    private let configuration: Configuration

    init(_ arguments: [String]) throws {
        let options = try Options(
            command: arguments, valued: Configuration.options, operands: 1, called: "a file")
        file = options.operands[0]
        configuration = try Configuration(options)
    }

    func run() async throws -> Int32 {
        let state = configuration.state
        guard sizeOfFile(state.path) != nil else {
            throw CommandFailure(
                "cannot back up \(state.path): there is no such folder; name the state folder with"
                    + " --state")
        }
        for line in try Backup.write(state, owners: configuration.owners, to: file) {
            Pressel.complain(line)
        }
        return 0
    }
}
