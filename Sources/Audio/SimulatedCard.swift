import Codec
import Glibc
import Linux
public import Voice

/// A sound card made of files, by the ALSA plug-in `paced`: real captures and playbacks, in real
/// time, without hardware. What is spoken into it goes through a FIFO; what was heard from it is
/// in a file. Lives in a folder of its own, which goes with it.
public final class SimulatedCard: Sendable {
    /// The speaker's, unless another was asked for; the microphone's is `AudioFormat.speech`.
    public static let speakerFormat = AudioFormat(framesPerSecond: 24_000, channels: 1)

    private static let pluginName = "libasound_paced.so"
    private static let pcm = "pressel_simulated"

    private let folder: String
    private let ear: FileDescriptor
    private let kind: Kind

    /// What the card can do: nothing but this.
    public struct Kind: Sendable {
        /// How many times faster than real time it is.
        public var speed = 1
        public var capture = AudioFormat.speech
        public var playback = SimulatedCard.speakerFormat
        /// As ALSA names it: `S16_LE`, `S32_LE`, `S24_LE` or `S24_3LE`.
        public var samples = "S16_LE"
        /// Without ALSA's `plug` before it, as `hw:` is, which converts nothing.
        public var isBare = false
        /// Who hears it; a microphone takes the format of `capture`.
        public var output = Output.file

        public init() {}
    }

    /// What can happen to a card.
    public enum Mishap: String, Sendable { case none, unplugged, overrun, underrun, suspend }

    /// Where what is played goes.
    public enum Output: Sendable {
        case file
        /// The speaker stands beside the microphone, which hears all that is played.
        case microphone
        case nobody
    }

    /// The plug-in is not where it should be.
    public struct Missing: Error, CustomStringConvertible {
        public let description =
            "cannot simulate a sound card: \(pluginName) is neither beside pressel nor in"
            + " /usr/lib/pressel; scripts/build makes it, put it there"
    }

    /// - Parameters:
    ///   - speed: how many times faster than real time it is.
    ///   - output: who hears it; `heard` tells only of a `file`.
    public convenience init(speed: Int = 1, output: Output = .file) throws {
        var kind = Kind()
        kind.speed = speed
        kind.output = output
        try self.init(kind)
    }

