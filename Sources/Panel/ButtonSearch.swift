import Linux
public import Voice

/// Looks for what a button hangs on: by having it pressed, wherever one could be.
///
/// Only lines are taken that people wire buttons to: on a Raspberry Pi those of the header that
/// nothing else is made for, since a line that is taken is lost to the sound card that speaks
/// through it.
public struct ButtonSearch: Sendable {
    /// Where it was found.
    public enum Place: Equatable, Sendable {
        /// - Parameter chip: the label of its driver.
        case line(chip: String, Int, isActiveLow: Bool)
        /// An input device, by its path.
        case input(String)
    }

    /// Somewhere a button could be.
    struct Candidate: Sendable {
        let place: Place
        let open: @Sendable () throws(PanelError) -> any ButtonLine
    }

    private let candidates: [Candidate]

    /// A line is looked at for so long while it is held up, then while it is held down, and so on:
    /// only what works against what holds it is a press.
    private static let turn = Duration.milliseconds(1500)
    private static let pause = Duration.milliseconds(10)
    /// What is shorter is noise.
    private static let shortest = Duration.milliseconds(20)

    public init() { self.init(Self.lines() + Self.inputs()) }

    init(_ candidates: [Candidate]) { self.candidates = candidates }

    /// How many places there are to look at.
    public var count: Int { candidates.count }

    /// Waits for somebody to press and let go.
    ///
    /// - Returns: nil if nobody did in time.
    public func run(within limit: Duration, clock: some MomentClock) async throws -> Place? {
        let end = clock.now + limit
        // Open all the time: a press may begin in one turn and end in the next.
        var inputs = watched { place in if case .input = place { true } else { false } }
        var isLow = true
        while clock.now < end {
            let until = min(clock.now + Self.turn, end)
            var lines = watched { place in
                if case .line(_, _, isLow) = place { true } else { false }
            }
            while clock.now < until {
                if let place = Self.pressed(&lines, clock.now) { return place }
                if let place = Self.pressed(&inputs, clock.now) { return place }
                try await clock.sleep(for: Self.pause)
            }
            isLow.toggle()
        }
        return nil
    }

    /// Somewhere that is looked at, and since when it is pressed.
    private struct Watched {
        let place: Place
        let line: any ButtonLine
        var since: Moment?
    }

    private func watched(_ isWanted: (Place) -> Bool) -> [Watched] {
        candidates.filter { isWanted($0.place) }.compactMap { candidate in
            // What others use is not where a new button hangs; and what is down already is none
            // that is pressed now.
            guard let line = try? candidate.open(), let isActive = try? line.isActive(), !isActive
            else { return nil }
            return Watched(place: candidate.place, line: line)
        }
    }

    /// - Returns: which of them was pressed and let go until now.
    private static func pressed(_ watched: inout [Watched], _ now: Moment) -> Place? {
        let wake = Wake()
        for index in watched.indices {
            for edge in (try? watched[index].line.edges(until: now, or: wake)) ?? [] {
                if edge.isActive {
                    watched[index].since = watched[index].since ?? edge.at
                } else if let since = watched[index].since {
                    if edge.at - since >= shortest { return watched[index].place }
                    watched[index].since = nil
                }
            }
        }
        return nil
    }

    // MARK: - Where

    /// Lines of the header that are for nothing else: not for I²C, SPI, a serial line or sound
    /// (12 and 13 as well, where analogue sound can be led to).
    private static let header = [4, 5, 6, 16, 17, 22, 23, 24, 25, 26, 27]
    private static let boards = ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"]
    /// Of a chip that the kernel simulates.
    private static let simulated = 0..<16

    private static func lines() -> [Candidate] {
        GPIOChip.all().chips.flatMap { chip -> [Candidate] in
            let offsets =
                boards.contains(chip.label)
                ? header : chip.label.hasPrefix("gpio-sim") ? Array(simulated) : []
            return offsets.flatMap { offset in
                [true, false].map { isActiveLow in
                    Candidate(
                        place: .line(chip: chip.label, offset, isActiveLow: isActiveLow)
                    ) { () throws(PanelError) -> any ButtonLine in
                        try GPIOLine(
                            GPIOAddress(chip: chip.name, line: .offset(offset)),
                            bias: isActiveLow ? .pullUp : .pullDown, isActiveLow: isActiveLow)
                    }
                }
            }
        }
    }

    private static func inputs() -> [Candidate] {
        PanelDevices.inputs().map { path in
            Candidate(place: .input(path)) { () throws(PanelError) -> any ButtonLine in
                // Whoever types meanwhile goes on typing where they did.
                try InputLine(path, isShared: true)
            }
        }
    }
}
