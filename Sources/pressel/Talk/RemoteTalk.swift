import Codec
import Linux
import Providers
import Store
import Synchronization
import Voice
import VoiceLoop
import Web

/// The device, as those talk to it who are not in the room: their turns run beside the button's,
/// with the same providers, and what one learns of them the other knows.
final class RemoteTalk: TalkingDevice {
    /// What it works with.
    struct Parts: Sendable {
        /// The button's.
        let loop: LoopParts
        var settings: LoopSettings
        /// What is within reach of who may change the device.
        let controls: any DeviceControls
        let memory: Memory
        let chains: VoiceChains
        /// Nil where nobody makes voices.
        let voices: Voices?
        let state: StateFolder
        /// Where answers are put that are to be fetched by others; nil where they are here.
        let bucket: Bucket?
        /// Nil where whoever fetches an answer has to show who they are.
        let signer: (any URLSigner)?
        let log: Log
    }

    /// A bucket, and what the keys in it begin with.
    struct Bucket: Sendable {
        let bucket: S3Bucket
        let prefix: String
    }

    private let current: Mutex<Parts>
    private let answers: KeptAnswers
    private let places: TurnPlaces
    private let finished: @Sendable (TurnReport) -> Void
    private let state = Mutex(State())

    private struct State {
        var turns = 0
        var running: [TurnID: WeakTurn] = [:]
        /// Of those that are being answered.
        var conversations: [TurnID: Ongoing] = [:]
        var isEnding = false
    }

    private struct WeakTurn: Sendable { weak var turn: RemoteTurn? }

    /// A turn that its conversation may forget before it is over.
    private struct Ongoing: Sendable {
        let turn: Turn
        let conversation: String
        let memory: KeptConversation
    }

    /// Each may have a recognizer of its own in memory.
    private static let mostTurns = 4
    private static let mostWaiting = 16
    private static let patience = Duration.seconds(5)
    private static let keptFor = Duration.seconds(3600)
    /// More than the longest text that is taken.
    private static let longestRecital = Duration.seconds(7200)
    /// Clauses; more are no reply.
    private static let textAhead = 1000

    /// - Parameter finished: is given the report of each turn when it is over.
    init(_ parts: Parts, answers: KeptAnswers, finished: @escaping @Sendable (TurnReport) -> Void) {
        current = Mutex(parts)
        self.finished = finished
        self.answers = answers
        places = TurnPlaces(
            Self.mostTurns, waiting: Self.mostWaiting, patience: Self.patience,
            clock: parts.loop.clock)
    }

    private var parts: Parts { current.withLock { $0 } }

    /// Goes by other settings from the next turn on, and asks others if `parts` says so.
    func use(_ settings: LoopSettings, _ parts: Parts?) {
        current.withLock { current in
            if let parts { current = parts }
            current.settings = settings
        }
    }

    /// Hangs up on all, and returns when they are over; there will be no more.
    func end() async {
        let running = state.withLock { state in
            state.isEnding = true
            return state.running.values.compactMap(\.turn)
        }
        for turn in running { turn.cancel() }
        for turn in running { await turn.ends() }
    }

    // MARK: - Turns

    func begin(_ order: TalkOrder, isWhole: Bool) async throws -> any TalkTurn {
        let place = await places.take()
        try Task.checkCancellation()
        guard !state.withLock({ $0.isEnding }) else {
            throw HTTPError(503, "shutting_down", "the device is shutting down")
        }
        guard let place else {
            throw HTTPError(
                503, "busy", "\(Self.mostTurns) turns go on already; try again soon",
                headers: [Header("Retry-After", "2")])
        }
        let parts = parts
        let name = TurnID()
        let turn = RemoteTurn(
            order, named: name, in: place, atMost: parts.settings.longestTurn,
            spoolingTo: parts.state.path,
            takesOthers: SingleTurn.recognizesFiles(parts.loop),
            file: try await file(for: order, name),
            clock: parts.loop.clock
        ) { [self] order, turn in try await self.everything(for: turn, as: order) }
        let isEnding = state.withLock { state in
            state.running = state.running.filter { $0.value.turn != nil }
            // One that was never asked anything ends without a report.
            let running = state.running
            state.conversations = state.conversations.filter { running[$0.key] != nil }
            state.running[name] = WeakTurn(turn: turn)
            return state.isEnding
        }
        if isEnding { turn.cancel() }
        if isWhole { try await turn.complete(by: order) }
        guard !Task.isCancelled else {
            turn.cancel()
            throw CancellationError()
        }
        return turn
    }

