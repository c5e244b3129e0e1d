import Codec
import Voice

/// The way of the answer: text is read and cut, clauses are made into sound, sound is played, all
/// at the same time.
extension TurnRun {
    /// Returns when there is something to read.
    func write(
        replyTo question: String, after exchanges: [Exchange]
    ) async throws -> TextStream {
        do {
            let (text, name) = try await parts.languageModels.first {
                [settings, parts] model, failures throws(ProviderError) in
                try await model.reply(
                    to: Prompt(
                        question: question,
                        exchanges: Array(exchanges.suffix(max(0, settings.rememberedTurns))),
                        last: exchanges.last, instructions: settings.instructions,
                        failures: failures, device: parts.controls))
            }
            set(provider: name, of: "languageModel")
            return text
        } catch {
            throw TurnFailure.languageModel(error)
        }
    }

    private func take(_ piece: String) {
        mark(.firstText)
        report.withLock { $0.reply += piece }
        note(.reply(piece))
    }

    /// Only reads a reply.
    func readOut(_ text: TextStream) async throws {
        do {
            for try await piece in text {
                take(piece)
                // Somebody who is not listened to may go on for ever.
                guard report.withLock({ $0.reply.utf8.count }) < Self.longestReply else { break }
            }
        } catch let end as CancellationError {
            throw end
        } catch {
            throw TurnFailure.brokenOff(error)
        }
        try Task.checkCancellation()
        note(.replyComplete)
    }

    /// Of a reply that is only read, in bytes.
    private static let longestReply = 256 * 1024

    /// Returns when the last sound of the reply was handed to the speaker.
    func speak(
        _ text: TextStream, on playback: any Playback, while thinking: Thinking
    ) async throws {
        let isHeard = try await say(
            text, on: playback, while: thinking, note: { [self] in take($0) },
            isComplete: { [self] in note(.replyComplete) })
        let (reply, name) = report.withLock { ($0.reply, $0.providers["languageModel"]) }
        // Nothing but pictures, say. An empty reply is meant: somebody wanted silence.
        guard isHeard || reply.isEmpty else {
            throw TurnFailure.languageModel(
                ProviderError.failed(
                    provider: name ?? "", reason: "nothing in its reply can be spoken"))
        }
    }

    /// Returns when the last sound of `text` was handed to the speaker.
    ///
    /// - Parameters:
    ///   - note: is told each piece of the text.
    ///   - isComplete: is called when there was the last of them.
    /// - Returns: whether there was anything to hear.
    @discardableResult
    func say(
        _ text: TextStream, on playback: any Playback, while thinking: Thinking,
        note: @escaping @Sendable (String) -> Void = { _ in },
        isComplete: @escaping @Sendable () -> Void = {}
    ) async throws -> Bool {
        let written = Handoff<String>(holding: settings.clausesAhead)
        async let _ = read(text, into: written, note, isComplete)
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
        async let _ = synthesize(clauses, into: pending, asMP3: playback is any MP3Playback)
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
        _ note: @Sendable (String) -> Void, _ isComplete: @Sendable () -> Void
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
            isComplete()
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
        _ clauses: WrittenClauses, into pending: Handoff<PendingClause>, asMP3 isMP3: Bool
    ) async {
        do {
            while let clause = try await clauses.next() {
                try await pending.send(PendingClause(clause, by: parts.synthesizers, asMP3: isMP3))
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
        switch sound {
        case .samples(let sound):
            return try await play(sound, by: name, on: playback, while: thinking)
        case .mp3(let stream):
            guard let playback = playback as? any MP3Playback else { return .zero }
            return try await play(stream, by: name, on: playback, while: thinking)
        }
    }

    private func play(
        _ mp3: MP3Stream, by name: String, on playback: any MP3Playback, while thinking: Thinking
    ) async throws -> Duration {
        set(provider: name, of: "textToSpeech")
        // Only to know how long it is, and for who keeps it.
        let decoder = MP3Decoder()
        var length = Duration.zero
        do {
            for try await bytes in mp3 {
                mark(.firstSound)
                if thinking.end() { post(.replyBegan(turn)) }
                mark(.firstPlayed, at: try await playback.play(mp3: bytes))
                for chunk in try decoder.decode(bytes) {
                    if settings.keepsSound { keep(chunk) }
                    length += chunk.duration
                }
                guard length < settings.longestReply else { break }
            }
        } catch let error as ProviderError {
            throw TurnFailure.brokenOff(error)
        } catch let error as MP3Decoder.Failure {
            throw TurnFailure.brokenOff(error)
        }
        return length
    }

    private func play(
        _ sound: AudioStream, by name: String, on playback: any Playback,
        while thinking: Thinking
    ) async throws -> Duration {
        set(provider: name, of: "textToSpeech")
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
    enum Sound: Sendable {
        case samples(AudioStream)
        case mp3(MP3Stream)
    }

    private let work: Task<(Sound, String), any Error>

    /// - Parameter isMP3: whether whoever hears it takes MP3 as it comes.
    init(_ clause: String, by synthesizers: Failover<any SpeechSynthesizer>, asMP3 isMP3: Bool) {
        work = Task {
            do {
                return try await synthesizers.first {
                    synthesizer, _ throws(ProviderError) -> Sound in
                    if isMP3, let synthesizer = synthesizer as? any MP3Synthesizer {
                        return .mp3(try await synthesizer.mp3(for: clause))
                    }
                    return .samples(try await synthesizer.speech(for: clause))
                }
            } catch {
                throw TurnFailure.synthesizer(error)
            }
        }
    }

    deinit { work.cancel() }

    /// Returns when there is something to hear.
    func sound() async throws -> (Sound, provider: String) {
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            work.cancel()
        }
    }
}
