public import Voice

/// What the device tells of itself over the network: nothing that people said, and no secret.
public struct DeviceStatus: Sendable {
    public var name: String
    public var version: String
    /// As `Phase` names it.
    public var state: String
    /// Which light is shown, as `Light` names it.
    public var light = Light.off
    /// 0...100.
    public var volume = 0
    public var isMuted = false
    public var uptime: Duration
    /// Bytes, of all its processes.
    public var memory: Int
    public var devices: [Part] = []
    public var providers: [Part] = []
    /// How many turns ended in which way since the start.
    public var turns: [Outcome: Int] = [:]
    public var lastTurn: LastTurn?
    /// Nil where turns are copied nowhere.
    public var archive: Archive?
    /// For the metrics only.
    public var figures = DeviceFigures()

    public init(name: String, version: String, state: String, uptime: Duration, memory: Int) {
        self.name = name
        self.version = version
        self.state = state
        self.uptime = uptime
        self.memory = memory
    }

    /// A device or a provider.
    public struct Part: Sendable, Equatable, Encodable {
        /// What it is for: `microphone`, `speechToText`.
        public let role: String
        public let name: String
        /// Why it cannot be used, nil if it can.
        public let problem: String?

        public init(role: String, name: String, problem: String?) {
            self.role = role
            self.name = name
            self.problem = problem
        }
    }

    /// The bucket that turns are copied to.
    public struct Archive: Sendable, Encodable {
        /// Objects: the words of a turn, or a recording.
        public let waiting: Int
        /// Since the start.
        public let uploaded: Int
        /// Why the last try failed, nil if it did not.
        public let problem: String?

        public init(waiting: Int, uploaded: Int, problem: String?) {
            self.waiting = waiting
            self.uploaded = uploaded
            self.problem = problem
        }
    }

    /// The turn that ended last.
    public struct LastTurn: Sendable {
        public let number: Int
        public let outcome: Outcome
        public let timeline: Timeline
        /// Who answered, by stage.
        public let providers: [String: String]

        public init(
            number: Int, outcome: Outcome, timeline: Timeline, providers: [String: String]
        ) {
            self.number = number
            self.outcome = outcome
            self.timeline = timeline
            self.providers = providers
        }

        /// Since the first mark.
        var milliseconds: [(step: Step, time: Double)] {
            guard let start = timeline.marks.first?.moment else { return [] }
            return timeline.marks.map {
                ($0.step, (($0.moment - start).inMilliseconds * 1000).rounded() / 1000)
            }
        }
    }
}

extension DeviceStatus: Encodable {
    private enum Key: String, CodingKey {
        case name, version, state, uptimeSeconds, memoryBytes, devices, providers, turns, lastTurn
        case archive, light, volume, muted
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(name, forKey: .name)
        try object.encode(version, forKey: .version)
        try object.encode(state, forKey: .state)
        try object.encode(light.rawValue, forKey: .light)
        try object.encode(volume, forKey: .volume)
        try object.encode(isMuted, forKey: .muted)
        try object.encode(uptime.components.seconds, forKey: .uptimeSeconds)
        try object.encode(memory, forKey: .memoryBytes)
        try object.encode(devices, forKey: .devices)
        try object.encode(providers, forKey: .providers)
        let turns = turns.map { ($0.key.rawValue, $0.value) }
        try object.encode(Dictionary(uniqueKeysWithValues: turns), forKey: .turns)
        try object.encode(lastTurn, forKey: .lastTurn)
        try object.encode(archive, forKey: .archive)
    }
}

extension DeviceStatus.LastTurn: Encodable {
    private enum Key: String, CodingKey { case number, outcome, timeline, providers }

    private struct Mark: Encodable {
        let step: String
        let milliseconds: Double
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(number, forKey: .number)
        try object.encode(outcome.rawValue, forKey: .outcome)
        let marks = milliseconds.map { Mark(step: $0.step.rawValue, milliseconds: $0.time) }
        try object.encode(marks, forKey: .timeline)
        try object.encode(providers, forKey: .providers)
    }
}
