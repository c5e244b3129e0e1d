import Synchronization
public import Voice

/// Acts on what `Phase` decides: the button's conversation, one turn at a time.
public actor Conversation {
    private let parts: LoopParts
    private let settings: LoopSettings
    private let show: @Sendable (Light) -> Void
    private let finished: @Sendable (TurnReport) -> Void

    private let events: AsyncStream<Phase.Event>
    private nonisolated let post: AsyncStream<Phase.Event>.Continuation
    private nonisolated let turnsSoFar = Mutex(0)

    private var phase = Phase.idle
    private var current: (run: TurnRun, task: Task<Void, Never>)?
    private var timers: [Task<Void, Never>] = []
    private var lastHeard: Moment?
    private var exchanges: [Exchange] = []

    /// The device's own voice takes so long to die away in a room.
    private static let echo = Duration.milliseconds(50)
    /// After so long a tap is no double tap any more.
    private static let settling = Duration.milliseconds(300)
    /// Nobody presses a thousand times before the loop looks.
    private static let longestBacklog = 1000

    /// - Parameters:
    ///   - show: is told of every change of the light; must not block.
    ///   - finished: is given the report of each turn when it is over.
    public init(
        _ parts: LoopParts, settings: LoopSettings = LoopSettings(),
        show: @escaping @Sendable (Light) -> Void = { _ in },
        finished: @escaping @Sendable (TurnReport) -> Void = { _ in }
    ) {
        self.parts = parts
        self.settings = settings
        self.show = show
        self.finished = finished
        (events, post) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.longestBacklog))
    }

    /// Takes what the button does; returns at once.
    public nonisolated func button(_ event: ButtonEvent) {
        switch event {
        case .pressed(let moment):
            let number = turnsSoFar.withLock { count in
                count += 1
                return count
            }
            post.yield(.pressed(Turn(number: number), at: moment))
        case .released(let moment): post.yield(.released(at: moment))
        }
    }

    /// Runs until the task is cancelled, which also ends the turn in hand.
    public func run() async {
        for await event in events {
            let (next, effects) = phase.after(event, hold: settings.hold)
            if next != phase { parts.log.debug("\(phase) → \(next)") }
            phase = next
            for effect in effects { await perform(effect) }
        }
        cancelTimers()
        current?.task.cancel()
        _ = await parts.speaker.stop()
        await current?.task.value
        if phase != .idle { show(.off) }
    }

    private func perform(_ effect: Phase.Effect) async {
        switch effect {
        case .record(let turn, let pressed): await begin(turn, pressed: pressed)
        case .timeHold(let since):
            later(at: since + settings.hold) { [post] in post.yield(.heldSince(since)) }
        case .hold(let turn):
            guard let run = run(of: turn) else { return }
            run.control.end(by: .button)
            run.control.settle()
        case .waitAndSee(let turn, let since):
            run(of: turn)?.control.end(by: .undecided(since: since))
        case .endBySilence(let turn, let tapped):
            guard let run = run(of: turn) else { return }
            run.control.end(by: .silence)
            later(at: tapped + Self.settling) { run.control.settle() }
        case .endAfterLastWord(let turn, let released):
            run(of: turn)?.mark(.released, at: released)
            end(turn, by: .lastWord(released: released))
        case .endAt(let turn, let moment): end(turn, by: .moment(moment))
        case .abandon(let turn): await abandon(turn)
        case .show(let light): show(light)
        }
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

    private func begin(_ turn: Turn, pressed: Moment) async {
        cancelTimers()
        // A small sound may still be playing though its turn is over.
        await fallSilent()
        let quiet = lastHeard.map { $0 + Self.echo }
        let start = max(pressed - settings.preRoll, quiet ?? pressed - settings.preRoll)
        let run = TurnRun(turn, parts: parts, settings: settings) { [post] in post.yield($0) }
        // Begun here, in the order of the presses: the newest playback is the one that is heard.
        let playback = parts.speaker.begin()
        let previous = current?.task
        let task = Task {
            let report = await run.perform(
                .spoken(from: start, pressed: pressed), on: playback,
                after: {
                    // What an interrupted answer leaves to be remembered it leaves at its end.
                    await previous?.value
                    return await self.exchanges
                })
            self.finish(report)
        }
        current = (run, task)
    }

    private func abandon(_ turn: Turn) async {
        guard run(of: turn) != nil else { return }
        current?.task.cancel()
        await fallSilent()
    }

    private func fallSilent() async {
        if let moment = await parts.speaker.stop() { lastHeard = moment }
    }

    private func finish(_ report: TurnReport) {
        if current?.run.turn == report.turn { current = nil }
        if !report.reply.isEmpty {
            exchanges.append(Exchange(question: report.transcript, reply: report.reply))
            // The last one is kept in any case: it can be asked for again.
            exchanges.removeFirst(max(0, exchanges.count - max(1, settings.rememberedTurns)))
        }
        switch report.outcome {
        case .failed: parts.log.error("\(report.turn) failed: \(report.failure ?? "unknown")")
        case .answered, .nothingHeard, .stopped: parts.log.info(report.summary)
        }
        finished(report)
    }

    /// Does `action` at `moment`, unless another turn has begun or the loop has ended by then.
    private func later(at moment: Moment, _ action: @escaping @Sendable () -> Void) {
        let timer = Task { [clock = parts.clock] in
            guard (try? await clock.sleep(until: moment, tolerance: nil)) != nil else { return }
            action()
        }
        timers.append(timer)
    }

    private func cancelTimers() {
        for timer in timers { timer.cancel() }
        timers = []
    }
}

extension TurnReport {
    /// One line without a word of what was said.
    var summary: String {
        let ending: (start: Step, end: Step) = (.captureEnded, .firstPlayed)
        let wait = timeline.duration(from: ending.start, to: ending.end).map {
            ", the answer began after \(Int($0.inMilliseconds.rounded())) ms"
        }
        return "\(turn): \(outcome.rawValue)\(wait ?? "")"
    }
}
