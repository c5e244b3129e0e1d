import Codec
import Linux
import Synchronization
import TestSupport
import Voice

@testable import VoiceLoop

/// A room for the loop: everything in it is played by the test, and time is the test's.
final class Stage: Sendable {
    let clock = ManualClock()
    let microphone = StageMicrophone()
    let speaker: StageSpeaker
    let recognizer = StageRecognizer()
    let model = StageModel()
    let synthesizer = StageSynthesizer()
    private let settings: LoopSettings
    private let shown = Mutex<[Light]>([])
    private let finished = Mutex<[TurnReport]>([])
    private let told = Mutex<[TurnNews]>([])
    private let button = Mutex<Conversation?>(nil)
    let memory = StageMemory()
    private let hasMemory: Bool
    /// Speaks in one breath before anybody else does; nil if nobody can.
    let streaming: StreamingVoice?
    let outages: Outages
    let log = LogBook()

    init(
        sounds: Bool? = nil, memory: Bool = false, streaming: StreamingVoice? = nil,
        _ change: (inout LoopSettings) -> Void = { _ in }
    ) {
        var settings = LoopSettings()
        settings.sounds = sounds ?? true
        change(&settings)
        self.settings = settings
        hasMemory = memory
        self.streaming = streaming
        outages = Outages(clock: clock)
        speaker = StageSpeaker(clock: clock, keepsTicks: sounds == true)
    }

    var lights: [Light] { shown.withLock { $0 } }
    var news: [TurnNews] { told.withLock { $0 } }

    private var voices: [Failover<any SpeechSynthesizer>.Link] {
        let last = Failover<any SpeechSynthesizer>.Link("voice", synthesizer)
        return streaming.map { [.init("stream", $0), last] } ?? [last]
    }

    func conversation() -> Conversation {
        let parts = LoopParts(
            microphone: microphone, speaker: speaker,
            recognizers: Failover([.init("ear", recognizer)], clock: clock, log: .silent),
            languageModels: Failover([.init("mind", model)], clock: clock, log: .silent),
            synthesizers: Failover(voices, outages: outages, clock: clock, log: .silent),
            outages: outages, ownVoice: synthesizer, memory: hasMemory ? memory : nil, clock: clock,
            log: log.log)
        let conversation = Conversation(
            parts, settings: settings, show: { light in self.shown.withLock { $0.append(light) } },
            finished: { report in self.finished.withLock { $0.append(report) } },
            told: { news in self.told.withLock { $0.append(news) } })
        button.withLock { $0 = conversation }
        return conversation
    }

    /// Runs the loop while `script` is played, until so many turns are over.
    func turns(_ count: Int, _ script: (Stage) async throws -> Void) async throws -> [TurnReport] {
        let conversation = conversation()
        let running = Task { await conversation.run() }
        try await script(self)
        await hasFinished(count)
        running.cancel()
        await running.value
        end()
        return finished.withLock { Array($0.prefix(count)) }
    }

    /// The conversation knows the stage, so the stage has to forget the conversation.
    func end() { button.withLock { $0 = nil } }

    func run(_ script: (Stage) async throws -> Void) async throws -> TurnReport {
        try await turns(1, script)[0]
    }

    func hasFinished(_ count: Int) async {
        await until { self.finished.withLock { $0.count >= count } }
    }

    func press() { button.withLock { $0 }!.button(.pressed(at: clock.now)) }
    func release() { button.withLock { $0 }!.button(.released(at: clock.now)) }

    func say(_ utterance: Utterance, then: @escaping @Sendable () -> Void = {}) async {
        await button.withLock { $0 }!.say(utterance, then: then)
    }

    var finishedTurns: Int { finished.withLock { $0.count } }

    func consents(to question: String) async -> Bool {
        await button.withLock { $0 }!.consents(to: question)
    }

    func use(_ settings: LoopSettings) async { await button.withLock { $0 }!.use(settings) }

    /// Ends a held question, and waits until the loop knows: a card would give it frames for ever,
    /// this microphone only those of the script.
    func letGo() async {
        let before = lights.count
        release()
        await until { self.lights.dropFirst(before).contains(.thinking) }
    }

