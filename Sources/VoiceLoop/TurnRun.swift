import Codec
import Synchronization
import Voice

/// One turn from its press to the last sound of its answer. Every stage streams into the next;
/// cancelling the task that performs it ends them all.
final class TurnRun: Sendable {
    let turn: Turn
    let control = TurnControl()
    private let recording = Recording()
    /// How many chunks the microphone has given.
    private let chunks = Mutex(0)
    let parts: LoopParts
    let settings: LoopSettings
    /// Keeps the turn; nil if nothing does.
    let keeper: TurnKeeper?
    private let tell: @Sendable (Phase.Event) -> Void
    let goal: SingleTurn.Goal
    let note: @Sendable (SingleTurn.Progress) -> Void
    let report: Mutex<TurnReport>
    let played = Mutex<(samples: [Int16], format: AudioFormat)?>(nil)

    /// A microphone that gives nothing at so many looks in a row will not: its driver hangs, since
    /// one that knows that something is wrong says so.
    private static let looks = 5
    private static let lookPause = Duration.seconds(1)
    /// How often the device ticks while it thinks.
    private static let tickPause = Duration.seconds(2)
    /// Some three minutes: whoever has not come by then is not there.
    private static let rings = 20
    private static let ringPause = Duration.seconds(4)

    init(
        _ turn: Turn, parts: LoopParts, settings: LoopSettings, keeper: TurnKeeper? = nil,
        goal: SingleTurn.Goal = .sound,
        note: @escaping @Sendable (SingleTurn.Progress) -> Void = { _ in },
        post: @escaping @Sendable (Phase.Event) -> Void
    ) {
        self.turn = turn
        self.parts = parts
        self.settings = settings
        self.keeper = keeper
        self.goal = goal
        self.note = note
        tell = post
        report = Mutex(TurnReport(turn: turn))
    }

    func post(_ event: Phase.Event) {
        if !control.isDropped { tell(event) }
    }

    func mark(_ step: Step, at moment: Moment) {
        report.withLock { $0.timeline.mark(step, at: moment) }
    }

    func mark(_ step: Step) { mark(step, at: parts.clock.now) }

    func set<Value>(_ key: WritableKeyPath<TurnReport, Value>, _ value: Value) {
        report.withLock { $0[keyPath: key] = value }
    }

    /// Who answers for a stage, by the name of its chain.
    func set(provider name: String, of stage: String) {
        let isNew = report.withLock { $0.providers.updateValue(name, forKey: stage) != name }
        if isNew { note(.provider(stage: stage, name)) }
    }

    /// Takes the question, asks, and answers. Returns when everything has been heard, or soon
    /// after the task was cancelled; never throws, since what fails is said aloud.
    ///
    /// - Parameter exchanges: what the conversation remembers, asked for when the model is.
    func perform(
        _ question: Question, on playback: any Playback,
        after exchanges: @escaping @Sendable () async -> [Exchange]
    ) async -> TurnReport {
        do {
            set(\.outcome, try await answer(question, after: exchanges, on: playback))
        } catch {
            recording.finish(throwing: error)
            if Task.isCancelled || error is CancellationError {
                set(\.outcome, .stopped)
            } else {
                set(\.outcome, .failed)
                set(\.failure, "\(error)")
                set(\.problem, TurnProblem(error))
                post(.failed(turn))
                if settings.tellsTrouble { await apologize(for: error, on: playback) }
            }
        }
        post(.ended(turn))
        set(\.question, recording.whole)
        set(\.answer, played.withLock { $0.map { AudioChunk($0.samples, format: $0.format) } })
        set(\.isOver, true)
        return report.withLock { $0 }
    }

    private func answer(
        _ question: Question, after exchanges: @escaping @Sendable () async -> [Exchange],
        on playback: any Playback
    ) async throws -> Outcome {
        switch question {
        case .spoken(let start, let pressed):
            mark(.pressed, at: pressed)
            prepare()
            // Asked at the press, so that it is ready by the time somebody has spoken.
            async let words = transcribe()
            let hasSpeech = try await record(from: start, pressed: pressed)
            post(.captureEnded(turn, speech: hasSpeech))
            guard hasSpeech else {
                try await sound(Sounds.nothingHeard, on: playback)
                return .nothingHeard
            }
            let thinking = Thinking()
            async let _ = tick(while: thinking, on: playback)
            defer { thinking.end() }
            let question = try await words
            if goal == .words { return understood(question) }
            return try await reply(
                to: question, after: exchanges, on: playback, while: thinking)
        case .file(let file):
            mark(.pressed)
            prepare()
            let question = try await transcribe(file)
            if goal == .words { return understood(question) }
            return try await reply(
                to: question, after: exchanges, on: playback, while: Thinking())
        case .written(let text):
            mark(.pressed)
            prepare()
            return try await reply(to: text, after: exchanges, on: playback, while: Thinking())
        case .unasked(let text, let ownVoice):
            mark(.pressed)
            if ownVoice {
                try await speakItself(text, on: playback)
            } else {
                let whole = TextStream { stream in
                    stream.yield(text)
                    stream.finish()
                }
                try await say(whole, on: playback, while: Thinking())
            }
            mark(.heard, at: try await playback.drain())
            return .answered
        case .alarm(let text):
            mark(.pressed)
            try await ring(text, on: playback)
            return .answered
        }
    }

