import Voice

/// Makes presses and releases, which strictly alternate, out of a contact that bounces.
///
/// The first edge counts at once, with its own time: nobody waits for the contact to calm down.
/// What follows within the interval is ignored, and then the level is compared, because a storm
/// may have ended at the other one, and because the kernel drops edges when too many come.
struct Debounce: Equatable {
    private let interval: Duration
    private(set) var isPressed: Bool
    /// When to look at the level; nil if it cannot have changed unseen.
    private(set) var lookAt: Moment?

    /// Until then edges are bounces.
    private var quietUntil: Moment?
    /// The last of them.
    private var bounce: Edge?
    private var lastEvent: Moment?

    init(interval: Duration, isPressed: Bool) {
        self.interval = interval
        self.isPressed = isPressed
    }

    /// - Returns: two events if the end of a storm was not looked at before `edge` came: read late,
    ///   the edges say better what happened than the level of now.
    mutating func take(_ edge: Edge) -> [ButtonEvent] {
        if let end = quietUntil, edge.at < end {
            bounce = edge
            return []
        }
        var events: [ButtonEvent] = []
        if let end = quietUntil, let bounce, bounce.isActive != isPressed {
            events.append(change(at: bounce.at, quietUntil: end + interval))
            if edge.at < end + interval {
                self.bounce = edge
                return events
            }
        }
        if edge.isActive != isPressed {
            events.append(change(at: edge.at, quietUntil: edge.at + interval))
        } else {
            // A pulse too short to be seen whole, or an edge before it was lost. The opposite
            // edge, should it follow, still counts at once.
            lookAt = lookAt ?? edge.at + interval
        }
        return events
    }

    /// Compares the level; to be called when `lookAt` has come.
    ///
    /// - Parameter now: when the level was read, or a little before.
    mutating func look(_ isActive: Bool, at now: Moment) -> ButtonEvent? {
        defer { bounce = nil }
        guard isActive != isPressed else {
            (lookAt, quietUntil) = (nil, nil)
            return nil
        }
        let seen = bounce.flatMap { $0.isActive == isActive ? $0.at : nil }
        return change(at: seen ?? now, quietUntil: now + interval)
    }

    private mutating func change(at moment: Moment, quietUntil end: Moment) -> ButtonEvent {
        isPressed.toggle()
        (lookAt, quietUntil) = (end, end)
        bounce = nil
        // The level may have been looked at before an older edge was read.
        let moment = max(moment, lastEvent ?? moment)
        lastEvent = moment
        return isPressed ? .pressed(at: moment) : .released(at: moment)
    }
}
