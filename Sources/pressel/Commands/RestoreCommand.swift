import Linux
import Store

/// `pressel restore FILE`
struct RestoreCommand {
    private let file: String
    private let configuration: Configuration

    init(_ arguments: [String]) throws {
        let options = try Options(
            command: arguments, valued: Configuration.options, operands: 1, called: "a file")
        file = options.operands[0]
        configuration = try Configuration(options)
    }

    func run() async throws -> Int32 {
        try Backup.restore(file, into: configuration.state, owners: configuration.owners)
        return 0
    }
}
