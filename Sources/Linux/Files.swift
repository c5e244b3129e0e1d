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

/// The path of the running program, so that it can be run again.
public func pathOfThisProgram() -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    return count > 0 ? String(decoding: buffer[..<count].map(UInt8.init), as: UTF8.self) : ""
}
