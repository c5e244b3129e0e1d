import Synchronization
import Voice

/// The clauses of a reply as they are written, for one reader at a time. What a reader took whom
/// nobody heard, the next gets again; one that is cancelled takes nothing from the next.
final class WrittenClauses: Sendable {
    private let source: Handoff<String>
    private let state = Mutex(State())

    private struct State {
        /// Which reader's turn it is.
        var reader = 0
        /// The clause that is waited for, by whoever reads; longer than a reader, if need be.
        var coming: (number: Int, task: Task<String?, any Error>)?
        var count = 0
        /// What was taken, while it may have to be given again.
        var taken: [String]? = []
        /// To be given before anything new.
        var again: [String] = []
        var failure: (any Error)?
        var length = 0
    }

    /// Characters; a quarter of an hour. Nobody is let hear more.
    private static let longestBreath = 15_000

    init(_ source: Handoff<String>) { self.source = source }

    /// The next clause, nil at the end.
    func next() async throws -> String? { try await next(for: currentReader) }

    /// For somebody who speaks what is written until it ends, however it ends: `checkEnd` tells.
    func fromTheBeginning() -> TextStream {
        let reader = currentReader
        return TextStream { [self] in
            guard hasBreath, let clause = try? await next(for: reader) else { return nil }
            return clause
        }
    }

    /// What was taken so far has been heard: nobody will ask for it a second time.
    func forget() { state.withLock { $0.taken = nil } }

    /// Whoever took clauses so far failed before anything was heard; what they still wait for is
    /// the next reader's.
    func rewind() {
        state.withLock { state in
            state.reader += 1
            state.again = (state.taken ?? []) + state.again
            state.taken = nil
        }
    }

    /// - Throws: what ended the text, if it did not end by itself.
    func checkEnd() throws {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    private var currentReader: Int { state.withLock { $0.reader } }
    private var hasBreath: Bool { state.withLock { $0.length < Self.longestBreath } }

    private func next(for reader: Int) async throws -> String? {
        guard let (number, task) = begin(reader) else { return nil }
        // Not cancelled with its reader, who leaves: the clause may be another's. It ends with the
        // text, which the end of the turn ends.
        guard let task else { return takeAgain() }
        do {
            return finish(number, try await value(of: task), for: reader)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            fail(error)
            throw error
        }
    }

    /// - Returns: nil for a reader whose turn is over; without a task if there is one to be given
    ///   again.
    private func begin(_ reader: Int) -> (number: Int, task: Task<String?, any Error>?)? {
        state.withLock { state in
            guard reader == state.reader else { return nil }
            guard state.again.isEmpty else { return (0, nil) }
            if let coming = state.coming { return (coming.number, coming.task) }
            state.count += 1
            let task = Task { [source] in try await source.next() }
            state.coming = (state.count, task)
            return (state.count, task)
        }
    }

    private func finish(_ number: Int, _ clause: String?, for reader: Int) -> String? {
        state.withLock { state in
            guard reader == state.reader else { return nil }
            if state.coming?.number == number { state.coming = nil }
            guard let clause else { return nil }
            state.length += clause.count
            state.taken?.append(clause)
            return clause
        }
    }

    private func takeAgain() -> String? {
        state.withLock { $0.again.isEmpty ? nil : $0.again.removeFirst() }
    }

    private func fail(_ error: any Error) { state.withLock { $0.failure = error } }
}
