import CLinux
import Glibc
import Synchronization

/// Another program, run with a pipe to its standard input and one from its standard output. Whoever starts one calls `wait` once, on a thread that may block.
public final class ChildProcess: Sendable {
    private let state: Mutex<State>
    // Numbers and not `FileDescriptor`s: 6.0.3 can neither keep one of those in a `Mutex` nor
    // optimize a function that may throw with four of them in hand.
    private let output: CInt
    private let name: String

    private struct State {
        var input: CInt?
        /// Zero once it has been waited for: its number may then be somebody else's.
        var id: pid_t
    }

    /// - Parameters:
    ///   - program: a path, or a name to be found along `PATH`.
    ///   - inputBytes: how much the pipe to its input should hold.
    ///   - readsErrors: whether its standard error is read with its output; else it goes nowhere.
    public init(
        _ program: String, _ arguments: [String], holding inputBytes: CInt? = nil,
        readingErrors readsErrors: Bool = false
    ) throws(SystemError) {
        Signals.ignoreBrokenPipes()
        let started = try start(program, arguments, holding: inputBytes, readsErrors: readsErrors)
        state = Mutex(State(input: started.input, id: started.id))
        output = started.output
        name = program
    }

    deinit {
        closeInput()
        close(output)
    }

    /// Writes without waiting.
    ///
    /// - Returns: how many bytes went; 0 while the pipe is full.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
        try state.withLock { (state) throws(SystemError) -> Int in
            guard let input = state.input else {
                throw SystemError("write to", name, code: EPIPE)
            }
            return try Linux.write(bytes, to: input)
        }
    }

    /// Tells it that nothing more will be written.
    public func closeInput() {
        state.withLock { state in
            if let input = state.input { _ = close(input) }
            state.input = nil
        }
    }

    /// Blocks until it writes something, and returns that; empty when it has closed its output.
    public func read(atMost count: Int) throws(SystemError) -> [UInt8] {
        try Linux.read(atMost: count, from: output)
    }

    /// Its output, for whoever reads a descriptor; good as long as this object.
    public var outputDescriptor: CInt { output }

    /// Its process number, 0 once it has been waited for.
    public var id: Int { Int(state.withLock { $0.id }) }

    /// Ends it at once. Safe at any time, from any thread.
    public func kill() {
        closeInput()
        send(SIGKILL)
    }

    /// Sends it a signal, if it has not ended.
    public func send(_ signal: Int32) {
        state.withLock { state in
            if state.id != 0 { _ = Glibc.kill(state.id, signal) }
        }
    }

    /// Blocks until it has ended.
    ///
    /// - Returns: its exit status, or the number of the signal that ended it plus 128, as a
    ///   shell tells it.
    public func wait() -> Int {
        closeInput()
        let id = state.withLock { $0.id }
        // Waits first without reaping, so that `kill` never meets a number already reused.
        var information = siginfo_t()
        while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        return state.withLock { state in
            var status: CInt = 0
            _ = waitpid(id, &status, 0)
            state.id = 0
            let signal = status & 0x7f
            return signal == 0 ? Int(status >> 8) & 0xff : 128 + Int(signal)
        }
    }
}

private func start(
    _ program: String, _ arguments: [String], holding inputBytes: CInt?, readsErrors: Bool
) throws(SystemError) -> (id: pid_t, input: CInt, output: CInt) {
    let input = try makePipe()
    let output: (reading: CInt, writing: CInt)
    do {
        output = try makePipe()
    } catch {
        for end in [input.reading, input.writing] { close(end) }
        throw error
    }
    if let inputBytes { _ = clinux_set_pipe_size(input.writing, inputBytes) }
    // Only the child's ends block.
    _ = fcntl(input.writing, F_SETFL, fcntl(input.writing, F_GETFL) | O_NONBLOCK)
    // The child has its own copies by then, or there is none.
    defer { for end in [input.reading, output.writing] { close(end) } }
    do {
        let id = try spawn(
            program, arguments, input: input.reading, output: output.writing,
            readsErrors: readsErrors)
        return (id, input.writing, output.reading)
    } catch {
        for end in [input.writing, output.reading] { close(end) }
        throw error
    }
}

private func spawn(
    _ program: String, _ arguments: [String], input: CInt, output: CInt, readsErrors: Bool
) throws(SystemError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    if readsErrors {
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    } else {
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    }

    // Libraries open sockets that a child must not hold open.
    clinux_close_from(&actions, 3)

    // The signals that this program blocks or ignores are its own affair.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
        &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

    var strings = ([program] + arguments).map { strdup($0) }
    strings.append(nil)
    defer { for string in strings { free(string) } }
    var id: pid_t = 0
    let status = posix_spawnp(
        &id, program, &actions, &attributes, strings, clinux_environment())
    guard status == 0 else { throw SystemError("start", program, code: status) }
    return id
}
