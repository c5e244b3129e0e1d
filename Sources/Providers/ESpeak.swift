import Codec
import Linux
public import Voice

/// espeak-ng, the voice that needs no network: a program of its own, which is given the text on
/// its standard input and whose sound is read as it is made.
public struct ESpeak: SpeechSynthesizer {
    private static let name = "espeak-ng"
    /// It takes 6 ms to its first sound; one that takes this long is stuck.
    private static let patience = Duration.seconds(10)
    private static let chunk = Duration.milliseconds(20)
    /// Two seconds may wait for the speaker; then the program does.
    private static let chunksAhead = 100

    /// On espeak-ng's scale of 0 to 99, whose middle is a little high for clear vowels: of the
    /// twelve hours, PocketSphinx makes out eleven at 40, ten at 50.
    private static let pitch = "40"

    private let program: String
    private let voice: String
    private let wordsPerMinute: Int

    /// - Parameters:
    ///   - program: its path, or its name along `PATH`.
    ///   - voice: one of `espeak-ng --voices`, a variant after a plus sign.
    ///   - wordsPerMinute: 80...450; espeak-ng's own default is 175.
    public init(program: String = "espeak-ng", voice: String, wordsPerMinute: Int = 150) {
        self.program = program
        self.voice = voice
        self.wordsPerMinute = wordsPerMinute
    }

    /// The voice for a BCP 47 language. English takes a variant with espeak-ng's Klatt
    /// synthesizer: PocketSphinx makes out what that one says where it fails on the default
    /// ("what time is it" became "what are you really").
    public static func voice(forLanguage language: String) -> String {
        switch language.lowercased() {
        case "en", "en-us": "en-us+klatt"
        case "en-gb": "en-gb+klatt"
        case let other: other
        }
    }

    public func speech(for text: String) async throws(ProviderError) -> AudioStream {
        let child: ChildProcess
        do {
            child = try ChildProcess(
                program,
                ["--stdin", "--stdout", "-v", voice, "-p", Self.pitch, "-s", "\(wordsPerMinute)"])
        } catch {
            throw .unavailable(
                provider: Self.name, reason: "\(error); install the package espeak-ng")
        }
        let channel = Channel<AudioChunk>(holding: Self.chunksAhead)
        let input = Self.plain(text)
        startThread("espeak-ng") { Self.work(child, input, channel) }
        let impatience = Task {
            try await MonotonicClock().sleep(for: Self.patience)
            child.kill()
        }
        defer { impatience.cancel() }
        do {
            let first = try await withTaskCancellationHandler {
                try await channel.next()
            } onCancel: {
                child.kill()
            }
            guard let first else {
                throw ProviderError.failed(provider: Self.name, reason: "it made no sound")
            }
            return channel.stream(startingWith: first)
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw ProviderError(error, from: Self.name)
        }
    }

    /// On the thread that belongs to the child.
    private static func work(
        _ child: ChildProcess, _ input: [UInt8], _ channel: Channel<AudioChunk>
    ) {
        var failure: ProviderError?
        do {
            try feed(child, input)
            let pipe = try SoundPipe(reading: child.outputDescriptor)
            while true {
                let chunk = pipe.read(Self.chunk)
                guard !chunk.isEmpty else { break }
                guard channel.send(chunk) else {
                    child.kill()
                    break
                }
            }
        } catch {
            failure = .failed(provider: name, reason: "\(error)")
        }
        if failure != nil { child.kill() }
        let status = child.wait()
        // What it says of itself matters more than that there was no sound.
        if status != 0, status != 128 + 9 {
            failure = .failed(provider: name, reason: "it ended with status \(status)")
        }
        channel.finish(throwing: failure)
    }

    private static func feed(_ child: ChildProcess, _ input: [UInt8]) throws {
        // A reply is a few sentences; what does not fit into a pipe (64 KiB) nobody listens to.
        _ = try input.prefix(60_000).withUnsafeBytes { try child.write($0) }
        child.closeInput()
    }

    /// espeak-ng takes `[[` for the start of phoneme names.
    private static func plain(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for byte in text.utf8 { bytes.append(byte == UInt8(ascii: "[") ? UInt8(ascii: " ") : byte) }
        return bytes + [UInt8(ascii: "\n")]
    }
}

extension ProviderError {
    /// What went wrong while working for `provider`, whatever threw it.
    init(_ error: any Error, from provider: String) {
        switch error {
        case let error as ProviderError: self = error
        case is CancellationError: self = .cancelled
        default: self = .failed(provider: provider, reason: "\(error)")
        }
    }
}
