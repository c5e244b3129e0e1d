import Synchronization
public import Voice

/// Acts on what `Phase` decides: the button's conversation, one turn at a time.
public actor Conversation {
    private var parts: LoopParts
    private var settings: LoopSettings
    private let show: @Sendable (Light) -> Void
    private let finished: @Sendable (TurnReport) -> Void
    private let told: @Sendable (TurnNews) -> Void
    private let keeper: TurnKeeper?

    private let events: AsyncStream<Phase.Event>
    private nonisolated let post: AsyncStream<Phase.Event>.Continuation
    private nonisolated let turnsSoFar = Mutex(0)
    private nonisolated let busy = Mutex<Moment?>(nil)

    private var phase = Phase.idle
    private var current: (run: TurnRun, task: Task<Void, Never>)?
    private var timers: [Task<Void, Never>] = []
    private var lastHeard: Moment?
    /// The speaker was told to stop since the last event, and nothing has begun to play.
    private var isSilent = false
    private var exchanges: [Exchange] = []
    /// What is to be said once nothing else is going on, the oldest first.
    private var wanted: [Wanted] = []
    private var saying: (turn: Turn, what: Wanted)?
    /// What was said and nobody can have heard, the speaker being away, and who says it again.
    private var unheard: [Wanted] = []
    private var sayingAgain: Task<Void, Never>?
    /// What was said before this program began is being looked up.
    private var recalling: Task<Void, Never>?
    /// The newest turn when the conversation was forgotten last.
    private var forgottenUpTo = 0
    private var hasEnded = false
    private var followsUp: Bool
    /// Who waits for whether somebody may manage the device.
    private var consent: CheckedContinuation<Bool, Never>?
    /// They took the question back, and what was asked of the person at the device goes on: an
    /// answer to it is nobody else's.
    private var isConsentTakenBack = false

    /// The device's own voice takes so long to die away in a room.
    private static let echo = Duration.milliseconds(50)
    /// How long the speaker may take to fall silent: so much of the past the microphone keeps.
    private static let silencing = Duration.seconds(1)
    /// How long a tap is waited for that agrees to forgetting.
    private static let answerTime = Duration.seconds(5)
    /// How long the end of an interrupted turn is waited for, and a disk that is asked what was
    /// said before: an answer that knows less is better than none.
    private static let patience = Duration.seconds(5)
    /// How long the end of the program waits for the last turns to be safe.
    private static let endTime = Duration.seconds(5)
    /// How long a hold is waited for that agrees to somebody managing the device: somebody has to
    /// get up for it.
    private static let consentTime = Duration.seconds(30)
    /// More would not be listened to.
    private static let mostWanted = 20
    /// After which pauses something is said again that nobody heard; the last one repeats.
    private static let pauses: [Duration] = [10, 60, 600, 3600].map { .seconds($0) }
    /// How often it is said at most.
    static let mostTries = 10
    /// Nobody presses a thousand times before the loop looks.
    private static let longestBacklog = 1000

    /// - Parameters:
    ///   - show: is told of every change of the light; must not block.
    ///   - finished: is given the report of each turn when it is over, whether or not it is kept yet.
    ///   - told: is told what happens meanwhile; must not block.
    public init(
        _ parts: LoopParts, settings: LoopSettings = LoopSettings(),
        show: @escaping @Sendable (Light) -> Void = { _ in },
        finished: @escaping @Sendable (TurnReport) -> Void = { _ in },
        told: @escaping @Sendable (TurnNews) -> Void = { _ in }
    ) {
        self.parts = parts
        self.settings = settings
        followsUp = settings.followUp
        keeper = parts.memory.map { TurnKeeper($0, log: parts.log) }
        self.show = show
        self.finished = finished
        self.told = told
        (events, post) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.longestBacklog))
    }

    /// Since when the loop has been at what happened last; nil while it waits for something to. It
    /// never takes longer than a second or two.
    public nonisolated var busySince: Moment? { busy.withLock { $0 } }

    /// What is going on, in a word, as the cases of `Phase` are called.
    public var state: String { phase.name }

    /// Takes what the button does; returns at once.
    public nonisolated func button(_ event: ButtonEvent) { take(event, isRemote: false) }

    /// The same for a button that is pressed over the network, where nobody can agree to what takes
    /// standing before the device.
    public nonisolated func remoteButton(_ event: ButtonEvent) { take(event, isRemote: true) }

    private nonisolated func take(_ event: ButtonEvent, isRemote: Bool) {
        switch event {
        case .pressed(let moment):
            post.yield(.pressed(nextTurn(), at: moment, isRemote: isRemote))
        case .released(let moment): post.yield(.released(at: moment))
        }
    }

    private nonisolated func nextTurn() -> Turn {
        Turn(
            number: turnsSoFar.withLock { count in
                count += 1
                return count
            })
    }

    /// Says something as soon as nothing else is going on; a press ends it.
    ///
    /// An announcement that nobody can have heard is said again, some times, also after hours.
    ///
    /// - Parameter then: is called when it was heard, cut short or given up; not at the end of the
    ///   program.
    public func say(_ utterance: Utterance, then: @escaping @Sendable () -> Void = {}) {
        guard hasRoom || utterance.isAlarm else { return then() }
        wanted.append(Wanted(utterance: utterance, then: then))
        offer()
    }

    /// Asks aloud whether somebody may manage the device, and waits until the button was held for
    /// three seconds, which is no turn, or was not. Cancelling takes the question back.
    ///
    /// - Parameter question: the whole sentence.
    /// - Returns: whether it was; false at once while another such question is open.
    public func consents(to question: String) async -> Bool {
        guard consent == nil, !isConsentTakenBack, !hasEnded, hasRoom else { return false }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                consent = continuation
                say(.consentQuestion(question))
            }
        } onCancel: {
            Task { await self.takeBackQuestion() }
        }
    }

    private var hasRoom: Bool { wanted.count + unheard.count < Self.mostWanted }

    private func answerConsent(_ isGiven: Bool) {
        isConsentTakenBack = false
        consent?.resume(returning: isGiven)
        consent = nil
    }

    private func takeBackQuestion() {
        guard consent != nil else { return }
        answerConsent(false)
        let isAsked = !wanted.contains { $0.utterance.isConsentQuestion }
        wanted.removeAll { $0.utterance.isConsentQuestion }
        isConsentTakenBack = isAsked
        endTakenBackQuestion()
    }

    /// A question that nobody waits for any more is over as soon as it is asked; not while the
    /// button is down, which its release settles.
    private func endTakenBackQuestion() {
        guard isConsentTakenBack, case .consenting(let turn, down: nil) = phase else { return }
        post.yield(.unanswered(turn))
    }

    /// Lets the loop say what is wanted, if nothing else is going on.
    private func offer() {
        guard phase == .idle, saying == nil, !wanted.isEmpty else { return }
        let first = wanted.removeFirst()
        let turn = nextTurn()
        saying = (turn, first)
        post.yield(.wanted(turn, first.utterance))
    }

    private func want(again missed: Wanted) {
        guard !(isConsentTakenBack && missed.utterance.isConsentQuestion) else {
            return answerConsent(false)
        }
        wanted.insert(missed, at: 0)
    }

    /// Offers again, after a pause or when the speaker was heard, what nobody can have heard.
    private func offerLater(_ missed: Wanted) {
        var missed = missed
        missed.tries += 1
        guard missed.tries < Self.mostTries else { return missed.then() }
        unheard.append(missed)
        guard sayingAgain == nil else { return }
        let pause = Self.pauses[min(missed.tries, Self.pauses.count) - 1]
        sayingAgain = Task { [clock = parts.clock] in
            guard (try? await clock.sleep(for: pause)) != nil else { return }
            self.offerUnheard()
        }
    }

    private func offerUnheard() {
        sayingAgain?.cancel()
        sayingAgain = nil
        wanted = unheard + wanted
        unheard = []
        offer()
    }

    /// Nothing said so far, the turn in hand included, is remembered from now on.
    ///
    /// - Throws: if it can only be forgotten until the end of the program.
    public func forget() async throws {
        try await parts.memory?.forget(upTo: forgetNow())
    }

    /// - Returns: the last turn that is forgotten.
    private func forgetNow() -> Turn {
        exchanges = []
        forgottenUpTo = turnsSoFar.withLock { $0 }
        return Turn(number: forgottenUpTo)
    }

    /// As `forget()`, without waiting for the disk, as the loop must not; what the disk does not take
    /// is said.
    public func forgetAtOnce() {
        let last = forgetNow()
        Task {
            do {
                try await parts.memory?.forget(upTo: last)
            } catch {
                parts.log.error("\(error)")
                self.say(.announcement(Sentences(settings.language).storeUnwritable))
            }
        }
    }

    /// Goes by other settings from the next turn on, and asks others if `parts` says so; the devices,
    /// the clock and the memory must be the same.
    public func use(_ settings: LoopSettings, _ parts: LoopParts? = nil) {
        if settings.followUp != self.settings.followUp { followsUp = settings.followUp }
        self.settings = settings
        if let parts { self.parts = parts }
    }

    /// Does not listen again by itself from now on, as when the microphone was muted.
    public func stopFollowingUp() { followsUp = false }

    /// Listens again as the settings say.
    public func followUpAgain() { followsUp = settings.followUp }

    /// Runs until the task is cancelled, which also ends the turn in hand.
    public func run() async {
        // A press does not wait for the disk; the language model does.
        if let memory = parts.memory {
            recalling = Task { self.recall(await memory.exchanges()) }
        }
        for await event in events {
            busy.withLock { $0 = parts.clock.now }
            defer { busy.withLock { $0 = nil } }
            let (next, effects) = phase.after(event, settings.gestures)
            if next != phase {
                parts.log.debug("\(phase) → \(next)")
                if next.name != phase.name { told(.state(next.name)) }
            }
            if case .wanted = event, effects.isEmpty, let saying {
                // A press came first.
                want(again: saying.what)
                self.saying = nil
            }
            phase = next
            isSilent = false
            for effect in effects { await perform(effect) }
            endTakenBackQuestion()
            offer()
        }
        saying = nil
        recalling?.cancel()
        hasEnded = true
        sayingAgain?.cancel()
        answerConsent(false)
        cancelTimers()
        current?.task.cancel()
        await fallSilent()
        await wait(for: current?.task)
        if phase != .idle { show(.off) }
        await keeper?.finish(within: Self.endTime, on: parts.clock)
    }

    private func perform(_ effect: Phase.Effect) async {
        switch effect {
        case .record(let turn, let pressed): await begin(turn, pressed: pressed)
        case .timeHold(let since):
            later(at: since + settings.gestures.hold, post: .heldSince(since))
        case .timeConsent(let since):
            later(at: since + settings.gestures.consent, post: .heldSince(since))
        case .timeTaps(let since):
            later(at: since + settings.gestures.betweenTaps, post: .tapsOver(since: since))
        case .timeAnswer(let turn):
            let time =
                if case .consenting = phase { Self.consentTime } else { Self.answerTime }
            later(at: parts.clock.now + time, post: .unanswered(turn))
        case .settle(let turn): run(of: turn)?.control.settle()
        case .hold(let turn):
            guard let run = run(of: turn) else { return }
            run.control.end(by: .button)
            run.control.settle()
        case .waitAndSee(let turn, let since):
            run(of: turn)?.control.end(by: .undecided(since: since))
        case .endBySilence(let turn): run(of: turn)?.control.end(by: .silence)
        case .endAfterLastWord(let turn, let released):
            run(of: turn)?.mark(.released, at: released)
            end(turn, by: .lastWord(released: released))
        case .endAt(let turn, let moment): end(turn, by: .moment(moment))
        case .abandon(let turn): await abandon(turn)
        case .drop(let turn):
            run(of: turn)?.control.drop()
            await abandon(turn)
        case .say(let turn, let utterance): say(utterance, as: turn)
        case .forget: forgetAtOnce()
        case .consent(let isGiven): answerConsent(isGiven)
        case .show(let light): show(light)
        }
    }

    private func recall(_ before: [Exchange]) {
        guard forgottenUpTo == 0 else { return }
        exchanges = Array((before + exchanges).suffix(max(1, settings.rememberedTurns)))
    }

    private func run(of turn: Turn) -> TurnRun? {
        guard let run = current?.run, run.turn == turn else { return nil }
        return run
    }

    private func end(_ turn: Turn, by ending: TurnControl.Ending) {
        guard let run = run(of: turn) else { return }
        run.control.end(by: ending)
        run.control.settle()
        parts.microphone.catchUp()
    }

    private func makeRun(_ turn: Turn) -> TurnRun {
        TurnRun(
            turn, parts: parts, settings: settings, keeper: keeper,
            note: { [told] progress in
                switch progress {
                case .words(let words): told(.transcript(turn, words))
                case .reply(let piece): told(.reply(turn, piece))
                case .replyComplete, .provider: break
                }
            }
        ) { [post] in post.yield($0) }
    }

    /// Waits for the end of `task`, but not without end.
    private func wait(for task: Task<Void, Never>?) async {
        guard let task else { return }
        _ = await value(within: Self.patience, on: parts.clock) { await task.value }
    }

    private func begin(_ turn: Turn, pressed: Moment) async {
        cancelTimers()
        // A small sound may still be playing though its turn is over.
        if !isSilent { await fallSilent() }
        let quiet = lastHeard.map { $0 + Self.echo }
        let start = max(pressed - settings.preRoll, quiet ?? pressed - settings.preRoll)
        let run = makeRun(turn)
        // Begun here, in the order of the presses: the newest playback is the one that is heard.
        let playback = parts.speaker.begin()
        let previous = current?.task
        let task = Task {
            let report = await run.perform(
                .spoken(from: start, pressed: pressed), on: playback,
                after: {
                    // What an interrupted answer leaves to be remembered it leaves at its end.
                    await self.wait(for: previous)
                    await self.wait(for: self.recalling)
                    return await self.exchanges
                })
            self.finish(report, of: run)
        }
        current = (run, task)
    }

    private func say(_ utterance: Utterance, as turn: Turn) {
        cancelTimers()
        let run = makeRun(turn)
        let previous = current?.task
        let task = Task {
            // A small sound may still be playing though its turn is over.
            await self.wait(for: previous)
            if utterance == .lastAnswer { await self.wait(for: self.recalling) }
            guard let playback = self.playback(for: run) else {
                return self.said(TurnReport(turn: turn), by: run)
            }
            let report = await run.perform(
                self.question(for: utterance), on: playback, after: { [] })
            self.said(report, by: run)
        }
        current = (run, task)
    }

    private func question(for utterance: Utterance) -> Question {
        let sentences = Sentences(settings.language)
        return switch utterance {
        case .alarm(let sentence): .alarm(sentence)
        case .announcement(let sentence): .unasked(sentence, ownVoice: true)
        case .forgetQuestion: .unasked(sentences.forgetQuestion, ownVoice: true)
        case .forgotten: .unasked(sentences.forgotten, ownVoice: true)
        case .kept: .unasked(sentences.notForgotten, ownVoice: true)
        case .consentQuestion(let sentence): .unasked(sentence, ownVoice: true)
        case .consentGiven: .unasked(sentences.claimAgreed, ownVoice: true)
        case .consentWithheld: .unasked(sentences.claimRefused, ownVoice: true)
        case .lastAnswer:
            exchanges.last.map { .unasked($0.reply, ownVoice: false) }
                ?? .unasked(settings.language.replies.nothingSaidYet, ownVoice: true)
        }
    }

    /// The newest playback is the one that is heard; a run that was overtaken gets none.
    private func playback(for run: TurnRun) -> (any Playback)? {
        current?.run === run && !Task.isCancelled ? parts.speaker.begin() : nil
    }

    private func said(_ report: TurnReport, by run: TurnRun) {
        if current?.run === run { current = nil }
        if report.timeline[.heard] != nil { offerUnheard() }
        if let (turn, what) = saying, turn == report.turn {
            saying = nil
            if !hasEnded {
                // Another playback came over it; or nobody can have heard a timer ring.
                let isMissed =
                    report.outcome == .stopped
                    || what.utterance.isAlarm && report.timeline[.heard] == nil
                if isMissed, !Task.isCancelled {
                    want(again: what)
                } else if what.utterance.isAnnouncement, report.outcome == .failed {
                    offerLater(what)
                } else {
                    what.then()
                }
            }
            offer()
        }
        if let failure = report.failure { parts.log.error("could not say it: \(failure)") }
    }

    private func abandon(_ turn: Turn) async {
        guard run(of: turn) != nil else { return }
        current?.task.cancel()
        await fallSilent()
    }

    /// A card that does not answer is not waited for: nothing that it has not been given is heard
    /// any more.
    private func fallSilent() async {
        isSilent = true
        let speaker = parts.speaker
        let silence = await value(within: Self.silencing, on: parts.clock) {
            await speaker.stop()
        }
        guard let silence else {
            return parts.log.error("the speaker does not answer; going on without it")
        }
        if let moment = silence { lastHeard = moment }
    }

    private func finish(_ report: TurnReport, of run: TurnRun) {
        if current?.run === run { current = nil }
        guard !run.control.isDropped else { return }
        if !report.reply.isEmpty, report.turn.number > forgottenUpTo {
            exchanges.append(Exchange(question: report.transcript, reply: report.reply))
            // The last one is kept in any case: it can be asked for again.
            exchanges.removeFirst(max(0, exchanges.count - max(1, settings.rememberedTurns)))
        }
        if followsUp, report.outcome == .answered, !report.reply.isEmpty {
            post.yield(.invited(nextTurn(), at: parts.clock.now))
        }
        // What the log calls over is safe.
        if let keeper {
            keeper.keep(report) { [log = parts.log] in report.tell(log) }
        } else {
            report.tell(parts.log)
        }
        finished(report)
        if report.timeline[.heard] != nil { offerUnheard() }
    }

    /// Posts `event` at `moment`, unless another turn has begun or the loop has ended by then.
    private func later(at moment: Moment, post event: Phase.Event) {
        let timer = Task { [clock = parts.clock, post] in
            guard (try? await clock.sleep(until: moment, tolerance: nil)) != nil else { return }
            post.yield(event)
        }
        timers.append(timer)
    }

    private func cancelTimers() {
        for timer in timers { timer.cancel() }
        timers = []
    }
}

/// Something that the device is to say by itself.
private struct Wanted: Sendable {
    let utterance: Utterance
    /// Is called when it was heard or cut short.
    let then: @Sendable () -> Void
    /// How often it was said and nobody can have heard it.
    var tries = 0
}

extension TurnReport {
    func tell(_ log: Log) {
        switch outcome {
        case .failed: log.error("\(turn) failed: \(failure ?? "unknown")")
        case .answered, .nothingHeard, .stopped: log.info(summary)
        }
    }

    /// One line without a word of what was said.
    public var summary: String {
        let ending: (start: Step, end: Step) = (.captureEnded, .firstPlayed)
        let wait = timeline.duration(from: ending.start, to: ending.end).map {
            ", the answer began after \(Int($0.inMilliseconds.rounded())) ms"
        }
        return "\(turn): \(outcome.rawValue)\(wait ?? "")"
    }
}
