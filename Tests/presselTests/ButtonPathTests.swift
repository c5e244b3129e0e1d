import Synchronization
import TestSupport
import Testing
import Voice

@testable import pressel

struct ButtonPathTests {
    private let path = ButtonPath()
    private let clock = ManualClock()
    private let taken = EventBook()

    private final class EventBook: Sendable {
        private let kept = Mutex<[ButtonEvent]>([])
        var events: [ButtonEvent] { kept.withLock { $0 } }
        func note(_ event: ButtonEvent, isRemote: Bool) { kept.withLock { $0.append(event) } }
    }

    private func moment(_ milliseconds: Int64) -> Moment {
        Moment(nanoseconds: milliseconds * 1_000_000)
    }

    /// Waits for a press while `happenings` happen.
    private func press(_ happenings: () -> Void) async -> ButtonPath.Press {
        async let press = path.press(within: .seconds(10), clock: clock)
        while clock.sleepers == 0 { await Task.yield() }
        happenings()
        return await press
    }

    @Test("Without a conversation a press leads nowhere")
    func nowhere() {
        #expect(!path.take(.pressed(at: moment(1))))
        path.lead(to: taken.note)
        #expect(path.take(.pressed(at: moment(1))))
        #expect(taken.events == [.pressed(at: moment(1))])
        path.lead(to: nil)
        #expect(!path.take(.released(at: moment(2))))
    }

    @Test("A press that is waited for is nothing but that, and the next is one again")
    func waited() async {
        path.lead(to: taken.note)
        let press = await press {
            path.take(.pressed(at: moment(100)))
            path.take(.released(at: moment(220)))
        }
        #expect(press == .held(.milliseconds(120)))
        #expect(taken.events.isEmpty)
        path.take(.pressed(at: moment(300)))
        #expect(taken.events == [.pressed(at: moment(300))])
    }

    @Test("What is pressed over the network is not the button that is waited for")
    func remote() async {
        path.lead(to: taken.note)
        path.take(.pressed(at: moment(1)), isRemote: true)
        let press = await press {
            path.take(.released(at: moment(2)), isRemote: true)
            #expect(!path.take(.pressed(at: moment(3)), isRemote: true))
            path.take(.pressed(at: moment(100)))
            path.take(.released(at: moment(220)))
        }
        #expect(press == .held(.milliseconds(120)))
        #expect(taken.events == [.pressed(at: moment(1)), .released(at: moment(2))])
    }

    @Test("The release of a press that came before belongs to the conversation")
    func before() async {
        path.lead(to: taken.note)
        path.take(.pressed(at: moment(1)))
        let press = await press {
            path.take(.released(at: moment(2)))
            clock.advance(by: .seconds(11))
        }
        #expect(press == .none)
        #expect(taken.events == [.pressed(at: moment(1)), .released(at: moment(2))])
    }

    @Test("A press that lasts is told, and its release asks nothing")
    func stuck() async {
        path.lead(to: taken.note)
        let press = await press {
            path.take(.pressed(at: moment(1)))
            clock.advance(by: .seconds(11))
        }
        #expect(press == .stillDown)
        path.take(.released(at: moment(20_000)))
        #expect(taken.events.isEmpty)
    }
}
