import Codec
import Voice

/// The way of the answer: text is read and cut, clauses are made into sound, sound is played, all
/// at the same time.
extension TurnRun {
    /// Returns when the last sound of the reply was handed to the speaker.
    func speak(
        replyingTo question: String, after exchanges: [Exchange], on playback: any Playback,
        while thinking: Thinking
    ) async throws {
        let (text, name): (TextStream, String)
        do {
            (text, name) = try await parts.languageModels.first {
                [settings] model, failures throws(ProviderError) in
                try await model.reply(
                    to: Prompt(
                        question: question,
                        exchanges: Array(exchanges.suffix(max(0, settings.rememberedTurns))),
                        last: exchanges.last, instructions: settings.instructions,
                        failures: failures))
            }
        } catch {
            throw TurnFailure.languageModel(error)
        }
        set(\.providers["languageModel"], name)
        let isHeard = try await say(text, on: playback, while: thinking) { [self] piece in
            mark(.firstText)
            report.withLock { $0.reply += piece }
        }
        // Nothing but pictures, say. An empty reply is meant: somebody wanted silence.
        guard isHeard || report.withLock({ $0.reply.isEmpty }) else {
            throw TurnFailure.languageModel(
                ProviderError.failed(provider: name, reason: "nothing in its reply can be spoken"))
        }
    }

    /// Returns when the last sound of `text` was handed to the speaker.
    ///
    /// - Parameter note: is told each piece of the text.
    /// - Returns: whether there was anything to hear.
    @discardableResult
    func say(
        _ text: TextStream, on playback: any Playback, while thinking: Thinking,
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Bool {
        let written = Handoff<String>(holding: 0)
        async let _ = read(text, into: written, note)
        let clauses = WrittenClauses(written)
        let isHeard =
            if let (sound, name) = try await inOneBreath(clauses) {
                try await play(sound, by: name, of: clauses, on: playback, while: thinking)
            } else {
                try await say(clauses, on: playback, while: thinking)
            }
        try Task.checkCancellation()
        return isHeard
    }

    /// Clause by clause: each is asked for by itself, ahead of its time.
    private func say(
        _ clauses: WrittenClauses, on playback: any Playback, while thinking: Thinking
    ) async throws -> Bool {
        // With the one that waits for room, two clauses are ahead of the one that is heard.
        let pending = Handoff<PendingClause>(holding: 1)
        async let _ = synthesize(clauses, into: pending)
        return try await play(pending, on: playback, while: thinking)
    }

    /// The sound of the whole reply, if whoever speaks next takes it while it is being written.
    private func inOneBreath(
        _ clauses: WrittenClauses
    ) async throws -> (sound: AudioStream, name: String)? {
        do {
            let spoken = try await parts.synthesizers.next {
                synthesizer throws(ProviderError) -> AudioStream? in
                guard let streaming = synthesizer as? any StreamingSynthesizer else { return nil }
                return try await streaming.speech(of: clauses.fromTheBeginning())
            }
            guard let spoken else {
                clauses.rewind()
                return nil
            }
            clauses.forget()
            return (spoken.answer, spoken.name)
        } catch {
            throw TurnFailure.synthesizer(error)
        }
    }

    /// Cuts the reply as it is written. What goes wrong is told behind the clauses before it.
    private func read(
        _ text: TextStream, into clauses: Handoff<String>,
        _ note: @Sendable (String) -> Void
    ) async {
        var cutter = Clauses(language: settings.replyLanguage)
        var spoken = SpokenText()
        func send(_ clause: String) async throws {
            parts.log.debug("\(turn): saying \"\(clause)\"")
            try await clauses.send(clause)
        }
        do {
            for try await piece in text {
                note(piece)
                for clause in cutter.append(piece).compactMap({ spoken.spoken($0) }) {
                    try await send(clause)
                }
            }
            try Task.checkCancellation()
            if let clause = cutter.finish().flatMap({ spoken.spoken($0) }) {
                try await send(clause)
            }
            clauses.finish()
        } catch let end as CancellationError {
            clauses.finish(throwing: end)
        } catch {
            let rest = cutter.finish().flatMap { spoken.spoken($0) }
            if let rest { try? await send(rest) }
            clauses.finish(throwing: TurnFailure.brokenOff(error))
        }
    }

    private func synthesize(
        _ clauses: WrittenClauses, into pending: Handoff<PendingClause>
    ) async {
        do {
            while let clause = try await clauses.next() {
                try await pending.send(PendingClause(clause, by: parts.synthesizers))
            }
            pending.finish()
        } catch {
            pending.finish(throwing: error)
        }
    }

    private func play(
        _ clauses: Handoff<PendingClause>, on playback: any Playback, while thinking: Thinking
    ) async throws -> Bool {
        var length = Duration.zero
        while length < settings.longestReply, let clause = try await clauses.next() {
            length += try await play(clause, on: playback, while: thinking)
        }
        return length > .zero
    }

    private func play(
        _ sound: AudioStream, by name: String, of clauses: WrittenClauses,
        on playback: any Playback, while thinking: Thinking
    ) async throws -> Bool {
        let length = try await play(sound, by: name, on: playback, while: thinking)
        // Whoever speaks sees the text end, however it did.
        if length < settings.longestReply { try clauses.checkEnd() }
        return length > .zero
    }

    /// - Returns: how long it is.
    private func play(
        _ clause: PendingClause, on playback: any Playback, while thinking: Thinking
    ) async throws -> Duration {
        let (sound, name) = try await clause.sound()
        return try await play(sound, by: name, on: playback, while: thinking)
    }

    private func play(
        _ sound: AudioStream, by name: String, on playback: any Playback,
        while thinking: Thinking
    ) async throws -> Duration {
        set(\.providers["textToSpeech"], name)
        var length = Duration.zero
        do {
            for try await chunk in sound {
                mark(.firstSound)
                if thinking.end() { post(.replyBegan(turn)) }
                mark(.firstPlayed, at: try await playback.play(chunk))
                if settings.keepsSound { keep(chunk) }
                length += chunk.duration
                guard length < settings.longestReply else { break }
            }
        } catch let error as ProviderError {
            throw TurnFailure.brokenOff(error)
        }
        return length
    }

    /// Keeps what was played, in the format of its first sound.
    private func keep(_ chunk: AudioChunk) {
        played.withLock { played in
            if played == nil { played = ([], chunk.format) }
            played!.samples += Resampler.convert(chunk, to: played!.format).samples
        }
    }
}

/// A clause that is being made into sound, ahead of its time. Letting go of it ends that.
private final class PendingClause: Sendable {
    private let work: Task<(AudioStream, String), any Error>

    init(_ clause: String, by synthesizers: Failover<any SpeechSynthesizer>) {
        work = Task {
            do {
                return try await synthesizers.first { synthesizer, _ throws(ProviderError) in
                    try await synthesizer.speech(for: clause)
                }
            } catch {
                throw TurnFailure.synthesizer(error)
            }
        }
    }

    deinit { work.cancel() }

    /// Returns when there is something to hear.
    func sound() async throws -> (AudioStream, provider: String) {
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            work.cancel()
        }
    }
}
