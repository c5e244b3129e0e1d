import Glibc
public import Linux

/// The folder for all that the device remembers.
public struct StateFolder: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// Where it is unless somebody says otherwise: what the service manager gives, or root's
    /// usual place, or the user's own by the XDG convention.
    public static func defaultPath(environment: (String) -> String?) -> String {
        if let path = environment("PRESSEL_STATE") { return path }
        // systemd's, which may hold several, separated by colons.
        if let path = environment("STATE_DIRECTORY")?.split(separator: ":").first {
            return String(path)
        }
        if geteuid() == 0 { return "/var/lib/pressel" }
        if let path = environment("XDG_STATE_HOME"), path.hasPrefix("/") {
            return path + "/pressel"
        }
        return (environment("HOME") ?? "/tmp") + "/.local/state/pressel"
    }

    /// Makes the folder, readable by its owner only, if it is missing, and sees whether it can be
    /// written, by writing.
    public func prepare() throws(SystemError) {
        try makeFolder(path, mode: 0o700)
        let probe = "\(path)/.probe-\(getpid())"
        let number = open(probe, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard number >= 0 else {
            throw SystemError("write in the state folder", path, code: errno)
        }
        _ = FileDescriptor(owning: number)
        unlink(probe)
    }
}

/// Makes `path` and what is missing above it.
private func makeFolder(_ path: String, mode: mode_t) throws(SystemError) {
    if mkdir(path, mode) == 0 || errno == EEXIST { return }
    let code = errno
    guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
        throw SystemError("make the state folder", path, code: code)
    }
    try makeFolder(String(path[..<slash]), mode: 0o755)
    if mkdir(path, mode) != 0, errno != EEXIST {
        throw SystemError("make the state folder", path, code: errno)
    }
}
