import Codec
import Linux
import Store
import Synchronization
import Voice
import VoiceLoop
import Web

/// A turn of somebody who is not in the room.
final class RemoteTurn: TalkTurn {
    /// Everything that one turn is made of.
    struct Parts: Sendable {
        let loop: LoopParts
        let settings: LoopSettings
        let turn: Turn
        let finished: @Sendable (TurnReport) -> Void
    }

    let name: TurnID
    var id: String { name.text }
    let file: KeptAnswers.NewAnswer?
    private let feed: QuestionFeed
    private let intake: Mutex<Intake>
    private let output = TurnOutput()
    /// What begins it, once all is known of it.
    private let make: @Sendable (TalkOrder, RemoteTurn) async throws -> Parts
    private let state: Mutex<State>

    private struct State {
        /// Once all is known of it.
        var ready: (order: TalkOrder, parts: Parts)?
        /// Once that is known.
        var question: Question?
        var task: Task<Void, Never>?
        /// Nobody else's until the turn is over.
        var place: TurnPlaces.Place?
        var isCancelled = false
        /// Ends a question that takes too long to come.
        var impatience: Task<Void, Never>?
    }

    /// How much longer than it lasts a question may take to come.
    private static let patience = Duration.seconds(15)

    /// What is asked.
    private enum Question {
        /// The sound that is fed.
        case sound
        case file(VoiceSample)
        case text(String)
        case recital(String)
    }

    /// - Parameters:
    ///   - limit: of the question.
    ///   - folder: where a file may lie while it comes.
    ///   - takesOthers: whether there is a recognizer for what nobody reads here.
    ///   - file: what the sound of the answer is kept as; nil unless the order says so.
    init(
        _ order: TalkOrder, named name: TurnID, in place: TurnPlaces.Place, atMost limit: Duration,
        spoolingTo folder: String, takesOthers: Bool, file: KeptAnswers.NewAnswer?,
        clock: any MomentClock,
        make: @escaping @Sendable (TalkOrder, RemoteTurn) async throws -> Parts
    ) {
        self.name = name
        self.file = file
        self.make = make
        let isWritten =
            switch order.question {
            case .file, .samples: false
            case .text, .recital: true
            }
        // A moment more, which the turn cuts by itself.
        feed = QuestionFeed(atMost: limit + .seconds(1))
        var state = State(place: place)
        switch order.question {
        case .file:
            let reader = RecordingReader(atMost: limit, spoolingTo: folder)
            intake = Mutex(.file(FileIntake(reader, takesOthers: takesOthers)))
        case .samples(let rate):
            let format = AudioFormat(framesPerSecond: rate, channels: 1)
            intake = Mutex(.samples(SampleBytes(format), SpeechConverter(from: format)))
            state.question = .sound
        case .text(let text):
            intake = Mutex(.none)
            state.question = .text(text)
        case .recital(let text):
            intake = Mutex(.none)
            state.question = .recital(text)
        }
        self.state = Mutex(state)
        guard !isWritten else { return }
        let impatience = Task { [weak self] in
            guard (try? await clock.sleep(for: limit + Self.patience)) != nil else { return }
            self?.loseQuestion()
        }
        self.state.withLock { $0.impatience = impatience }
    }

    deinit { state.withLock { $0.impatience }?.cancel() }

    /// A place is not kept for who says nothing.
    private func loseQuestion() {
        output.note(
            HTTPError(408, "too_slow", "the question took too long to come; send it faster"))
        cancel()
    }

    var facts: TalkFacts { output.facts }
    var microphone: any Microphone { feed }

    func speaker(_ sound: TalkOrder.Sound) -> any Speaker {
        EncodedSpeaker(sound, to: output, file: file)
    }

    // MARK: - The question

    func complete(by order: TalkOrder) async throws {
        let parts = try await make(order, self)
        begin { $0.ready = (order, parts) }
    }

