import Voice

/// Hands what turns leave behind to the conversation's memory, one report after the other, in a
/// task of its own: nobody else waits for the disk.
final class TurnKeeper: Sendable {
    private struct Entry: Sendable {
        let report: TurnReport
        let then: @Sendable () -> Void
    }

    private let post: AsyncStream<Entry>.Continuation
    private let writing: Task<Void, Never>
    private let log: Log

    /// Eight turns, each as it was answered and as it ended. A disk that stood still for so long
    /// is not likely to come back, and the sound of turns takes memory.
    static let mostWaiting = 16

    init(_ memory: any ConversationMemory, log: Log) {
        let (entries, post) = AsyncStream.makeStream(
            of: Entry.self, bufferingPolicy: .bufferingNewest(Self.mostWaiting))
        self.post = post
        self.log = log
        writing = Task {
            for await entry in entries {
                await memory.keep(entry.report)
                entry.then()
            }
        }
    }

    /// What waits is kept all the same.
    deinit { post.finish() }

    /// Begins to keep `report`, as soon as those before it are kept, and returns at once.
    ///
    /// - Parameter then: is called when it is safe, or never will be.
    func keep(_ report: TurnReport, then: @escaping @Sendable () -> Void = {}) {
        let result = post.yield(Entry(report: report, then: then))
        if case .dropped(let oldest) = result {
            if oldest.report.isOver {
                log.error("\(oldest.report.turn) is not kept: the disk has stood still too long")
            }
            oldest.then()
        } else if case .terminated = result {
            then()
        }
    }

    /// Takes nothing more, and returns when all of it is safe, or after `limit`.
    func finish(within limit: Duration, on clock: any MomentClock) async {
        post.finish()
        let end: Void? = await value(within: limit, on: clock) { [writing] in await writing.value }
        if end == nil { log.error("the disk stands still, and does not have the last turns yet") }
    }
}
