/// Which bytes of a representation a request wants (RFC 9110, section 14).
enum ByteRange: Equatable {
    case whole
    case part(Range<Int>)
    /// There are none of those.
    case none

    /// What cannot be understood, or names several ranges, asks for the whole: that is allowed.
    ///
    /// - Parameters:
    ///   - header: the value of `Range`.
    ///   - count: how many bytes there are.
    init(_ header: String?, of count: Int) {
        self = .whole
        guard let header else { return }
        let halves = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, halves[0].lowercased() == "bytes" else { return }
        let ends = String(halves[1]).trimmingSpaces().split(
            separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1])
        else { return }
        switch (first, last) {
        case (nil, nil): return
        case (nil, let length?): self = Self.suffix(length, of: count)
        case (let first?, let last):
            if let last, last < first { return }
            guard first < count else {
                self = .none
                return
            }
            self = .part(first..<(min(last ?? count, count - 1) + 1))
        }
    }

    private static func suffix(_ length: Int, of count: Int) -> ByteRange {
        length > 0 && count > 0 ? .part(max(0, count - length)..<count) : .none
    }

    /// - Returns: nil for what is no number; a number that is none for an empty text.
    private static func number(_ text: Substring) -> Int?? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        if text.isEmpty { return .some(nil) }
        // What is beyond all counting is beyond the end.
        return .some(Int(text) ?? Int.max)
    }
}
