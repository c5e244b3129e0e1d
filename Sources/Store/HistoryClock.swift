/// Tells how old turns are though the clock on the wall may step: by years, to and fro.
///
/// The time that it believes runs on with the monotonic clock and follows the wall. A step of more
/// than a week is followed only when the wall has kept to it for a day of running: a clock that
/// visits 2099 makes no turn old. What takes the device off for months costs a day of waiting.
struct HistoryClock: Equatable {
    /// Seconds since 1970; nil before the first look at a clock that was set.
    private(set) var believed: Int64?
    /// A time far from it that the wall shows instead, and for how many seconds it has.
    private var other: (time: Int64, held: Int64)?

    private static let day: Int64 = 86_400
    /// A device may be off over a long weekend.
    private static let ordinaryStep = 7 * day
    private static let proof = day

    init() {}

    /// Takes a look at the wall.
    ///
    /// - Parameters:
    ///   - wall: seconds since 1970, nil if the clock was never set.
    ///   - elapsed: seconds that have passed for certain since the last look.
    mutating func look(at wall: Int64?, elapsed: Int64) {
        believed = believed.map { $0 + elapsed }
        guard let wall else { return }
        guard let believed, abs(wall - believed) > Self.ordinaryStep else {
            self.believed = wall
            other = nil
            return
        }
        guard let other, abs(wall - (other.time + elapsed)) <= Self.ordinaryStep else {
            self.other = (wall, 0)
            return
        }
        self.other = (wall, other.held + elapsed)
        if other.held + elapsed >= Self.proof {
            self.believed = wall
            self.other = nil
        }
    }

    /// Whether it knows what is worth writing down beside `kept`, which was: less than a day more
    /// is not, and found again if need be.
    func isNews(beside kept: HistoryClock) -> Bool {
        guard other == nil, kept.other == nil else { return self != kept }
        guard let believed, let known = kept.believed else { return believed != kept.believed }
        return abs(believed - known) >= Self.day
    }

    static func == (one: HistoryClock, another: HistoryClock) -> Bool { one.text == another.text }
}

extension HistoryClock {
    /// To be kept over the end of the program.
    var text: String {
        let numbers = other.map { [$0.time, $0.held] } ?? []
        return ([believed].compactMap { $0 } + numbers).map(String.init).joined(separator: " ")
    }

    /// What is not as `text` gives it makes a clock that has seen nothing.
    init(_ text: String) {
        // Far from where adding them up could overflow.
        let numbers = text.split(separator: " ").compactMap { Int64($0) }
            .filter { abs($0) < 1 << 40 }
        believed = numbers.first
        if numbers.count == 3 { other = (numbers[1], numbers[2]) }
    }
}
