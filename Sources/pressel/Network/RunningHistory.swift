import Linux
import Store
import Voice
import Web

/// What the running device remembers, as its API tells it.
struct RunningHistory: TurnHistory {
    let memory: Memory
    /// Of turns that others were answered in.
    let answers: KeptAnswers

    func turns(
        with text: String, from next: Int64?, atMost count: Int
    ) async throws -> (turns: [KeptTurn], next: Int64?) {
        let page = try await telling { () throws(MemoryError) in
            try await memory.turns(with: text, from: next, atMost: count)
        }
        return (page.turns.map { KeptTurn($0) }, page.next)
    }

    func turn(_ id: String) async throws -> KeptTurn? {
        guard let id = TurnID(id) else { return nil }
        let turn = try await telling { () throws(MemoryError) in try await memory.turn(id) }
        return turn.map { KeptTurn($0) }
    }

    func file(of sound: KeptSound, _ id: String) async throws -> String? {
        guard let id = TurnID(id) else { return nil }
        return try await telling { () throws(MemoryError) in
            try await memory.file(of: sound == .question ? .question : .reply, id)
        }
    }

    func delete(_ id: String) async throws -> Bool {
        guard let id = TurnID(id) else { return false }
        await onThread("answers") { answers.remove(id) }
        return try await telling { () throws(MemoryError) in try await memory.delete(id) }
    }

    func deleteAll() async throws {
        await onThread("answers") { answers.removeAll() }
        try await telling { () throws(MemoryError) in try await memory.deleteAllTurns() }
    }

    private func telling<Result: Sendable>(
        _ work: () async throws(MemoryError) -> Result
    ) async throws -> Result {
        do throws(MemoryError) {
            return try await work()
        } catch {
            throw HTTPError(error)
        }
    }
}

extension KeptTurn {
    init(_ record: TurnRecord) {
        self.init(id: record.id.text, source: record.source)
        at = record.at.map { UTCTime(unixTime: $0).long }
        user = record.user
        transcript = record.transcript
        reply = record.reply
        outcome = record.outcome
        failure = record.failure
        timeline = record.timeline.map { ($0.step, $0.milliseconds) }
        providers = record.providers
        hasQuestionSound = record.hasQuestionSound
        hasReplySound = record.hasReplySound
    }
}
