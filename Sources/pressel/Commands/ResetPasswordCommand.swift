import Linux
import Store

/// `pressel reset-password`
struct ResetPasswordCommand {
    private let configuration: Configuration

    init(_ arguments: [String]) throws {
        configuration = try Configuration(
            Options(command: arguments, valued: Configuration.options))
    }

    func run() async throws -> Int32 {
        let had = try PasswordReset.perform(in: configuration.state)
        print(
            had
                ? "The password of the page is cleared, and everybody is logged out. Open the page"
                    + " to claim the device again. Keys to the API go on working."
                : "The page had no password. Open it to claim the device.")
        return 0
    }
}
