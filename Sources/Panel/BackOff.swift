/// How long to wait before a device that failed is tried again: longer each time.
struct BackOff: Sendable {
    private let waits: [Duration]
    private var failures = 0

    init(_ waits: [Duration] = [1, 2, 4, 8, 15, 30].map { .seconds($0) }) { self.waits = waits }

    mutating func next() -> Duration {
        defer { failures += 1 }
        return waits[min(failures, waits.count - 1)]
    }

    /// It works.
    mutating func reset() { failures = 0 }
}