    /// Lets the microphone hear `sound`, which takes its time on the clock.
    func hear(_ sound: AudioChunk) {
        for start in stride(from: 0, to: sound.frames, by: 160) {
            let part = sound.part(start..<start + 160)
            microphone.hear(CapturedChunk(part, began: clock.now))
            clock.advance(by: part.duration)
        }
    }

    /// Lets the microphone go on hearing the quiet room, as a card does, until so many turns are
    /// over: however late the loop learns of a tap, there are frames left for it to end by.
    func hearQuiet(until count: Int) async {
        while finished.withLock({ $0.count }) < count {
            hear(quiet(20))
            guard (try? await Task.sleep(for: .milliseconds(1))) != nil else { return }
        }
    }

    func quiet(_ milliseconds: Int) -> AudioChunk {
        TestSound.noise(lasting: .milliseconds(milliseconds), amplitude: 0.0005)
    }

    func speech(_ milliseconds: Int) -> AudioChunk {
        TestSound.noise(lasting: .milliseconds(milliseconds), amplitude: 0.3)
    }
}

/// Waits for something that other tasks are about to do, or the test's time limit. It sleeps rather
/// than makes way: spinning tests would keep them from doing it.
func until(_ condition: @Sendable () -> Bool) async {
    while !condition() {
        guard (try? await Task.sleep(for: .milliseconds(1))) != nil else { return }
    }
}

final class StageMicrophone: Microphone {
    private struct State {
        var listener: AsyncThrowingStream<CapturedChunk, any Error>.Continuation?
        var starts: [Moment] = []
        var waiting: [CapturedChunk] = []
        var isBroken = false
    }
    private let state = Mutex(State())

    struct Gone: Error {}

    func fail() { state.withLock { $0.isBroken = true } }

    func hear(_ chunk: CapturedChunk) {
        let listener = state.withLock { state in
            // The loop may not have opened its ear yet: a real card's pre-roll keeps it.
            if state.listener == nil { state.waiting.append(chunk) }
            return state.listener
        }
        listener?.yield(chunk)
    }

    func listen(from moment: Moment) -> AsyncThrowingStream<CapturedChunk, any Error> {
        AsyncThrowingStream { continuation in
            state.withLock { state in
                state.starts.append(moment)
                if state.isBroken { return continuation.finish(throwing: Gone()) }
                for chunk in state.waiting { continuation.yield(chunk) }
                state.waiting = []
                state.listener = continuation
            }
            continuation.onTermination = { _ in self.state.withLock { $0.listener = nil } }
        }
    }

    func catchUp() {}

    /// There is no more, as at the end of a file.
    func end() { state.withLock { $0.listener }?.finish() }

    /// How often it was listened to.
    var listened: Int { state.withLock { $0.starts.count } }

    /// When the turn of this number, counted from 1, listens from.
    func listening(number: Int) async -> Moment {
        await until { self.state.withLock { $0.starts.count >= number } }
        return state.withLock { $0.starts[number - 1] }
    }
}

final class StageSpeaker: Speaker {
    private struct State {
        var played: [AudioChunk] = []
        var playback = 0
        var lastStop: Moment?
        var isStuck = false
        var isMissing = false
    }
    private let state = Mutex(State())
    private let clock: ManualClock
    private let keepsTicks: Bool

    init(clock: ManualClock, keepsTicks: Bool) {
        self.clock = clock
        self.keepsTicks = keepsTicks
    }

    var played: [AudioChunk] { state.withLock { $0.played } }
    var lastStop: Moment? { state.withLock { $0.lastStop } }
    /// Whether its thread hangs in the driver: it hears of nothing, and answers nobody.
    var isStuck: Bool {
        get { state.withLock { $0.isStuck } }
        set { state.withLock { $0.isStuck = newValue } }
    }
    var isMissing: Bool {
        get { state.withLock { $0.isMissing } }
        set { state.withLock { $0.isMissing = newValue } }
    }
    struct Gone: Error {}
    /// The texts that `StageSynthesizer` hides in its sound.
    var said: [String] { played.compactMap(StageSynthesizer.text) }

