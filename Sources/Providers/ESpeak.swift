import Codec
import Linux
import Synchronization
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
    public static let clearPitch = 40

    private let program: String
    private let voice: String
    private let wordsPerMinute: Int
    private let pitch: Int
    private let pace: SpeakingPace
    private let substitute: Substitute?
    private let log: Log?

    /// Another voice, and whether it is known to be needed: then nothing is tried and told again.
    private final class Substitute: Sendable {
        let voice: String
        let isNeeded = Atomic(false)

        init(_ voice: String) { self.voice = voice }
    }

    /// - Parameters:
    ///   - program: its path, or its name along `PATH`.
    ///   - voice: one of `espeak-ng --voices`, a variant after a plus sign.
    ///   - substitute: a voice that is there, for when `voice` turns out not to be: it may be
    ///     anybody's word, and this one is the device's last.
    ///   - log: is told when the substitute has to speak.
    ///   - wordsPerMinute: 80...450; espeak-ng's own default is 175.
    ///   - pitch: 0...99.
    ///   - pace: slows it down.
    public init(
        program: String = "espeak-ng", voice: String, orElse substitute: String? = nil,
        wordsPerMinute: Int = 150, pitch: Int = clearPitch, pace: SpeakingPace = SpeakingPace(),
        log: Log? = nil
    ) {
        self.program = program
        self.voice = voice
        self.substitute = substitute.flatMap { $0 == voice ? nil : Substitute($0) }
        self.log = log
        self.wordsPerMinute = wordsPerMinute
        self.pitch = pitch
        self.pace = pace
    }

    /// The voice for a BCP 47 language; English where espeak-ng has none, since it would say
    /// nothing at all in a voice it has not. English takes a variant with espeak-ng's Klatt
    /// synthesizer: PocketSphinx makes out what that one says where it fails on the default
    /// ("what time is it" became "what are you really").
    public static func voice(forLanguage language: String) -> String {
        let tag = language.lowercased()
        let primary = tag.split(separator: "-").first.map(String.init) ?? ""
        switch tag {
        case "en-gb": return "en-gb+klatt"
        // espeak-ng finds the nearest of its voices to a tag by itself.
        case _ where primary != "en" && languages.contains(primary): return tag
        default: return "en-us+klatt"
        }
    }

    /// Those that `espeak-ng --voices` lists in Debian 12 and 13, by their primary subtags.
    private static let languages = Set(
        """
        af am an ar as az ba be bg bn bpy bs ca chr cmn cs cv cy da de el eo es et eu fa fi fr ga
        gd gn grc gu hak haw he hi hr ht hu hy hyw ia id io is it ja jbo ka kk kl kn ko kok ku ky
        la lb lfn lt lv mi mk ml mr ms mt my nb nci ne nl nog om or pa pap piqd pl pt py qdb qu quc
        qya ro ru sd shn si sjn sk sl smj sq sr sv sw ta te th tk tn tr tt ug uk ur uz vi yue zh
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    public func speech(for text: String) async throws(ProviderError) -> AudioStream {
        guard let substitute else { return try await speech(for: text, in: voice) }
        guard !substitute.isNeeded.load(ordering: .relaxed) else {
            return try await speech(for: text, in: substitute.voice)
        }
        do {
            return try await speech(for: text, in: voice)
        } catch .failed(_, let reason) {
            // If that one fails too, it is not the voice.
            let speech = try await speech(for: text, in: substitute.voice)
            substitute.isNeeded.store(true, ordering: .relaxed)
            log?.warning(
                "cannot speak with \(Self.name)'s voice \"\(voice)\": \(reason);"
                    + " \"\(substitute.voice)\" speaks; choose one of those that espeak-ng --voices"
                    + " lists")
            return speech
        }
    }

    private func speech(
        for text: String, in voice: String
    ) async throws(ProviderError) -> AudioStream {
        let child: ChildProcess
        let speed = max(80, Int(Double(wordsPerMinute) * pace.factor))
        do {
            child = try ChildProcess(
                program, ["--stdin", "--stdout", "-v", voice, "-p", "\(pitch)", "-s", "\(speed)"])
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
