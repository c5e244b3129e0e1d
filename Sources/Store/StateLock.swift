import Glibc
public import Linux

/// Keeps two programs from keeping their memory in one state folder. Held as long as the object is;
/// the kernel lets go of it when the process dies, however it dies.
public final class StateLock: Sendable {
    /// Why there is no lock.
    public enum Failure: Error, Equatable, CustomStringConvertible {
        /// Another process holds it; its id, if it could be read.
        case held(folder: String, by: Int?)
        /// The folder cannot be written, or its file system knows no locks.
        case impossible(SystemError)

        public var description: String {
            switch self {
            case .held(let folder, let process):
                "cannot use the state folder \(folder): pressel run uses it"
                    + (process.map { " (process \($0))" } ?? "")
                    + "; stop that one (systemctl stop pressel), or name another with --state"
            case .impossible(let error): "\(error)"
            }
        }
    }

    let file: FileDescriptor

    /// Takes the lock, without waiting.
    public init(_ folder: StateFolder) throws(Failure) {
        let path = folder.path + "/lock"
        let number = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard number >= 0 else {
            throw .impossible(SystemError("open", path, code: errno))
        }
        let file = FileDescriptor(owning: number)
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            guard code == EWOULDBLOCK else {
                throw .impossible(SystemError("lock", path, code: code))
            }
            let text = (try? readFile(path, atMost: 100)) ?? []
            throw .held(folder: folder.path, by: Int(String(decoding: text, as: UTF8.self)))
        }
        // For the other to name; on a full disk it stays unnamed.
        ftruncate(number, 0)
        try? file.writeAll(Array("\(getpid())".utf8))
        folder.give(path)
        self.file = file
    }
}
