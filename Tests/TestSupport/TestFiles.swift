public import Audio
import Codec
import Glibc
import Linux
import Providers
public import Voice

/// A folder that lasts as long as this object.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() {
        // Debian 13's /tmp is in memory, of which a device whose state lies there complains.
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        var template = Array("\(parent)/pressel-test-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no temporary folder can be made")
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { removeTree(path) }

    /// A file in it, written; its owner's alone, as the device's own are.
    public func file(_ name: String, _ bytes: [UInt8]) -> String {
        let file = fopen("\(path)/\(name)", "w")!
        fchmod(fileno(file), 0o600)
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return "\(path)/\(name)"
    }
}

/// The program under test, which lies beside the tests.
public let presselProgram: String = {
    let own = pathOfThisProgram()
    return own[..<own.lastIndex(of: "/")!] + "/pressel"
}()

/// Recordings of people, from Debian's package pocketsphinx-testdata.
public enum People {
    private static let folder = "/usr/share/pocketsphinx/test/data"

    /// The thirteen recordings at 16 kHz: name, and what is said.
    public static let recordings: [(name: String, words: String)] = [
        ("goforward.raw", "go forward ten meters"),
        ("numbers.raw", "thirty three four oh six ninety two"),
        ("something.raw", "go somewhere and do something"),
        ("cards/001.wav", "ten of clubs"), ("cards/002.wav", "four queen of clubs"),
        ("cards/003.wav", "seven of clubs"), ("cards/004.wav", "five five"),
        ("cards/005.wav", "eight of spades four of clubs seven of hearts"),
        ("librivox/sense_and_sensibility_01_austen_64kb-0870.wav", "and mister john dashwood"),
        (
            "librivox/sense_and_sensibility_01_austen_64kb-0880.wav",
            "he was not an ill disposed young man"
        ),
        ("librivox/sense_and_sensibility_01_austen_64kb-0890.wav", "unless to be rather cold"),
        ("librivox/sense_and_sensibility_01_austen_64kb-0920.wav", "had he married a more"),
        ("librivox/sense_and_sensibility_01_austen_64kb-0930.wav", "he might even have been"),
    ]

    public static func path(_ name: String) -> String { "\(folder)/\(name)" }

    public static func sound(_ name: String) throws -> AudioChunk {
        guard name.hasSuffix(".raw") else {
            let recording = try AudioFile.read(path(name), atMost: .seconds(60))
            return Resampler.convert(recording.sound, to: .speech)
        }
        let bytes = try readFile(path(name), atMost: 1 << 22)
        let samples = stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
        return AudioChunk(samples, format: .speech)
    }
}

/// `text` as espeak-ng says it.
public func spoken(_ text: String) async throws -> AudioChunk {
    let voice = ESpeak(voice: ESpeak.voice(forLanguage: "en"))
    var samples: [Int16] = []
    var format = AudioFormat.speech
    for try await chunk in try await voice.speech(for: text) {
        samples += chunk.samples
        format = chunk.format
    }
    return Resampler.convert(AudioChunk(samples, format: format), to: .speech)
}

/// What PocketSphinx's general model makes of `sound`.
public func recognized(_ sound: AudioChunk) async throws -> String {
    let stream = AudioStream { continuation in
        continuation.yield(sound)
        continuation.finish()
    }
    return try await PocketSphinx(program: presselProgram).transcript(of: stream)
}

/// A new simulated card. ALSA reads its configuration once for all of them.
public func testCard(
    speed: Int = 1, output: SimulatedCard.Output = .file
) throws -> SimulatedCard {
    _ = activated
    return try SimulatedCard(speed: speed, output: output)
}

/// A new simulated card that can do nothing but what `kind` says.
public func testCard(_ kind: SimulatedCard.Kind) throws -> SimulatedCard {
    _ = activated
    return try SimulatedCard(kind)
}

private let activated: SimulatedCard? = {
    let card = try? SimulatedCard()
    card?.activate()
    return card
}()
