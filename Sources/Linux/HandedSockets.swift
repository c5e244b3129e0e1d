import CLinux
import Glibc

/// Sockets that a service manager opened before it started this program, as for a port below 1024
/// that this user may not open (sd_listen_fds(3)). They are the manager's as well and outlive the
/// program, so what uses one takes a copy.
public enum HandedSockets {
    private static let first: CInt = 3

    /// How many descriptors from the first on are not to be closed. None, if they were meant for
    /// the process that started this one.
    static var count: CInt {
        guard number(in: "LISTEN_PID") == getpid(), let count = number(in: "LISTEN_FDS"),
            (0...64).contains(count)
        else { return 0 }
        return count
    }

    /// A copy, closed on exec, of the first socket that `wanted` picks; nil if there is none.
    public static func copy(where wanted: (CInt) -> Bool) -> CInt? {
        for number in first..<first + count where wanted(number) {
            let copy = fcntl(number, F_DUPFD_CLOEXEC, first)
            if copy >= 0 { return copy }
        }
        return nil
    }

    /// Refuses who comes to those sockets that nobody uses: else they would wait for ever.
    public static func shut(where unused: (CInt) -> Bool) {
        for number in first..<first + count where unused(number) {
            shutdown(number, CInt(SHUT_RDWR))
        }
    }

    /// All descriptors but these and standard input, output and error end with this program, also if
    /// another follows it in its process.
    static func closeOthersOnExec() { clinux_close_on_exec(UInt32(first + count)) }

    private static func number(in variable: String) -> CInt? {
        getenv(variable).flatMap { CInt(String(cString: $0)) }
    }
}
