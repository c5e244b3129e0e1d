import Glibc
import Linux
import Store
import Voice

/// Answers as WAV files that somebody may fetch for an hour, in a folder of their own. It is
/// bounded: the oldest go first.
struct KeptAnswers: Sendable {
    private let folder: String
    private let limits: Limits

    struct Limits {
        var age: Int = 3600
        var count = 100
        /// Twenty minutes of speech.
        var bytes = 64 << 20
    }

    init(in state: StateFolder, limits: Limits = Limits()) {
        folder = state.path + "/answers"
        self.limits = limits
    }

    /// A file that is being written. For one task; letting go of it before its end removes it.
    final class NewAnswer: Sendable {
        let name: String
        private let path: String
        private let file: NewFile

        fileprivate init(_ name: String, in folder: String) throws(SystemError) {
            self.name = name
            path = "\(folder)/\(name)"
            file = try NewFile(path + ".new")
        }

        deinit { unlink(path + ".new") }

        func append(_ bytes: [UInt8]) throws(SystemError) { try file.write(bytes) }

        /// It is there from now on.
        func finish() throws(SystemError) {
            completeWAVHeader(path + ".new")
            guard rename(path + ".new", path) == 0 else {
                throw SystemError("keep", path, code: errno)
            }
        }
    }

    func begin(_ id: TurnID) throws(SystemError) -> NewAnswer {
        mkdir(folder, 0o700)
        prune()
        return try NewAnswer("\(id).wav", in: folder)
    }

    /// The bytes of a file, piece by piece; nil if it is not there, or too old.
    func read(_ name: String) -> (() throws -> [UInt8]?)? {
        guard let path = path(of: name), let file = OpenFile(path) else { return nil }
        return {
            let bytes = try file.read()
            return bytes.isEmpty ? nil : bytes
        }
    }

    /// All of it.
    func bytes(_ name: String) throws(SystemError) -> [UInt8] {
        try readFile("\(folder)/\(name)", atMost: limits.bytes)
    }

    /// Nobody may fetch it any more.
    func remove(_ id: TurnID) { unlink("\(folder)/\(id).wav") }

    func removeAll() { removeTree(folder) }

    private func path(of name: String) -> String? {
        guard name.hasSuffix(".wav"), TurnID(String(name.dropLast(4))) != nil else { return nil }
        var status = stat()
        let path = "\(folder)/\(name)"
        guard stat(path, &status) == 0, time(nil) - status.st_mtim.tv_sec <= limits.age else {
            return nil
        }
        return path
    }

    /// Removes what is too old, and the oldest of what is too much.
    func prune() {
        var files: [(path: String, time: Int, bytes: Int)] = []
        guard let entries = opendir(folder) else { return }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var status = stat()
            let path = "\(folder)/\(name)"
            guard !name.hasPrefix("."), stat(path, &status) == 0 else { continue }
            files.append((path, status.st_mtim.tv_sec, Int(status.st_size)))
        }
        closedir(entries)
        files.sort { $0.time > $1.time }
        let now = time(nil)
        var bytes = 0
        for (index, file) in files.enumerated() {
            bytes += file.bytes
            let stays =
                now - file.time <= limits.age && index < limits.count && bytes <= limits.bytes
            if !stays { unlink(file.path) }
        }
    }

    /// Owns a file that is read.
    private final class OpenFile: Sendable {
        private let file: FileDescriptor

        init?(_ path: String) {
            let number = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard number >= 0 else { return nil }
            file = FileDescriptor(owning: number)
        }

        func read() throws(SystemError) -> [UInt8] { try file.read(atMost: 32_768) }
    }
}

/// Writes into the header of a WAV file how long it became, which was not known when it was begun.
private func completeWAVHeader(_ path: String) {
    guard let size = sizeOfFile(path), size >= 44, size < UInt32.max,
        let file = fopen(path, "r+e")
    else { return }
    defer { fclose(file) }
    for (offset, length) in [(4, size - 8), (40, size - 44)] {
        var bytes = UInt32(length).littleEndian
        fseek(file, offset, SEEK_SET)
        fwrite(&bytes, 4, 1, file)
    }
}