    private func file(
        for order: TalkOrder, _ name: TurnID
    ) async throws(HTTPError) -> KeptAnswers.NewAnswer? {
        guard order.sound == .kept else { return nil }
        let result = await onThread("answers") { [answers] in
            Result { () throws(SystemError) in try answers.begin(name) }
        }
        switch result {
        case .success(let file): return file
        case .failure(let error):
            parts.log.error("\(error)")
            throw HTTPError(503, "no_room", "the answer could not be kept for the moment")
        }
    }

    private func everything(
        for turn: RemoteTurn, as order: TalkOrder
    ) async throws -> RemoteTurn.Parts {
        let parts = parts
        let caller = order.caller
        let place = KeptConversation.Place(order, turn.name)
        let memory = KeptConversation(
            parts.memory, place, remembering: parts.settings.rememberedTurns,
            clock: parts.loop.clock, log: parts.log)
        memory.recall()
        let number = state.withLock { state in
            state.turns += 1
            return state.turns
        }
        let talk = Turn(number: number, isRemote: true)
        state.withLock { state in
            state.conversations[turn.name] = Ongoing(
                turn: talk, conversation: place.conversation, memory: memory)
        }
        var loop = parts.loop
        loop.microphone = turn.microphone
        loop.speaker = turn.speaker(order.sound)
        loop.memory = memory
        loop.controls = CallerControls(device: parts.controls, scope: caller.scope) {
            try await memory.forget(upTo: talk)
        }
        loop.synthesizers = parts.chains.chain(try await voice(for: order))
        loop.log = parts.log
        var settings = parts.settings
        settings.sounds = false
        settings.tellsTrouble = false
        settings.clausesAhead = Self.textAhead
        // The caller's own text is said whole.
        if case .recital = order.question { settings.longestReply = Self.longestRecital }
        if let own = caller.systemPrompt, !own.isEmpty { settings.instructions = own }
        return RemoteTurn.Parts(loop: loop, settings: settings, turn: talk) {
            [self, finished, name = turn.name] report in
            state.withLock { $0.conversations[name] = nil }
            switch report.outcome {
            case .failed:
                parts.log.error("\(report.turn) failed: \(report.failure ?? "unknown")")
            case .answered, .nothingHeard, .stopped:
                parts.log.info("\(report.summary), for \(caller.name)")
            }
            finished(report)
        }
    }

    // MARK: - Voices

    /// - Returns: nil for the usual one.
    private func voice(for order: TalkOrder) async throws(HTTPError) -> VoiceChains.Choice? {
        guard order.goal == .sound else { return nil }
        let wanted = order.voice ?? ""
        if !wanted.isEmpty, wanted != "default" {
            if let clone = await clones().first(where: { $0.id == wanted }) {
                return VoiceChains.Choice(provider: clone.provider, voice: clone.providerVoice)
            }
            guard !wanted.hasPrefix("voice-"), wanted.utf8.count <= 200 else {
                throw HTTPError(
                    422, "unknown_voice", "there is no voice \"\(wanted.prefix(100))\"",
                    field: "voice_id")
            }
            return parts.chains.choice(wanted)
        }
        if let user = order.user, let clone = await clones(of: user).last {
            return VoiceChains.Choice(provider: clone.provider, voice: clone.providerVoice)
        }
        guard let own = order.caller.voice, !own.isEmpty else { return nil }
        if let clone = await clones().first(where: { $0.id == own }) {
            return VoiceChains.Choice(provider: clone.provider, voice: clone.providerVoice)
        }
        return parts.chains.choice(own)
    }

    /// None where the store cannot be read, which it tells by itself.
    private func clones(of user: String? = nil) async -> [ClonedVoice] {
        (try? await parts.memory.voices(of: user)) ?? []
    }

    var makesVoices: Bool { parts.voices != nil }

