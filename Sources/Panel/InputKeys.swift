import Voice

/// The keys of an input device as one button, which is down while any of them is. Takes the bytes
/// that the kernel gives, in pieces of any size.
struct InputKeys {
    /// What there is to learn from some bytes.
    enum News: Equatable {
        case edge(Edge)
        /// The kernel dropped events, as too many came: ask which keys are down.
        case lost(at: Moment)
    }

    // The numbers of linux/input-event-codes.h.
    private enum Kind {
        static let synchronization: UInt16 = 0
        static let key: UInt16 = 1
    }
    private enum Synchronization {
        static let report: UInt16 = 0
        static let dropped: UInt16 = 3
    }
    private enum Value {
        static let up: Int32 = 0
        static let down: Int32 = 1
    }

    /// Of `struct input_event` on 64-bit systems: seconds and microseconds of 8 bytes each, type
    /// and code of 2, value of 4.
    static let eventSize = 24

    private var down: Set<UInt16>
    private var rest: [UInt8] = []
    private var isDropping = false

    /// - Parameter down: the keys that are down already.
    init(down: Set<UInt16> = []) { self.down = down }

    var isDown: Bool { !down.isEmpty }

    mutating func take(_ bytes: [UInt8]) -> [News] {
        rest += bytes
        var news: [News] = []
        let whole = rest.count / Self.eventSize * Self.eventSize
        rest.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: whole, by: Self.eventSize) {
                let seconds = bytes.loadUnaligned(fromByteOffset: start, as: Int64.self)
                let microseconds = bytes.loadUnaligned(fromByteOffset: start + 8, as: Int64.self)
                let moment = Moment(
                    nanoseconds: seconds &* 1_000_000_000 &+ microseconds &* 1000)
                let event = Event(
                    type: bytes.loadUnaligned(fromByteOffset: start + 16, as: UInt16.self),
                    code: bytes.loadUnaligned(fromByteOffset: start + 18, as: UInt16.self),
                    value: bytes.loadUnaligned(fromByteOffset: start + 20, as: Int32.self))
                if let one = take(event, at: moment) { news.append(one) }
            }
        }
        rest.removeFirst(whole)
        return news
    }

    /// The keys that are down after events were lost.
    mutating func resume(down: Set<UInt16>, at moment: Moment) -> Edge? {
        let wasDown = isDown
        self.down = down
        return isDown == wasDown ? nil : Edge(isActive: isDown, at: moment)
    }

    private struct Event {
        let type: UInt16
        let code: UInt16
        let value: Int32
    }

    private mutating func take(_ event: Event, at moment: Moment) -> News? {
        if event.type == Kind.synchronization {
            // What comes between the two belongs to a report of which some is missing.
            if event.code == Synchronization.dropped { isDropping = true }
            guard event.code == Synchronization.report, isDropping else { return nil }
            isDropping = false
            return .lost(at: moment)
        }
        guard event.type == Kind.key, !isDropping else { return nil }
        let wasDown = isDown
        switch event.value {
        case Value.down: down.insert(event.code)
        case Value.up: down.remove(event.code)
        default: break  // it repeats by itself while it is down
        }
        return isDown == wasDown ? nil : .edge(Edge(isActive: isDown, at: moment))
    }
}
