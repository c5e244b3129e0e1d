import Synchronization
import Voice

/// The clauses of a reply as they are written, for one reader at a time. What a reader took whom
/// nobody heard, the next gets again.
final class WrittenClauses: Sendable {
    private let source: Handoff<String>
    private let state = Mutex(State())

    private struct State {
        /// What was taken, while it may have to be given again.
        var taken: [String]? = []
        /// To be given before anything new.
        var again: [String] = []
        var failure: (any Error)?
        var length = 0
    }

    init(_ source: Handoff<String>) { self.source = source }

    /// The next clause, nil at the end.
    func next() async throws -> String? {
        if let clause = takeAgain() { return clause }
        do {
            guard let clause = try await source.next() else { return nil }
            keep(clause)
            return clause
        } catch {
            fail(error)
            throw error
        }
    }

    /// Characters; a quarter of an hour. Nobody is let hear more.
    private static let longestBreath = 15_000

    /// For somebody who speaks what is written until it ends, however it ends: `checkEnd` tells.
    func fromTheBeginning() -> TextStream {
        TextStream { [self] in
            guard hasBreath, let clause = try? await next() else { return nil }
            return clause
        }
    }

    /// What was taken so far has been heard, or is given again to the next reader: nobody will ask
    /// for it a second time.
    func forget() {
        state.withLock { state in state.taken = nil }
    }

    /// Whoever took clauses so far failed before anything was heard.
    func rewind() {
        state.withLock { state in
            state.again = (state.taken ?? []) + state.again
            state.taken = nil
        }
    }

    /// - Throws: what ended the text, if it did not end by itself.
    func checkEnd() throws {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    private func takeAgain() -> String? {
        state.withLock { $0.again.isEmpty ? nil : $0.again.removeFirst() }
    }

    private var hasBreath: Bool { state.withLock { $0.length < Self.longestBreath } }

    private func keep(_ clause: String) {
        state.withLock { state in
            state.length += clause.count
            state.taken?.append(clause)
        }
    }
    private func fail(_ error: any Error) { state.withLock { $0.failure = error } }
}
