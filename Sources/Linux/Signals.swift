import Glibc

/// Waiting for signals as a thread does it: blocked everywhere, taken by one who asks.
public enum Signals {
    /// Blocks SIGTERM and SIGINT in this thread and all it will start, and ignores SIGPIPE, so
    /// that a reader who went away is an error of `write`. Call it before any thread is started.
    public static func prepare() {
        var ending = endingSignals
        pthread_sigmask(SIG_BLOCK, &ending, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits on a thread of its own for SIGTERM or SIGINT; returns its name.
    public static func end() async -> String {
        await onThread("signals") {
            var ending = endingSignals
            var number: CInt = 0
            sigwait(&ending, &number)
            return number == SIGTERM ? "SIGTERM" : "SIGINT"
        }
    }

    private static var endingSignals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }
}
