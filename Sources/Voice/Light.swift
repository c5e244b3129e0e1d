/// What the light shows. How it shows it is the panel's affair.
public enum Light: String, CaseIterable, Sendable {
    case off, listening, thinking, speaking, failed
    /// What there is to be told while nobody asks anything.
    case offline, setUpNeeded, muted
}

/// A colour of light, each part 0…255.
public struct Colour: Equatable, Hashable, Sendable {
    public let red: UInt8
    public let green: UInt8
    public let blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// As on web pages: `#rrggbb`; nil for anything else.
    public init?(_ text: String) {
        let digits = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "#"), digits.count == 6,
            digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let number = UInt32(text.dropFirst(), radix: 16)
        else { return nil }
        self.init(
            red: UInt8(number >> 16), green: UInt8(number >> 8 & 0xff), blue: UInt8(number & 0xff))
    }
}