    func clone(_ order: CloneOrder) async throws -> (id: String, message: String) {
        guard let voices = parts.voices else {
            throw HTTPError(
                409, "no_cloning", "nobody who makes voices is set up; set ELEVENLABS_API_KEY")
        }
        let sample = try await onThread("recording") { [parts] in
            Result { () throws(HTTPError) in try order.sample(spoolingTo: parts.state.path) }
        }.get()
        do throws(Voices.Failure) {
            let voice = try await voices.clone(
                [sample], named: order.name, for: order.user,
                // Whoever sends it says that somebody agreed, if not by which name.
                consent: Voices.Consent(by: order.speaker)
                    ?? Voices.Consent(by: "\(order.user), says \(order.caller.name)"))
            return (voice.id, "The voice \"\(voice.name)\" is ready to speak.")
        } catch {
            throw HTTPError(error)
        }
    }

    // MARK: - Conversations

    func forgetConversation(of caller: Caller) async throws {
        let own = KeptConversation.Place.own(of: caller)
        let ongoing = state.withLock { $0.conversations.values.filter { $0.conversation == own } }
        do {
            // What was asked before is forgotten, also if it is answered only later.
            for turn in ongoing { try await turn.memory.forget(upTo: turn.turn) }
            try await parts.memory.forget(conversation: own)
        } catch {
            // Until the program's end it is forgotten all the same.
            parts.log.error("\(error)")
            throw HTTPError(503, "not_kept", "it is forgotten until the device starts again only")
        }
    }

    // MARK: - Answers that are fetched

    func address(of turn: any TalkTurn, at origin: String) async throws -> String {
        let name = "\(turn.id).wav"
        if let bucket = parts.bucket, let url = await bucket.url(for: name, answers, parts.log) {
            return url
        }
        let path = "/api/voicebot/\(name)"
        return origin + (parts.signer?.signed(path: path, lasting: Self.keptFor) ?? path)
    }

    func recording(_ name: String) -> (() throws -> [UInt8]?)? { answers.read(name) }
}

extension RemoteTalk.Bucket {
    private static let keptFor = Duration.seconds(3600)

    /// Puts an answer there.
    ///
    /// - Returns: nil if that cannot be done.
    fileprivate func url(for name: String, _ answers: KeptAnswers, _ log: Log) async -> String? {
        let key = archiveKey("answers/\(name)", below: prefix)
        let read = await onThread("archive") {
            Result { () throws(SystemError) in try answers.bytes(name) }
        }
        do {
            try await bucket.put(try read.get(), at: key, type: "audio/wav")
            return bucket.presignedURL(for: key, expires: Self.keptFor)
        } catch {
            log.warning("\(error); the answer is to be fetched here")
            return nil
        }
    }
}

extension CloneOrder {
    private static let longest = Duration.seconds(600)

    /// The recording as the provider gets it: as it came, once it was heard that somebody speaks.
    fileprivate func sample(spoolingTo folder: String) throws(HTTPError) -> VoiceSample {
        let reader = RecordingReader(atMost: Self.longest, spoolingTo: folder)
        let intake = FileIntake(reader, takesOthers: false)
        var samples: [Int16] = []
        do {
            for chunk in try intake.take(recording) { samples += chunk.samples }
            for chunk in try intake.finish() { samples += chunk.samples }
        } catch {
            throw error.about("audio_file")
        }
        do throws(Voices.Failure) {
            _ = try Voices.sample(AudioChunk(samples, format: .speech))
        } catch {
            throw HTTPError(error)
        }
        let (name, type) = Self.kind(of: recording)
        return VoiceSample(bytes: recording, fileName: name, mediaType: type)
    }

    private static func kind(of bytes: [UInt8]) -> (fileName: String, mediaType: String) {
        if bytes.starts(with: "RIFF".utf8) { return ("recording.wav", "audio/wav") }
        if bytes.starts(with: "fLaC".utf8) { return ("recording.flac", "audio/flac") }
        if bytes.starts(with: "OggS".utf8) { return ("recording.ogg", "audio/ogg") }
        return ("recording.mp3", "audio/mpeg")
    }
}

extension HTTPError {
    /// Why there is no voice.
    init(_ failure: Voices.Failure) {
        switch failure {
        case .noConsent: self.init(422, "no_consent", "\(failure)", field: "consent_by")
        case .recording(let problem):
            self.init(422, "invalid_recording", problem, field: "audio_file")
        case .provider(.refused), .provider(.unavailable), .needsVerification, .elsewhere:
            self.init(409, "not_allowed", "\(failure)")
        case .provider(let error): self.init(502, "no_answer", "\(error)")
        case .memory(let error): self.init(error)
        case .unknownVoice: self.init(404, "not_found", "\(failure)")
        }
    }
}
