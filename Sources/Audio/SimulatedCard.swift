import Glibc
import Linux
public import Voice

/// A sound card made of files, by the ALSA plug-in `paced`: real captures and playbacks, in real
/// time, without hardware. What is spoken into it goes through a FIFO; what was heard from it is
/// in a file. Lives in a folder of its own, which goes with it.
public final class SimulatedCard: Sendable {
    /// The speaker's; the microphone's is `AudioFormat.speech`.
    public static let speakerFormat = AudioFormat(framesPerSecond: 24_000, channels: 1)

    private static let pluginName = "libasound_paced.so"
    private static let pcm = "pressel_simulated"

    private let folder: String
    private let speed: Int
    private let hearsItself: Bool
    private let ear: FileDescriptor

    /// The plug-in is not where it should be.
    public struct Missing: Error, CustomStringConvertible {
        public let description =
            "cannot simulate a sound card: \(pluginName) is neither beside pressel nor in"
            + " /usr/lib/pressel; build it with: swift build --product asound_paced"
    }

    /// - Parameters:
    ///   - speed: how many times faster than real time it is.
    ///   - hearsItself: its speaker stands beside its microphone, which hears all that is played;
    ///     then `heard` has nothing.
    public init(speed: Int = 1, hearsItself: Bool = false) throws {
        guard let plugin = Self.pluginPath else { throw Missing() }
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/pressel-card-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError("make a folder in", parent, code: errno)
        }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.speed = speed
        self.hearsItself = hearsItself
        let fifo = folder + "/microphone"
        guard mkfifo(fifo, 0o600) == 0 else { throw SystemError("make", fifo, code: errno) }
        // Open for both ways, it never closes, whoever else opens and closes it.
        let number = open(fifo, O_RDWR | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { throw SystemError("open", fifo, code: errno) }
        ear = FileDescriptor(owning: number)
        ear.setPipeSize(1 << 20)
        try writeFile(Self.configuration(plugin: plugin), to: configurationPath)
    }

    /// Its ALSA name, for recording and for playing.
    public var device: String {
        let out = hearsItself ? "\(folder)/microphone" : heardPath
        let rate = (hearsItself ? AudioFormat.speech : Self.speakerFormat).framesPerSecond
        return "\(Self.pcm):IN=\(folder)/microphone,OUT=\(out),SPEED=\(speed),RATE=\(rate)"
    }

    /// Puts an ALSA configuration that knows nothing but simulated cards, this one and others, in
    /// the place of the system's: for this process and those it starts.
    public func activate() { setenv("ALSA_CONFIG_PATH", configurationPath, 1) }

    /// A folder for whoever needs one as long as the card; files in it go with it if they are
    /// named so.
    public func path(_ name: String) -> String { "\(folder)/\(name)" }

    private var heardPath: String { path("heard") }
    private var configurationPath: String { path("asound.conf") }

    deinit {
        for name in ["microphone", "heard", "asound.conf", "settings.json"] { unlink(path(name)) }
        rmdir(path("state"))
        rmdir(folder)
    }

    /// Lets `sound`, in `AudioFormat.speech`, be heard by the microphone from now on; at most
    /// half a minute may be waiting.
    public func speak(_ sound: AudioChunk) throws {
        let sent = try sound.samples.withUnsafeBytes { try ear.write($0) }
        guard sent == sound.samples.count * 2 else {
            throw SystemError("say all of it into", "the simulated microphone", code: ENOSPC)
        }
    }

    /// What was heard so far; nothing if nothing was.
    public func heard() throws -> AudioChunk {
        guard access(heardPath, F_OK) == 0 else {
            return AudioChunk([], format: Self.speakerFormat)
        }
        let bytes = try readFile(heardPath, atMost: 1 << 28)
        let samples = stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
        return AudioChunk(samples, format: Self.speakerFormat)
    }

    private static var pluginPath: String? {
        let own = pathOfThisProgram()
        let beside = own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex)
        return ["\(beside)/\(pluginName)", "/usr/lib/pressel/\(pluginName)"].first {
            access($0, R_OK) == 0
        }
    }

    private static func configuration(plugin: String) -> String {
        """
        pcm_type.paced { lib "\(plugin)" }
        pcm.\(pcm) {
            @args [ IN OUT SPEED RATE ]
            @args.IN { type string }
            @args.OUT { type string }
            @args.SPEED { type integer default 1 }
            @args.RATE { type integer default \(speakerFormat.framesPerSecond) }
            type asym
            capture.pcm {
                type plug
                slave.pcm { type paced in $IN speed $SPEED }
            }
            playback.pcm {
                type plug
                slave.pcm {
                    type paced
                    out $OUT
                    rate $RATE
                    speed $SPEED
                }
            }
        }

        """
    }
}