    /// Whoever will be asked gets ready while the person speaks.
    private func prepare() {
        parts.recognizers.next.prepare()
        if goal != .words { parts.languageModels.next.prepare() }
        if goal == .sound { parts.synthesizers.next.prepare() }
    }

    /// Nothing else was asked for than the words, which may be none.
    private func understood(_ words: String) -> Outcome {
        mark(.transcript)
        set(\.transcript, words)
        note(.words(words))
        return .answered
    }

    private func reply(
        to question: String, after exchanges: @Sendable () async -> [Exchange],
        on playback: any Playback, while thinking: Thinking
    ) async throws -> Outcome {
        mark(.transcript)
        set(\.transcript, question)
        guard !question.isEmpty else { throw TurnFailure.noWords }
        note(.words(question))
        let text = try await write(replyTo: question, after: await exchanges())
        guard goal == .sound else {
            try await readOut(text)
            return .answered
        }
        try await speak(text, on: playback, while: thinking)
        thinking.end()
        if settings.tellsTrouble { try await tellOutage(on: playback) }
        try await hearOut(playback)
        return .answered
    }

    /// Whoever should have answered and did not is told of once, behind the answer: nobody waits
    /// for it, and nobody takes the device's own answers for all that it can.
    private func tellOutage(on playback: any Playback) async throws {
        let sentences = Sentences(settings.language)
        guard let reason = parts.outages.takeUntold(), let sentence = sentences.outage(reason),
            // A question that only they could have answered was answered by just that.
            soFar.reply != sentences.sentence(for: reason)
        else { return }
        try await speakItself(sentence, on: playback)
    }

    /// Waits for the last sound. Meanwhile the turn is kept, so that a power cut does not take what
    /// was heard; a disk that is slower than the sound is not waited for.
    private func hearOut(_ playback: any Playback) async throws {
        keeper?.keep(soFar)
        mark(.heard, at: try await playback.drain())
    }

    private var soFar: TurnReport { report.withLock { $0 } }

    // MARK: - Listening

