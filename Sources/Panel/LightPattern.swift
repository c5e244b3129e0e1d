import Glibc
import Voice

/// How a light moves: a pure function of the time since it was set.
enum LightPattern: Equatable {
    /// The same until another light is shown.
    case steady(Double)
    /// Step after step. Without `repeats` it is over after the last.
    case steps([Step], repeats: Bool)
    /// Up and down between `low` and full, from the lowest, in a smooth wave.
    case wave(period: Duration, low: Double)

    struct Step: Equatable {
        let duration: Duration
        let level: Double
        /// Whose colour it has; nil is the light's own.
        var colour: Light?
    }

    /// A moving light is seen to move smoothly from 25 pictures a second on.
    static let tick = Duration.milliseconds(40)

    init(_ light: Light) {
        self =
            switch light {
            case .off: .steady(0)
            case .listening, .muted: .steady(1)
            case .thinking: .wave(period: .milliseconds(1500), low: 0)
            case .speaking: .wave(period: .seconds(4), low: 0.2)
            // No more than three flashes in a second: more can harm people.
            case .failed:
                .steps(
                    Array(repeating: [Self.on(150), Self.dark(150)], count: 3).flatMap { $0 },
                    repeats: false)
            case .offline:
                .steps(
                    [Self.on(150), Self.dark(200), Self.on(150), Self.dark(2500)], repeats: true)
            // The second half is dimmer, so that a lamp of one colour alternates too.
            case .setUpNeeded:
                .steps(
                    [
                        Self.on(1000),
                        Step(duration: .seconds(1), level: 0.4, colour: .listening),
                    ], repeats: true)
            }
    }

    private static func on(_ milliseconds: Int) -> Step {
        Step(duration: .milliseconds(milliseconds), level: 1)
    }

    private static func dark(_ milliseconds: Int) -> Step {
        Step(duration: .milliseconds(milliseconds), level: 0)
    }

    /// What it looks like after `time`; nil when it is over.
    func look(after time: Duration) -> (level: Double, colour: Light?)? {
        switch self {
        case .steady(let level): return (level, nil)
        case .steps(let steps, let repeats):
            return Self.position(in: steps, repeats: repeats, after: time).map {
                ($0.step.level, $0.step.colour)
            }
        case .wave(let period, let low):
            let turn = time / period
            return (low + (1 - low) * (1 - cos(2 * .pi * turn)) / 2, nil)
        }
    }

    /// When it looks different from what it does after `time`; nil is never.
    func nextChange(after time: Duration) -> Duration? {
        switch self {
        case .steady: nil
        case .steps(let steps, let repeats):
            Self.position(in: steps, repeats: repeats, after: time)?.end
        case .wave: time + Self.tick
        }
    }

    /// The step of that time, and when it ends.
    private static func position(
        in steps: [Step], repeats: Bool, after time: Duration
    ) -> (step: Step, end: Duration)? {
        let length = steps.reduce(Duration.zero) { $0 + $1.duration }
        var end = Duration.zero
        if repeats {
            end += length * (time.inNanoseconds / length.inNanoseconds)
        }
        for step in steps {
            end += step.duration
            if time < end { return (step, end) }
        }
        return nil
    }
}
