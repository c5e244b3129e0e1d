import CLinux
import Glibc

/// This program as it was started, so that it can be started again in its own place: the process
/// keeps its number, its standard input and its log, and whoever watches over it sees no end.
public struct ProgramStart: Sendable {
    private let path: String
    private let arguments: [String]
    private let environment: [String]

    /// To be made at the start, before anything in the environment is changed.
    public init() {
        path = pathOfThisProgram()
        arguments = CommandLine.arguments
        var environment: [String] = []
        var next = clinux_environment()!
        while let text = next.pointee {
            environment.append(String(cString: text))
            next += 1
        }
        self.environment = environment
    }

    /// Starts it again. All other threads end where they are, and all descriptors are closed but the
    /// standard ones and `HandedSockets`.
    ///
    /// - Throws: if it cannot be started; then all is as it was, but that no descriptor is handed
    ///   on.
    public func again() throws(SystemError) -> Never {
        HandedSockets.closeOthersOnExec()
        let argv = Self.strings(arguments)
        let envp = Self.strings(environment)
        execve(path, argv, envp)
        throw SystemError("start again", path, code: errno)
    }

    /// Copies that nobody frees: the program ends, one way or the other.
    private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }
}