    public init(_ kind: Kind) throws {
        guard let plugin = Self.pluginPath else { throw Missing() }
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/pressel-card-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError("make a folder in", parent, code: errno)
        }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.kind = kind
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
        let capture = kind.capture
        let (out, playback) =
            switch kind.output {
            case .file: (heardPath, kind.playback)
            case .microphone: ("\(folder)/microphone", kind.capture)
            case .nobody: ("/dev/null", kind.playback)
            }
        return "\(Self.pcm)\(kind.isBare ? "_bare" : ""):IN=\(folder)/microphone,OUT=\(out)"
            + ",CONTROL=\(path("control")),SPEED=\(kind.speed),FORMAT=\(kind.samples)"
            + ",INRATE=\(capture.framesPerSecond),INCHANNELS=\(capture.channels)"
            + ",OUTRATE=\(playback.framesPerSecond),OUTCHANNELS=\(playback.channels)"
    }

    /// Its mixer's ALSA name: one control, `Master`, from −60 to 0 dB.
    public var mixer: String { "\(Self.pcm)_mixer:FILE=\(path("mixer"))" }

    /// The volume its mixer stands at, 0 to 100 in even steps of 0.6 dB, and whether its switch is
    /// on.
    public var mixerState: (volume: Int, isOn: Bool) {
        let text = (try? readFile(path("mixer"), atMost: 100)) ?? []
        let words = String(decoding: text, as: UTF8.self).split { $0.isWhitespace }
        let numbers = words.compactMap { Int($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1] == 1) : (0, false)
    }

    /// Lets it happen now, to what is open; `unplugged` lasts until something else, `none` say,
    /// happens.
    public func suffer(_ mishap: Mishap) throws {
        // By rename: the card looks for a file that it has not seen yet.
        try writeFile(mishap.rawValue, to: path("control.new"))
        rename(path("control.new"), path("control"))
    }

    /// Puts an ALSA configuration that knows nothing but simulated cards, this one and others, in
    /// the place of the system's: for this process and those it starts.
    public func activate() { setenv("ALSA_CONFIG_PATH", configurationPath, 1) }

    /// A folder for whoever needs one as long as the card; files in it go with it if they are
    /// named so.
    public func path(_ name: String) -> String { "\(folder)/\(name)" }

    private var heardPath: String { path("heard") }
    private var configurationPath: String { path("asound.conf") }

    deinit { remove() }

    /// Removes its files, for who ends without letting go of it.
    public func remove() { removeTree(folder) }

    /// Lets `sound`, in `AudioFormat.speech`, be heard by the microphone from now on; at most
    /// half a minute may be waiting.
    public func speak(_ sound: AudioChunk) throws {
        let sound = Resampler.convert(sound, to: kind.capture)
        let samples = sampleFormat
        let count = sound.samples.count * samples.bytes
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            for (index, sample) in sound.samples.enumerated() {
                samples.store(sample, at: index, in: buffer.baseAddress!)
            }
            initialized = count
        }
        let sent = try bytes.withUnsafeBytes { try ear.write($0) }
        guard sent == count else {
            throw SystemError("say all of it into", "the simulated microphone", code: ENOSPC)
        }
    }

    /// What was heard so far; nothing if nothing was.
    public func heard() throws -> AudioChunk {
        guard access(heardPath, F_OK) == 0 else { return AudioChunk([], format: kind.playback) }
        let bytes = try readFile(heardPath, atMost: 1 << 28)
        let frames = bytes.count / sampleFormat.bytes / kind.playback.channels
        let samples = bytes.withUnsafeBytes { bytes in
            guard let memory = bytes.baseAddress else { return [Int16]() }
            return sampleFormat.load(frames * kind.playback.channels, from: memory)
        }
        return AudioChunk(samples, format: kind.playback)
    }

    private var sampleFormat: SampleFormat {
        switch kind.samples {
        case "S32_LE": .bits32
        case "S24_LE": .bits24
        case "S24_3LE": .bits24Packed
        default: .bits16
        }
    }

    private static var pluginPath: String? {
        let own = pathOfThisProgram()
        let beside = own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex)
        return ["\(beside)/\(pluginName)", "/usr/lib/pressel/\(pluginName)"].first {
            access($0, R_OK) == 0
        }
    }

    private static func configuration(plugin: String) -> String {
        let arguments = """
            @args [ IN OUT CONTROL SPEED FORMAT INRATE INCHANNELS OUTRATE OUTCHANNELS ]
            @args.IN { type string }
            @args.OUT { type string }
            @args.CONTROL { type string default "" }
            @args.SPEED { type integer default 1 }
            @args.FORMAT { type string default "S16_LE" }
            @args.INRATE { type integer default \(AudioFormat.speech.framesPerSecond) }
            @args.INCHANNELS { type integer default 1 }
            @args.OUTRATE { type integer default \(speakerFormat.framesPerSecond) }
            @args.OUTCHANNELS { type integer default 1 }
            """
        let card = """
            type paced control $CONTROL speed $SPEED format $FORMAT
            """
        func pcm(_ name: String, converter: String) -> String {
            """
            pcm.\(name) {
                \(arguments)
                type asym
                capture.pcm {
                    type \(converter)
                    slave.pcm { \(card) in $IN rate $INRATE channels $INCHANNELS }
                }
                playback.pcm {
                    type \(converter)
                    slave.pcm { \(card) out $OUT rate $OUTRATE channels $OUTCHANNELS }
                }
            }
            """
        }
        // `copy` converts nothing, but lets itself be read and written, as a card does.
        return """
            pcm_type.paced { lib "\(plugin)" }
            ctl_type.paced { lib "\(plugin)" }
            \(pcm(Self.pcm, converter: "plug"))
            \(pcm(Self.pcm + "_bare", converter: "copy"))
            ctl.\(Self.pcm)_mixer {
                @args [ FILE NAME DECIBELS ]
                @args.FILE { type string }
                @args.NAME { type string default "Master" }
                @args.DECIBELS { type integer default 1 }
                type paced
                file $FILE
                name $NAME
                decibels $DECIBELS
            }

            """
    }
}
