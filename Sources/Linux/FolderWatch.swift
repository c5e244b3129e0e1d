import CLinux
import Glibc
import Synchronization
import Voice

/// Tells when something appears in some folders, or may be used from now on by somebody else: in
/// those of `/dev`, that a device was plugged in, and that udev has set who may open it. Needs no
/// right but to read the folders.
public final class FolderWatch: Sendable {
    private let folders: [String]
    private let wake = Wake()
    private let isEnding = Atomic(false)

    /// What is plugged in comes as several files, each with a change of its rights.
    private static let gathering = Duration.milliseconds(100)

    /// - Parameter folders: they need not be there yet.
    public init(_ folders: [String]) { self.folders = folders }

    /// Watches until the task is cancelled.
    ///
    /// - Parameter changed: is called on a thread of the watch, at most ten times a second.
    /// - Throws: if the kernel gives no watch, as when this user has too many.
    public func run(_ changed: @escaping @Sendable () -> Void) async throws(SystemError) {
        let result = await withTaskCancellationHandler {
            await onThread("plugs") { () -> Result<Void, SystemError> in
                do throws(SystemError) {
                    return .success(try self.work(changed))
                } catch {
                    return .failure(error)
                }
            }
        } onCancel: {
            isEnding.store(true, ordering: .releasing)
            wake.signal()
        }
        try result.get()
    }

    private var hasEnded: Bool { isEnding.load(ordering: .acquiring) }

    private func work(_ changed: () -> Void) throws(SystemError) {
        let number = clinux_inotify()
        guard number >= 0 else { throw SystemError("watch", "/dev", code: errno) }
        let watch = FileDescriptor(owning: number)
        try arm(number)
        while !hasEnded {
            var polled = [
                pollfd(fd: number, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            poll(&polled, 2, -1)
            guard sleepThread(until: .now + Self.gathering, unless: [wake.descriptor]) else {
                return
            }
            // What it was does not matter.
            clinux_drain(watch.number)
            try arm(number)
            changed()
        }
    }

    /// Watches each folder, or where there is none yet the nearest in which it will appear.
    private func arm(_ number: CInt) throws(SystemError) {
        for folder in folders {
            var path = folder
            while clinux_inotify_watch(number, path) < 0 {
                let code = errno
                guard code == ENOENT || code == ENOTDIR || code == EACCES, path != "/" else {
                    throw SystemError("watch", path, code: code)
                }
                path = Linux.folder(of: path)
            }
            // It may have come just before what is above it was watched.
            if path != folder { _ = clinux_inotify_watch(number, folder) }
        }
    }
}
