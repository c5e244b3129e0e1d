import Codec
import Glibc
import Linux
import Voice

/// Where a command leaves sound: a file named by `--out`, WAV, or MP3 if its name ends so.
struct AnswerFile {
    let path: String
    private let isMP3: Bool

    /// Nobody should have to speak first to learn that it cannot be kept.
    ///
    /// - Throws: if there is no writing to it, or if its name promises what it would not hold.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        let name = path.split(separator: "/").last ?? ""
        let ending = name.lastIndex(of: ".").map { name[$0...].lowercased() }
        isMP3 = ending == ".mp3"
        guard [nil, ".wav", ".mp3"].contains(ending) else {
            throw CommandFailure(
                "cannot write \(path): only WAV and MP3 are written; let its name end in .wav or"
                    + " .mp3")
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw CommandFailure("cannot write \(path): it is a folder; name a file in it")
        }
        guard access(path, W_OK) == 0 || (errno == ENOENT && access(folder, W_OK) == 0) else {
            throw CommandFailure(
                "cannot write \(path): \(String(cString: strerror(errno))); name another file")
        }
    }

    /// Writes it anew.
    func write(_ sound: AudioChunk) throws {
        guard isMP3 else { return try AudioFile.write(sound, to: path) }
        let encoder = MP3Encoder(format: sound.format)
        let number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard number >= 0 else { throw SystemError("write", path, code: errno) }
        let file = FileDescriptor(owning: number)
        try file.writeAll(encoder.encode(sound))
        try file.writeAll(encoder.finish())
    }
}
