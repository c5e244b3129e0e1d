import Glibc
public import Linux
public import Voice

/// PocketSphinx, the recognizer that needs no network, as a process of its own for each turn: its
/// model takes 94 MB that it does not give back, a decoder used twice drifts, and the library may
/// end its process when something is wrong.
public struct PocketSphinx: SpeechRecognizer {
    /// Where Debian's pocketsphinx-en-us puts its model.
    public static let defaultModel = "/usr/share/pocketsphinx/model/en-us"
    /// The command by which this program becomes the recognizer.
    public static let command = "recognize"

    private static let name = "pocketsphinx"
    /// The largest pipe a user may have; 32 s of speech, so that nothing waits for the model.
    private static let pipeBytes: CInt = 1 << 20
    /// It answers within a second of the end of speech, or not at all.
    private static let patience = Duration.seconds(30)

    private let program: String
    private let model: String
    private let language: String
    private let clock: any MomentClock

    /// - Parameters:
    ///   - program: runs `RecognizerProcess` when called with `command` and a model.
    ///   - model: a folder with an acoustic model, a language model and a dictionary.
    ///   - language: BCP 47, of those who speak. Nothing but English is understood, and nothing
    ///     else is listened to: nonsense would be answered.
    public init(
        program: String, model: String = defaultModel, language: String = "en",
        clock: any MomentClock = MonotonicClock()
    ) {
        self.program = program
        self.model = model
        self.language = language
        self.clock = clock
    }

    /// Whether it understands a language, a BCP 47 tag.
    public static func knows(_ language: String) -> Bool {
        language.split(separator: "-").first?.lowercased() == "en"
    }

    public func transcript(of speech: AudioStream) async throws(ProviderError) -> String {
        guard Self.knows(language) else {
            throw .foreignLanguage(provider: Self.name, language: language)
        }
        guard access(model, R_OK) == 0 else {
            throw .unavailable(
                provider: Self.name,
                reason: "no model in \(model); install the package pocketsphinx-en-us")
        }
        do {
            let child = try ChildProcess(
                program, [Self.command, model], holding: Self.pipeBytes)
            return try await withTaskCancellationHandler {
                async let answer = Self.answer(of: child)
                do {
                    try await feed(speech, to: child)
                } catch {
                    child.kill()
                    // Why it went away matters more than that it could not be written to.
                    if case .failure(let own) = await answer, error is SystemError { throw own }
                    throw error
                }
                child.closeInput()
                let impatience = Task { [clock] in
                    try await clock.sleep(for: Self.patience)
                    child.send(SIGALRM)
                }
                defer { impatience.cancel() }
                return try await answer.get()
            } onCancel: {
                child.kill()
            }
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw ProviderError(error, from: Self.name)
        }
    }

    private func feed(_ speech: AudioStream, to child: ChildProcess) async throws {
        for try await chunk in speech {
            precondition(chunk.format == .speech, "recognizers take 16 kHz, mono")
            var sent = 0
            var stuckSince: Moment?
            let bytes = chunk.samples.count * 2
            while sent < bytes {
                let count = try chunk.samples.withUnsafeBytes {
                    try child.write(UnsafeRawBufferPointer(rebasing: $0[sent...]))
                }
                sent += count
                guard count == 0 else {
                    stuckSince = nil
                    continue
                }
                // It is 32 s behind: give it time, but not for ever.
                stuckSince = stuckSince ?? clock.now
                if let stuckSince, clock.now - stuckSince > Self.patience {
                    throw SystemError("write to", "the recognizer", code: ETIMEDOUT)
                }
                try await clock.sleep(for: .milliseconds(20))
            }
        }
        // A cancelled reader sees the stream end like any other.
        try Task.checkCancellation()
    }

    /// What it says, as soon as it has said it; that it ends is seen to afterwards.
    private static func answer(of child: ChildProcess) async -> Result<String, ProviderError> {
        await withCheckedContinuation { continuation in
            startThread("recognizer") {
                var output: [UInt8] = []
                while output.last != UInt8(ascii: "\n"),
                    let part = try? child.read(atMost: 4096), !part.isEmpty
                { output += part }
                let line = String(decoding: output.dropLast(), as: UTF8.self)
                switch line.first {
                case RecognizerProcess.success?:
                    continuation.resume(returning: .success(String(line.dropFirst())))
                    _ = child.wait()
                case RecognizerProcess.failure?:
                    let reason = String(line.dropFirst())
                    continuation.resume(
                        returning: .failure(.failed(provider: name, reason: reason)))
                    _ = child.wait()
                default: continuation.resume(returning: .failure(Self.reason(of: child.wait())))
                }
            }
        }
    }

    /// Why it gave no answer.
    private static func reason(of status: Int) -> ProviderError {
        switch status {
        case 128 + Int(SIGALRM): .timedOut(provider: name, after: patience)
        case 128 + Int(SIGKILL):
            .failed(provider: name, reason: "it was killed, perhaps for want of memory")
        default: .failed(provider: name, reason: "it ended with status \(status)")
        }
    }
}
