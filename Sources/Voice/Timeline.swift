/// What happens in a turn, each at one moment, in the order in which it usually happens.
public enum Step: String, CaseIterable, Sendable {
    /// The button went down; of a real button, the edge's own time.
    case pressed
    /// The first frame from the microphone was taken into the turn.
    case firstSample
    /// The button was let go for the last time, if it was held.
    case released
    /// Speech was over: the last frame of the question was there.
    case captureEnded
    /// The recognizer gave the words.
    case transcript
    /// The language model gave the first piece of the reply.
    case firstText
    /// The synthesizer gave the first piece of sound.
    case firstSound
    /// The first frame of the answer was handed to the speaker's device.
    case firstPlayed
    /// The last frame was heard.
    case heard
}

/// When the steps of a turn happened. A step counts once: the first mark stays.
public struct Timeline: Equatable, Sendable {
    public private(set) var marks: [(step: Step, moment: Moment)] = []

    public init() {}

    public mutating func mark(_ step: Step, at moment: Moment) {
        guard self[step] == nil else { return }
        let index = marks.firstIndex { $0.moment > moment } ?? marks.endIndex
        marks.insert((step, moment), at: index)
    }

    public subscript(step: Step) -> Moment? { marks.first { $0.step == step }?.moment }

    /// How long it took from one step to another, if both happened.
    public func duration(from start: Step, to end: Step) -> Duration? {
        guard let start = self[start], let end = self[end] else { return nil }
        return end - start
    }

    public static func == (one: Timeline, other: Timeline) -> Bool {
        one.marks.elementsEqual(other.marks) { $0 == $1 }
    }
}
