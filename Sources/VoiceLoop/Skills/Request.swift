/// What somebody asks the device itself to do.
public enum Request: Hashable, Sendable {
    case time
    case date
    case volume(Volume)
    /// The last answer once more.
    case again
    /// The last answer once more, and everything from now on, more slowly.
    case slower
    /// What the person asked last.
    case lastQuestion
    /// Forget the conversation.
    case startOver
    case stop
    case mute
    case timer(Timer)
    /// The device's name and where its page is.
    case identity
    case online
    case abilities

    public enum Volume: Hashable, Sendable {
        case up, down, tell
        /// As it was said; only 0...100 can be done.
        case to(Int)
    }

    public enum Timer: Hashable, Sendable {
        /// As it was said; only more than nothing and at most a day can be done.
        case set(Duration, name: String?)
        case setAt(TimeOfDay, name: String?)
        case remaining
        case cancel(Which)
    }

    /// Which timers are meant.
    public enum Which: Hashable, Sendable {
        /// The only one, as far as the person knows.
        case any
        case all
        case named(String)
        case lasting(Duration)
    }
}

/// A time on the clock's face, as somebody says it.
public struct TimeOfDay: Hashable, Sendable {
    /// 0...23
    public var hour: Int
    /// 0...59
    public var minute: Int
    /// Whether it may be twelve hours later as well: "six o'clock" is in the morning or evening.
    public var isTwelveHour: Bool

    public init(hour: Int, minute: Int, isTwelveHour: Bool) {
        self.hour = hour
        self.minute = minute
        self.isTwelveHour = isTwelveHour
    }
}