    /// Takes the microphone's sound into the recording until the question ends, or nothing comes any
    /// more.
    ///
    /// - Returns: whether there was a question.
    private func record(from start: Moment, pressed: Moment) async throws -> Bool {
        // What comes out of a file comes when it comes.
        if case .sound = control.current.ending {
            return try await listen(from: start, pressed: pressed)
        }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await self.listen(from: start, pressed: pressed) }
            group.addTask { try await self.missSound() }
            let hasSpeech = try await group.next()
            group.cancelAll()
            return hasSpeech ?? false
        }
    }

    /// Throws when the microphone has given nothing for too long. It is looked at rather than timed,
    /// so that a program that was held up itself finds what came meanwhile.
    private func missSound() async throws -> Never {
        var (known, misses) = (0, 0)
        while misses < Self.looks {
            try await parts.clock.sleep(for: Self.lookPause)
            let count = chunks.withLock { $0 }
            misses = count == known ? misses + 1 : 0
            known = count
        }
        throw TurnFailure.microphone(MicrophoneStuck())
    }

    private func listen(from start: Moment, pressed: Moment) async throws -> Bool {
        let detector = SpeechDetector()
        var rules: EndOfQuestion?
        var recorded = 0
        // What was said since a press of which it is not known yet what it is.
        var undecided: [AudioChunk] = []
        var isSpeechTold = false
        let sound = parts.microphone.listen(from: start)
        for try await captured in sound.reporting(TurnFailure.microphone) {
            chunks.withLock { $0 += 1 }
            let format = captured.chunk.format
            if rules == nil {
                mark(.firstSample, at: captured.began)
                let limits = EndOfQuestion.Limits(
                    postRoll: settings.postRoll, endOfSpeech: settings.endOfSpeech,
                    noSpeech: settings.noSpeech, longest: settings.longestTurn)
                let lead = max(.zero, pressed - captured.began)
                rules = EndOfQuestion(limits: limits, lead: format.frames(in: lead))
            }
            let (ending, isSettled) = control.current
            rules!.rule = Self.rule(ending) { moment in
                recorded + format.frames(in: moment - captured.began)
            }
            rules!.heard(frames: captured.chunk.frames, detector.hear(captured.chunk))
            let decision = rules!.decision
            if case .end(let frame, let speech) = decision {
                // How much of what is undecided belongs to the question only its end says.
                var start = recorded - undecided.reduce(0) { $0 + $1.frames }
                for chunk in undecided + [captured.chunk] {
                    recording.append(chunk.part(0..<max(0, frame - start)))
                    start += chunk.frames
                }
                return end(recording, speech: speech)
            }
            if case .undecided(let since) = ending {
                let first = format.frames(in: max(.zero, since - captured.began))
                recording.append(captured.chunk.part(0..<first))
                undecided.append(
                    captured.chunk.part(min(first, captured.chunk.frames)..<captured.chunk.frames))
            } else {
                undecided.forEach(recording.append)
                undecided = []
                recording.append(captured.chunk)
            }
            recorded += captured.chunk.frames
            if isSettled, rules!.isQuestion { recording.release() }
            if rules!.isFoundSincePress, !isSpeechTold {
                isSpeechTold = true
                post(.speechFound(turn))
            }
        }
        try Task.checkCancellation()
        // A recording that came from a file is over when the file is.
        guard case .sound = control.current.ending, let rules else {
            throw TurnFailure.microphone(MicrophoneClosed())
        }
        return end(recording, speech: rules.isFound)
    }

    /// Lets the recognizers have the question, or tells them that there is none.
    private func end(_ recording: Recording, speech: Bool) -> Bool {
        mark(.captureEnded)
        if speech { recording.release() }
        recording.finish(throwing: speech ? nil : CancellationError())
        return speech
    }

    private static func rule(
        _ ending: TurnControl.Ending, _ frame: (Moment) -> Int
    ) -> EndOfQuestion.Rule {
        switch ending {
        case .button, .sound, .undecided: .button
        case .silence: .silence
        case .lastWord(let released): .lastWord(releasedAt: max(0, frame(released)))
        case .moment(let moment): .frame(max(0, frame(moment)))
        }
    }

    private func transcribe() async throws -> String {
        do {
            return heard(
                try await parts.recognizers.first {
                    [recording] recognizer, _ throws(ProviderError) in
                    try await recognizer.transcript(of: recording.sound())
                })
        } catch {
            throw TurnFailure.recognizer(error)
        }
    }

    private func transcribe(_ file: VoiceSample) async throws -> String {
        do {
            return heard(
                try await parts.recognizers.first(where: { $0 is any FileRecognizer }) {
                    recognizer, _ throws(ProviderError) in
                    guard let recognizer = recognizer as? any FileRecognizer else { return "" }
                    return try await recognizer.transcript(of: file)
                })
        } catch {
            throw TurnFailure.recognizer(error)
        }
    }

    private func heard(_ words: (answer: String, name: String)) -> String {
        let (text, name) = words
        set(provider: name, of: "speechToText")
        parts.log.debug("\(turn): heard \"\(text)\"")
        return text
    }

    // MARK: - Sounds of the device itself

    /// Ticks at once and every two seconds until the answer is there. A tick that has begun plays
    /// to its end, and the answer follows it.
    private func tick(while thinking: Thinking, on playback: any Playback) async {
        guard settings.sounds else { return }
        while thinking.isGoingOn {
            // A speaker that does not work is noticed by the answer.
            _ = try? await playback.play(Sounds.tick)
            guard (try? await parts.clock.sleep(for: Self.tickPause)) != nil else { return }
        }
    }

    private func sound(_ sound: AudioChunk, on playback: any Playback) async throws {
        if settings.sounds { _ = try await playback.play(sound) }
        // Ends the playback too, so that the speaker may close.
        _ = try await playback.drain()
    }

    /// Says what went wrong in the device's own voice; where it has none, by a sound.
    private func apologize(for error: any Error, on playback: any Playback) async {
        let sentences = Sentences(settings.language)
        let sentence = (error as? TurnFailure)?.sentence(in: sentences) ?? sentences.noAnswer
        do {
            try await speakItself(sentence, on: playback)
            mark(.heard, at: try await playback.drain())
        } catch {
            // The speaker is what does not work, and has said so in the log; or a press ended it.
        }
    }
    /// Hands a sentence in the device's own voice to the speaker, or, where it has none, a sound.
    private func speakItself(_ sentence: String, on playback: any Playback) async throws {
        parts.log.debug("\(turn): saying \"\(sentence)\"")
        do {
            for try await chunk in try await parts.ownVoice.speech(for: sentence) {
                mark(.firstPlayed, at: try await playback.play(chunk))
            }
        } catch let error as ProviderError {
            // A press has ended it, which is no failure.
            if error == .cancelled { throw CancellationError() }
            parts.log.error("\(turn): \(error)")
            _ = try await playback.play(Sounds.failed)
        }
    }

    /// Rings until somebody presses the button, or nobody has for some minutes.
    private func ring(_ sentence: String, on playback: any Playback) async throws {
        for round in 0..<Self.rings {
            do {
                _ = try await playback.play(Sounds.alarm)
                try await speakItself(sentence, on: playback)
                mark(.heard, at: try await playback.drain())
            } catch let end as CancellationError {
                throw end
            } catch {
                // The speaker may be back for the next round.
                if round == 0 { parts.log.error("\(turn): cannot ring: \(error)") }
            }
            try await parts.clock.sleep(for: Self.ringPause)
        }
    }
}
