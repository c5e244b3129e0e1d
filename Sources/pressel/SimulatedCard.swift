import Audio
import Glibc
import Linux
import Voice

/// A sound card made of files, by the ALSA plug-in `paced`: real captures and playbacks, in real
/// time, without hardware. What is spoken into it goes through a FIFO; what was heard from it is
/// in a file. Lives in a folder of its own, which goes with it.
final class SimulatedCard: Sendable {
    /// The ALSA name of its microphone and of its speaker.
    static let name = "pressel_simulated"
    /// The speaker's rate; the microphone's is that of `AudioFormat.speech`.
    static let speakerFormat = AudioFormat(framesPerSecond: 24_000, channels: 1)

    private let folder: String
    private let ear: FileDescriptor

    /// The raw samples that were heard so far.
    var heardPath: String { folder + "/heard" }
    /// An ALSA configuration that knows nothing but this card.
    var configurationPath: String { folder + "/asound.conf" }

    init() throws {
        guard let plugin = Self.pluginPath else {
            throw CommandFailure(
                "cannot simulate a sound card: \(Self.pluginName) is neither beside pressel nor in"
                    + " /usr/lib/pressel; build it with: swift build --product asound_paced")
        }
        var template = Array("\(environment("TMPDIR") ?? "/tmp")/pressel-card-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError("make", "a temporary folder", code: errno)
        }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let fifo = folder + "/microphone"
        guard mkfifo(fifo, 0o600) == 0 else { throw SystemError("make", fifo, code: errno) }
        // Open for both ways, it never closes, whoever else opens and closes it.
        let number = open(fifo, O_RDWR | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { throw SystemError("open", fifo, code: errno) }
        ear = FileDescriptor(owning: number)
        ear.setPipeSize(1 << 20)
        try write(configuration(plugin: plugin, fifo: fifo), to: configurationPath)
    }

    deinit {
        for name in ["microphone", "heard", "asound.conf"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// Lets `sound`, in `AudioFormat.speech`, be heard by the microphone from now on; at most
    /// half a minute may be waiting.
    func speak(_ sound: AudioChunk) throws {
        let sent = try sound.samples.withUnsafeBytes { try ear.write($0) }
        guard sent == sound.samples.count * 2 else {
            throw CommandFailure("cannot simulate \(sound.duration) of speech: it is too long")
        }
    }

    /// What was heard so far.
    func heard() throws -> AudioChunk {
        let bytes = try readFile(heardPath, atMost: 1 << 28)
        let samples = stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
        return AudioChunk(samples, format: Self.speakerFormat)
    }

    private static let pluginName = "libasound_paced.so"

    private static var pluginPath: String? {
        let own = pathOfThisProgram()
        let beside = own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex)
        return ["\(beside)/\(pluginName)", "/usr/lib/pressel/\(pluginName)"].first {
            access($0, R_OK) == 0
        }
    }

    private func configuration(plugin: String, fifo: String) -> String {
        """
        pcm_type.paced { lib "\(plugin)" }
        pcm.\(Self.name) {
            type asym
            capture.pcm { type plug slave.pcm { type paced in "\(fifo)" } }
            playback.pcm {
                type plug
                slave.pcm {
                    type paced out "\(heardPath)" rate \(Self.speakerFormat.framesPerSecond)
                }
            }
        }

        """
    }

    private func write(_ text: String, to path: String) throws {
        let number = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw SystemError("open", path, code: errno) }
        let file = FileDescriptor(owning: number)
        let bytes = Array(text.utf8)
        _ = try bytes.withUnsafeBytes { try file.write($0) }
    }
}
