import Glibc
import Linux
import TestSupport
import Voice

@testable import Panel

/// A button's line by script: what is read, one batch after the other, and what the level is
/// after each. Its clock is moved to where the script is.
final class FakeLine: ButtonLine {
    enum Step {
        /// Edges, read when the last of them has come; then the line is as it left it, or as said.
        case edges([Edge], level: Bool? = nil)
        case lost(PanelError)
    }

    private var steps: [Step]
    private var level: Bool
    private let clock: InstantClock

    init(isActive: Bool = false, _ steps: [Step] = [], clock: InstantClock) {
        level = isActive
        self.steps = steps
        self.clock = clock
    }

    func edges(until deadline: Moment?, or wake: borrowing Wake) throws(PanelError) -> [Edge] {
        guard let step = steps.first else {
            // The script is over: quiet until the next look, or until somebody ends it.
            if let deadline { return quiet(until: deadline) }
            var polled = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, -1)
            return []
        }
        switch step {
        case .lost(let error):
            if let deadline { return quiet(until: deadline) }
            steps.removeFirst()
            throw error
        case .edges(let edges, let told):
            if let deadline, let last = edges.last, last.at > deadline {
                return quiet(until: deadline)
            }
            steps.removeFirst()
            if let last = edges.last {
                clock.advance(by: max(last.at - clock.now, .zero))
                level = told ?? last.isActive
            }
            return edges
        }
    }

    private func quiet(until deadline: Moment) -> [Edge] {
        clock.advance(by: max(deadline - clock.now, .zero))
        return []
    }

    func isActive() throws(PanelError) -> Bool { level }
}

/// Waits until `condition` holds; what it waits for happens on another thread.
func eventually(_ condition: () -> Bool) async throws {
    for _ in 0..<2000 {
        if condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw NeverHappened()
}

struct NeverHappened: Error {}
