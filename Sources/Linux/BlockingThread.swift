import CLinux
import Glibc

/// Runs `body`, which may block, on a thread of its own: the threads that run tasks must not
/// wait for devices. Returns when `body` does; cancelling does not interrupt it.
///
/// - Parameter name: shown by `top -H`; Linux keeps 15 bytes of it.
public func onThread<Result: Sendable>(
    _ name: String, _ body: @escaping @Sendable () -> Result
) async -> Result {
    await withCheckedContinuation { continuation in
        startThread(name) { continuation.resume(returning: body()) }
    }
}

/// Runs `body` on a thread of its own, which nobody waits for.
public func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    // Glibc reserves 8 MiB of addresses for a stack; ours are shallow.
    pthread_attr_setstacksize(&attributes, 512 * 1024)
    var thread = pthread_t()
    let status = pthread_create(&thread, &attributes, runStart, start.toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(status == 0, "cannot start a thread: \(String(cString: strerror(status)))")
}

private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runStart(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
    clinux_name_thread(start.name)
    if threadsMayHang.load(ordering: .relaxed) { clinux_allow_hanging() }
    start.body()
    return nil
}
