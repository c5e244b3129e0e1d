import Voice

/// The sound of a reply, part by part, each asked for while the one before it is heard: clause by
/// clause, or the first clause and then the rest as it is written. For one reader; letting go of it
/// hangs up.
actor WyomingClauses {
    typealias Whole = @Sendable (String) async throws(ProviderError) -> WyomingSound
    typealias Streamed = @Sendable (TextStream) async throws(ProviderError) -> WyomingSound

    /// A sound whose beginning is there.
    private struct Begun: Sendable {
        let sound: WyomingSound
        let first: AudioChunk
    }

    private let text: TextStream
    private let isStream: Bool
    private let whole: Whole
    private let streamed: Streamed
    private var current: WyomingSound?
    private var upcoming: Task<Begun?, any Error>?
    private var hasBegun = false

    /// - Parameters:
    ///   - isStream: whether the rest is given to `streamed`.
    ///   - whole: asks for one clause.
    init(
        _ text: TextStream, isStream: Bool, whole: @escaping Whole, streamed: @escaping Streamed
    ) {
        self.text = text
        self.isStream = isStream
        self.whole = whole
        self.streamed = streamed
    }

    deinit { upcoming?.cancel() }

    /// Nil at the end.
    func next() async throws -> AudioChunk? {
        if let chunk = try await current?.next() { return chunk }
        current = nil
        let task = upcoming ?? begin()
        let begun = try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
        guard let begun else {
            try Task.checkCancellation()
            upcoming = task
            return nil
        }
        current = begun.sound
        upcoming = begin()
        return begun.first
    }

    /// Waits for the next part of which something can be heard.
    private func begin() -> Task<Begun?, any Error> {
        let isRest = isStream && hasBegun
        hasBegun = true
        return Task { [text, whole, streamed] in
            guard !isRest else {
                guard let rest = try await text.fromFirstText() else { return nil }
                let sound = try await streamed(rest)
                return try await sound.next().map { Begun(sound: sound, first: $0) }
            }
            var clauses = text.makeAsyncIterator()
            while let clause = try await clauses.next() {
                let sound = try await whole(clause)
                if let first = try await sound.next() { return Begun(sound: sound, first: first) }
            }
            return nil
        }
    }
}
