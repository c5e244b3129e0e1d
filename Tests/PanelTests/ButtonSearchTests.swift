import Linux
import TestSupport
import Testing
import Voice

@testable import Panel

struct ButtonSearchTests {
    typealias Place = ButtonSearch.Place

    /// Somewhere a button could be, and what happens there, in milliseconds since the search began.
    struct Spot: Sendable {
        let place: Place
        var isActive = false
        var isTaken = false
        var edges: [(isActive: Bool, at: Int)] = []
    }

    private static let low = Place.line(chip: "gpio-sim", 3, isActiveLow: true)
    private static let high = Place.line(chip: "gpio-sim", 3, isActiveLow: false)
    private static let key = Place.input("/dev/input/event0")

    static let cases: [(what: String, spots: [Spot], found: Place?)] = [
        ("nothing is pressed", [Spot(place: low), Spot(place: high), Spot(place: key)], nil),
        ("to ground", [Spot(place: low, edges: [(true, 100), (false, 250)])], low),
        (
            "to the supply, while the line is held down",
            [Spot(place: low), Spot(place: high, edges: [(true, 1600), (false, 1700)])], high
        ),
        (
            "a switch that is in use, and one that is not",
            [
                Spot(place: low, isTaken: true),
                Spot(place: key, edges: [(true, 2000), (false, 2100)]),
            ], key
        ),
        ("noise is none", [Spot(place: low, edges: [(true, 100), (false, 110)])], nil),
        (
            "noise, and then a press",
            [Spot(place: low, edges: [(true, 100), (false, 110), (true, 300), (false, 400)])], low
        ),
        ("down already", [Spot(place: low, isActive: true, edges: [(false, 100)])], nil),
        (
            "a key, held while the lines take turns",
            [Spot(place: low), Spot(place: key, edges: [(true, 1400), (false, 3200)])], key
        ),
        ("not let go", [Spot(place: low, edges: [(true, 100)])], nil),
    ]

    @Test("A button is where something was pressed and let go", arguments: cases)
    func found(what: String, spots: [Spot], found: Place?) async throws {
        let clock = InstantClock()
        let began = clock.now
        let search = ButtonSearch(
            spots.map { spot in
                ButtonSearch.Candidate(place: spot.place) {
                    () throws(PanelError) -> any ButtonLine in
                    guard !spot.isTaken else { throw PanelError("take", "line", "it is used") }
                    // What was before nobody sees who opens it now.
                    let edges = spot.edges.map {
                        Edge(isActive: $0.isActive, at: began + .milliseconds($0.at))
                    }.filter { $0.at >= clock.now }
                    return FakeLine(
                        isActive: spot.isActive, edges.map { .edges([$0]) }, clock: clock)
                }
            })
        #expect(search.count == spots.count)
        #expect(try await search.run(within: .seconds(5), clock: clock) == found, "\(what)")
    }

    @Test("Whoever does not want to know any more is not kept waiting")
    func cancelled() async {
        let clock = MonotonicClock()
        let task = Task { try await ButtonSearch([]).run(within: .seconds(1000), clock: clock) }
        task.cancel()
        do {
            _ = try await task.value
            Issue.record("it went on to its end")
        } catch {
            #expect(error is CancellationError)
        }
    }
}
