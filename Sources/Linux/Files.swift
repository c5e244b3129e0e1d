import CLinux
import Glibc

/// The bytes of a file, opened, read and closed.
///
/// - Throws: `SystemError`, with `EFBIG` for a file larger than `limit`.
public func readFile(_ path: String, atMost limit: Int) throws(SystemError) -> [UInt8] {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw SystemError("open", path, code: errno) }
    let file = FileDescriptor(owning: number)
    var bytes: [UInt8] = []
    while true {
        let part: [UInt8]
        do {
            part = try file.read(atMost: 65_536)
        } catch {
            throw SystemError("read", path, code: error.code)
        }
        guard !part.isEmpty else { return bytes }
        bytes += part
        guard bytes.count <= limit else { throw SystemError("read", path, code: EFBIG) }
    }
}

/// Writes a small file, readable by its owner only, in the place of what was there.
public func writeFile(_ text: String, to path: String) throws(SystemError) {
    let number = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw SystemError("open", path, code: errno) }
    let file = FileDescriptor(owning: number)
    let bytes = Array(text.utf8)
    let count = bytes.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
    guard count == bytes.count else { throw SystemError("write", path, code: errno) }
}

/// Puts `bytes` in the place of a file, so that after a power cut either the old or the new is
/// there, whole: written beside it, synced, renamed. Nobody but its owner may read the new one. One
/// writer at a time for one path.
public func replaceFile(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    let new = path + ".new"
    do throws(SystemError) {
        let file = try NewFile(new)
        try file.write(bytes)
        try file.finish()
        guard rename(new, path) == 0 else { throw SystemError("replace", path, code: errno) }
    } catch {
        unlink(new)
        throw error
    }
    try syncFolder(of: path)
}

/// A file that is being written, in the place of one that was there. Letting go of it closes it.
public final class NewFile: Sendable {
    let file: FileDescriptor
    private let path: String

    /// Makes it, readable by its owner only.
    public init(_ path: String) throws(SystemError) {
        unlink(path)
        let number = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw SystemError("write", path, code: errno) }
        file = FileDescriptor(owning: number)
        self.path = path
    }

    /// Appends all of `bytes`.
    public func write(_ bytes: [UInt8]) throws(SystemError) {
        do {
            try file.writeAll(bytes)
        } catch {
            throw SystemError("write", path, code: error.code)
        }
    }

    /// Waits until the disk has all of it.
    public func finish() throws(SystemError) {
        guard fsync(file.number) == 0 else { throw SystemError("write", path, code: errno) }
    }
}

/// Waits until the disk has what was made, renamed or removed in the folder that holds `path`.
public func syncFolder(of path: String) throws(SystemError) {
    let folder = Linux.folder(of: path)
    let number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw SystemError("open", folder, code: errno) }
    let file = FileDescriptor(owning: number)
    // Some file systems have nothing to sync in a folder, and say so.
    guard fsync(file.number) == 0 || errno == EINVAL else {
        throw SystemError("sync", folder, code: errno)
    }
}

/// The folder that a path names something in.
public func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The names in a folder, in no order; none if it cannot be read.
public func names(inFolder path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

/// Removes a file, or a folder with all that is in it, as far as that goes. Links are not followed.
public func removeTree(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
        unlink(path)
        return
    }
    for name in names(inFolder: path) { removeTree(path + "/" + name) }
    rmdir(path)
}

/// The size of a file in bytes, nil if there is none.
public func sizeOfFile(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
}

/// Whether a folder is kept in memory only, and gone when the power is.
public func isInMemory(_ path: String) -> Bool {
    if clinux_is_in_memory(path) != 0 { return true }
    guard let real = realpath(path, nil) else { return false }
    defer { free(real) }
    let mounts = (try? readFile("/proc/self/mountinfo", atMost: 1024 * 1024)) ?? []
    let upper = upperFolder(
        of: String(cString: real), in: String(decoding: mounts, as: UTF8.self))
    return upper.map { clinux_is_in_memory($0) != 0 } ?? false
}

/// Where an overlay puts what is written to `path`, as a board has it whose root is read-only; nil
/// where no overlay is.
///
/// - Parameter mounts: /proc/self/mountinfo (proc(5)).
func upperFolder(of path: String, in mounts: String) -> String? {
    var found: (point: Substring, upper: String?) = ("", nil)
    for line in mounts.split(separator: "\n") {
        // As in "36 35 0:30 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w".
        let halves = line.split(separator: " - ", maxSplits: 1)
        let fields = halves[0].split(separator: " ")
        guard halves.count == 2, fields.count >= 5 else { continue }
        let point = fields[4]
        let isAbove = point == "/" || path == point || path.hasPrefix("\(point)/")
        // The last one mounted there is the one on top.
        guard isAbove, point.count >= found.point.count else { continue }
        let kind = halves[1].split(separator: " ", maxSplits: 2)
        let upper =
            kind.first == "overlay" && kind.count == 3
            ? kind[2].split(separator: ",").first { $0.hasPrefix("upperdir=") } : nil
        found = (point, upper.map { String($0.dropFirst("upperdir=".count)) })
    }
    return found.upper
}

/// The path of the running program, so that it can be run again.
public func pathOfThisProgram() -> String { ownPath }

/// Read once: an upgrade while it runs makes the file another one, and this one "(deleted)".
private let ownPath: String = {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    return count > 0 ? String(decoding: buffer[..<count].map(UInt8.init), as: UTF8.self) : ""
}()
