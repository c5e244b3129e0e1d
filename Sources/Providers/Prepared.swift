import Voice

/// Something that takes time to open, opened before it is needed: at the press, and taken by
/// whoever needs it first. What nobody takes is let go of after a while.
actor Prepared<Value: Sendable> {
    private let open: @Sendable () async throws(ProviderError) -> Value
    private let isGood: @Sendable (Value) -> Bool
    private let longest: Duration
    private var waiting: (number: Int, opening: Task<Value, any Error>, isOver: Bool)?
    private var count = 0

    /// - Parameters:
    ///   - longest: how long one may wait to be taken.
    ///   - isGood: whether one that waited is still what it was.
    ///   - open: opens one.
    init(
        keptFor longest: Duration = .seconds(60), isGood: @escaping @Sendable (Value) -> Bool,
        open: @escaping @Sendable () async throws(ProviderError) -> Value
    ) {
        self.open = open
        self.isGood = isGood
        self.longest = longest
    }

    /// Opens one, unless one is there or on its way.
    func prepare() async {
        if let waiting, case .success(let value) = await waiting.opening.result, isGood(value) {
            return
        }
        begin()
    }

    /// The one that waits, or a new one.
    func take() async throws(ProviderError) -> Value {
        guard let (_, opening, wasOver) = waiting else { return try await open() }
        waiting = nil
        do {
            let value = try await withTaskCancellationHandler {
                try await opening.value
            } onCancel: {
                opening.cancel()
            }
            if isGood(value) { return value }
        } catch {
            if Task.isCancelled { throw .cancelled }
            // What failed just now would fail again; how things are after a while, another try
            // will tell.
            if !wasOver { throw error as? ProviderError ?? .cancelled }
        }
        return try await open()
    }

    private func begin() {
        count += 1
        let number = count
        let opening = Task { [open] in try await open() }
        waiting = (number, opening, false)
        Task { [weak self, longest] in
            _ = await opening.result
            await self?.note(number)
            try? await Task.sleep(for: longest)
            await self?.drop(number)
        }
    }

    private func note(_ number: Int) {
        if waiting?.number == number { waiting?.isOver = true }
    }

    private func drop(_ number: Int) {
        guard let waiting, waiting.number == number else { return }
        waiting.opening.cancel()
        self.waiting = nil
    }
}

/// Waits for `work` at most so long, by the time in the room.
func within<Result: Sendable>(
    _ limit: Duration, of provider: String,
    _ work: @escaping @Sendable () async throws(ProviderError) -> Result
) async throws(ProviderError) -> Result {
    do {
        return try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw ProviderError.timedOut(provider: provider, after: limit)
            }
            defer { group.cancelAll() }
            let result = try await group.next()!
            // A stream that is cancelled ends as if it were over.
            try Task.checkCancellation()
            return result
        }
    } catch {
        if Task.isCancelled { throw .cancelled }
        throw error as? ProviderError ?? .cancelled
    }
}
