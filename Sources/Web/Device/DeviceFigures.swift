public import Voice

/// What the device counts from its start on, for those who draw curves of it.
public struct DeviceFigures: Sendable {
    /// Somebody who takes part in answering.
    public struct Link: Hashable, Comparable, Sendable {
        /// As in the settings: `speechToText`.
        public let stage: String
        public let provider: String

        public init(stage: String, provider: String) {
            self.stage = stage
            self.provider = provider
        }

        public static func < (one: Link, other: Link) -> Bool {
            (one.stage, one.provider) < (other.stage, other.provider)
        }
    }

    /// What has befallen a sound card.
    public struct Card: Sendable {
        /// `microphone` or `speaker`.
        public let role: String
        public var overruns = 0
        public var underruns = 0
        public var suspends = 0
        public var reopenings = 0

        public init(role: String) { self.role = role }
    }

    /// How long each took for its part of a turn that it answered.
    public private(set) var stages: [Link: Histogram] = [:]
    /// From the end of the question to the first sound of the answer.
    public private(set) var answers = Histogram()
    /// How often each was asked, by what came of it: `answered`, or why not.
    public var requests: [Link: [String: Int]] = [:]
    public var cards: [Card] = []
    /// Processor time of the program, without that of what it starts.
    public var processorTime = Duration.zero
    public var threads = 0
    public var descriptors = 0
    /// Over which programs and pages talk to the device.
    public var connections = 0
    public var listeners = 0

    /// More providers than this no settings name; the figures of others are not kept.
    private static let mostLinks = 64

    public init() {}

    /// Takes a finished turn in.
    public mutating func note(_ timeline: Timeline, providers: [String: String]) {
        let parts: [(stage: String, from: Step, to: Step)] = [
            ("speechToText", .captureEnded, .transcript),
            ("languageModel", .transcript, .firstText),
            ("textToSpeech", .firstText, .firstSound),
        ]
        for part in parts {
            guard let provider = providers[part.stage],
                let duration = timeline.duration(from: part.from, to: part.to)
            else { continue }
            let link = Link(stage: part.stage, provider: provider)
            guard stages[link] != nil || stages.count < Self.mostLinks else { continue }
            stages[link, default: Histogram()].observe(duration)
        }
        if let delay = timeline.duration(from: .captureEnded, to: .firstPlayed) {
            answers.observe(delay)
        }
    }
}

/// How often a duration lay between which bounds.
public struct Histogram: Equatable, Sendable {
    /// In seconds; what takes longer than the last is counted all the same.
    static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    /// Of each bound, those up to it and above the one before; then those above the last.
    private(set) var counts = Array(repeating: 0, count: Self.bounds.count + 1)
    /// Of all durations, in seconds.
    private(set) var sum = 0.0

    public init() {}

    public mutating func observe(_ duration: Duration) {
        let seconds = max(0, duration.inMilliseconds / 1000)
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        sum += seconds
    }

    var count: Int { counts.reduce(0, +) }
}