    func hasPlayed(_ count: Int = 1) async { await until { self.played.count >= count } }

    func begin() -> any Playback {
        let number = state.withLock { state in
            state.playback += 1
            return state.playback
        }
        return StagePlayback(speaker: self, number: number)
    }

    func stop() async -> Moment? {
        state.withLock { $0.playback += 1 }
        while isStuck { _ = await Task { try? await Task.sleep(for: .milliseconds(1)) }.value }
        return state.withLock { state in
            guard !state.played.isEmpty else { return nil }
            state.lastStop = clock.now
            return clock.now
        }
    }

    private struct StagePlayback: Playback {
        let speaker: StageSpeaker
        let number: Int

        func play(_ chunk: AudioChunk) async throws -> Moment {
            try speaker.state.withLock { state in
                guard state.playback == number else { throw CancellationError() }
                guard !state.isMissing else { throw Gone() }
                if speaker.keepsTicks || chunk != Sounds.tick { state.played.append(chunk) }
            }
            return speaker.clock.now
        }

        func drain() async throws -> Moment {
            try speaker.state.withLock { state in
                guard state.playback == number else { throw CancellationError() }
                guard !state.isMissing else { throw Gone() }
            }
            return speaker.clock.now
        }
    }
}

final class StageRecognizer: SpeechRecognizer {
    private let state = Mutex((heard: [Int16](), failure: ProviderError?.none, isHeldUp: false))

    var heard: [Int16] { state.withLock { $0.heard } }
    var failure: ProviderError? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }
    var isHeldUp: Bool {
        get { state.withLock { $0.isHeldUp } }
        set { state.withLock { $0.isHeldUp = newValue } }
    }

    func hasHeard(within tries: Int, _ nudge: () -> Void = {}) async -> Bool {
        for _ in 0..<tries {
            if !heard.isEmpty { return true }
            nudge()
            try? await Task.sleep(for: .milliseconds(1))
        }
        return !heard.isEmpty
    }

    func transcript(of speech: AudioStream) async throws(ProviderError) -> String {
        do {
            for try await chunk in speech { state.withLock { $0.heard += chunk.samples } }
        } catch {
            throw .cancelled
        }
        while isHeldUp, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
        if Task.isCancelled { throw .cancelled }
        if let failure { throw failure }
        return "heard"
    }
}

final class StageModel: LanguageModel {
    private struct State {
        var remembered: [Int] = []
        var repeatable: [String?] = []
        var pieces = ["On", "e. Tw", "o."]
        var end: ProviderError?
        var given = 0
        var prepared = 0
    }
    private let state = Mutex(State())

    /// How many exchanges each turn was given.
    var remembered: [Int] { state.withLock { $0.remembered } }
    /// The answer that could be repeated in each turn.
    var repeatable: [String?] { state.withLock { $0.repeatable } }
    /// What it says, piece by piece.
    var pieces: [String] {
        get { state.withLock { $0.pieces } }
        set { state.withLock { $0.pieces = newValue } }
    }
    /// What ends a reply that has begun; nil for its end.
    var end: ProviderError? {
        get { state.withLock { $0.end } }
        set { state.withLock { $0.end = newValue } }
    }
    /// How many pieces were taken.
    var given: Int { state.withLock { $0.given } }
    var prepared: Int { state.withLock { $0.prepared } }

    func prepare() { state.withLock { $0.prepared += 1 } }

    func reply(to prompt: Prompt) async throws(ProviderError) -> TextStream {
        state.withLock { state in
            state.remembered.append(prompt.exchanges.count)
            state.repeatable.append(prompt.last?.reply)
            state.given = 0
        }
        return TextStream { [self] in
            try state.withLock { state in
                guard state.given < state.pieces.count else {
                    if let end = state.end { throw end }
                    return nil
                }
                defer { state.given += 1 }
                return state.pieces[state.given]
            }
        }
    }
}

/// Speaks a text as samples that are its characters.
final class StageSynthesizer: SpeechSynthesizer {
    private let state = Mutex(
        (endless: false, failure: ProviderError?.none, asked: [String](), end: ProviderError?.none))