    /// Begins as soon as it is known what with.
    private func begin(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            guard let (order, parts) = state.ready, let question = state.question,
                !state.isCancelled, state.task == nil
            else { return }
            state.task = Task { await self.perform(question, order, parts) }
        }
    }

    func hear(_ bytes: [UInt8]) throws {
        do {
            let isRead = try intake.withLock { intake in
                for chunk in try intake.take(bytes) { feed.append(chunk) }
                if case .file(let file) = intake { return file.isRead }
                return false
            }
            if isRead { begin { $0.question = .sound } }
        } catch {
            cancel()
            throw error
        }
    }

    func heardAll() throws {
        state.withLock { $0.impatience }?.cancel()
        do {
            let file = try intake.withLock { intake -> VoiceSample? in
                for chunk in try intake.finish() { feed.append(chunk) }
                if case .file(let file) = intake { return file.file }
                return nil
            }
            feed.finish()
            begin { state in
                state.question = file.map { .file($0) } ?? state.question ?? .sound
            }
        } catch {
            cancel()
            throw error
        }
    }

    // MARK: - The answer

    func gets(to milestone: TalkMilestone) async { await output.gets(to: milestone) }
    func next() async -> TalkEvent? { await output.next() }
    func ends() async { await output.ends() }

    func cancel() {
        let (task, isNew) = state.withLock { state in
            defer { state.isCancelled = true }
            if state.task == nil { state.place = nil }
            return (state.task, !state.isCancelled)
        }
        output.abandon()
        task?.cancel()
        if task == nil, isNew { output.end { $0.outcome = .stopped } }
    }

    private func perform(_ question: Question, _ order: TalkOrder, _ parts: Parts) async {
        let turn = SingleTurn(
            parts.loop, settings: parts.settings, turn: parts.turn,
            goal: SingleTurn.Goal(order.goal)
        ) { [output] progress in
            switch progress {
            case .words(let text): output.note(.transcript(text))
            case .reply(let piece): output.note(.reply(piece))
            case .replyComplete: output.noteReplyComplete()
            case .provider(let stage, let name): output.noteProvider(name, of: stage)
            }
        }
        let report =
            switch question {
            case .sound: await turn.answerRecording()
            case .file(let file): await turn.answer(file)
            case .text(let text): await turn.answer(text)
            case .recital(let text): await turn.say(text)
            }
        var failure = HTTPError(of: report, goal: order.goal)
        if failure == nil, case .recital = question, !output.hasSound {
            failure = HTTPError(422, "nothing_to_say", "nothing in the text can be spoken")
        }
        if failure == nil, let file {
            do {
                try await onThread("answers") {
                    Result { () throws(SystemError) in try file.finish() }
                }.get()
            } catch {
                parts.loop.log.error("\(error)")
                failure = HTTPError(503, "no_room", "the answer cannot be kept for the moment")
            }
        }
        parts.finished(report)
        state.withLock { $0.place = nil }
        output.end { facts in
            facts.outcome = report.outcome
            // What was noted before is why.
            facts.failure = facts.failure ?? failure
        }
    }
}

extension SingleTurn.Goal {
    init(_ goal: TalkOrder.Goal) {
        self =
            switch goal {
            case .words: .words
            case .reply: .reply
            case .sound: .sound
            }
    }
}

extension HTTPError {
    /// Why a turn did not come to what was wanted; nil if it did.
    init?(of report: TurnReport, goal: TalkOrder.Goal) {
        switch report.outcome {
        case .answered: return nil
        case .nothingHeard:
            // No words are an answer, too.
            if goal == .words { return nil }
            self.init(422, "nothing_heard", "nobody speaks in the recording")
        case .stopped:
            self.init(503, "stopped", "the turn was ended before it was answered")
        case .failed:
            switch report.problem {
            case .noWords:
                self.init(422, "not_understood", "no words were made out in the recording")
            case .noAnswer(let stage, let error):
                self.init(502, "no_answer", "nobody answered for \(stage): \(error)")
            case .brokenOff: self.init(502, "broken_off", "the answer broke off")
            case .other, nil: self.init(500, "internal_error", "something went wrong in here")
            }
        }
    }
}
