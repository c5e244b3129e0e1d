import CLinux
import Glibc
import Synchronization

/// Whether `hangThread` is to work on the threads that start from now on. Nobody sets it but who
/// tests: a signal that can stop a thread for good is blocked everywhere else.
let threadsMayHang = Atomic(false)

public func allowHangingThreads() { threadsMayHang.store(true, ordering: .relaxed) }

/// Stops a thread of this process for good, wherever it is, locks in its hands: for tests of what
/// watches over threads.
///
/// - Parameter name: as `startThread` took it.
/// - Returns: whether there is one of that name.
@discardableResult
public func hangThread(named name: String) -> Bool {
    let folder = "/proc/self/task"
    for thread in names(inFolder: folder) {
        guard let number = CInt(thread),
            let text = try? readFile("\(folder)/\(thread)/comm", atMost: 100),
            String(decoding: text, as: UTF8.self) == "\(name.prefix(15))\n"
        else { continue }
        return clinux_hang_thread(number) == 0
    }
    return false
}
