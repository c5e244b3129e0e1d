import Synchronization

/// How fast the device speaks, which somebody may ask it to change while it does.
public final class SpeakingPace: Sendable {
    private let state: Mutex<Double>

    /// Each request takes it a step down; slower than the last nobody is understood better.
    private static let steps = [1.0, 0.85, 0.7, 0.6]

    public init() { state = Mutex(Self.steps[0]) }

    /// What a voice's usual speed is to be multiplied by, 0.6...1.
    public var factor: Double { state.withLock { $0 } }

    /// Speaks more slowly from the next sentence on.
    ///
    /// - Returns: false if it was as slow as it gets already.
    public func slower() -> Bool {
        state.withLock { factor in
            guard let next = Self.steps.first(where: { $0 < factor }) else { return false }
            factor = next
            return true
        }
    }
}