    /// What it was asked to say, in that order.
    var asked: [String] { state.withLock { $0.asked } }
    /// What breaks a sound off after its first chunk; nil for its end.
    var end: ProviderError? {
        get { state.withLock { $0.end } }
        set { state.withLock { $0.end = newValue } }
    }
    var endless: Bool {
        get { state.withLock { $0.endless } }
        set { state.withLock { $0.endless = newValue } }
    }
    var failure: ProviderError? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }

    private static let format = AudioFormat(framesPerSecond: 22_050, channels: 1)

    static func text(of chunk: AudioChunk) -> String? {
        guard chunk.format == format else { return nil }
        return String(decoding: chunk.samples.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }

    static func chunk(of text: String) -> AudioChunk {
        AudioChunk(text.utf8.map { Int16($0) }, format: format)
    }

    func speech(for text: String) async throws(ProviderError) -> AudioStream {
        if let failure { throw failure }
        state.withLock { $0.asked.append(text) }
        let end = end
        let chunk = Self.chunk(of: text)
        let isEndless = endless
        let counter = Counter()
        return AudioStream {
            try await Task.sleep(for: .milliseconds(1))
            if counter.increment() == 0 || isEndless { return chunk }
            if let end { throw end }
            return nil
        }
    }
}

/// Speaks what it is given until that ends, each clause as a chunk.
final class StreamingVoice: StreamingSynthesizer {
    private let state = Mutex((taken: [String](), failure: ProviderError?.none))
    /// How many clauses it hears out before it fails, if it does.
    private let patience: Int
    private let breaksOff: Bool

    init(failsAfter patience: Int = .max, breaksOff: Bool = false) {
        self.patience = patience
        self.breaksOff = breaksOff
    }

    var taken: [String] { state.withLock { $0.taken } }
    static let failure = ProviderError.down(provider: "stream", reason: "gone")

    func speech(for text: String) async throws(ProviderError) -> AudioStream {
        throw .failed(provider: "stream", reason: "asked for a clause by itself")
    }

    func speech(of clauses: TextStream) async throws(ProviderError) -> AudioStream {
        var source = clauses.makeAsyncIterator()
        if patience < .max, !breaksOff {
            for _ in 0..<patience {
                guard let clause = try? await source.next() else { break }
                state.withLock { $0.taken.append(clause) }
            }
            throw Self.failure
        }
        let reader = Reader(clauses)
        return AudioStream { [self] in
            guard taken.count < patience else { throw Self.failure }
            guard let clause = try await reader.next() else { return nil }
            state.withLock { $0.taken.append(clause) }
            return StageSynthesizer.chunk(of: clause)
        }
    }

    private actor Reader {
        private let clauses: TextStream
        init(_ clauses: TextStream) { self.clauses = clauses }
        func next() async throws -> String? {
            var source = clauses.makeAsyncIterator()
            return try await source.next()
        }
    }
}

final class StageMemory: ConversationMemory {
    private struct State {
        var before: [Exchange] = []
        var kept: [TurnReport] = []
        var forgotten = 0
        var isStalled = false
    }
    private let state = Mutex(State())

    /// Whether the disk stands still: nothing is told to be safe, and nobody can be told to stop
    /// waiting for it.
    var isStalled: Bool {
        get { state.withLock { $0.isStalled } }
        set { state.withLock { $0.isStalled = newValue } }
    }
    var exchangesBefore: [Exchange] {
        get { state.withLock { $0.before } }
        set { state.withLock { $0.before = newValue } }
    }
    var kept: [TurnReport] { state.withLock { $0.kept } }
    var forgotten: Int { state.withLock { $0.forgotten } }

    func exchanges() async -> [Exchange] {
        await disk()
        return exchangesBefore
    }
    func keep(_ report: TurnReport) async {
        await disk()
        state.withLock { $0.kept.append(report) }
    }
    private func disk() async {
        while isStalled { _ = await Task { try? await Task.sleep(for: .milliseconds(1)) }.value }
    }
    func forget(upTo turn: Turn) async { state.withLock { $0.forgotten += 1 } }
}
