import FoundationEssentials

/// What a language model gives a tool, read with care: it may be anything.
struct ToolArguments {
    /// What is wrong with it, for the model.
    struct Wrong: Error, Equatable, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }

        static func either(_ names: String...) -> Wrong {
            Wrong("give one of the arguments \(names.joined(separator: ", ")), and only one.")
        }
    }

    static let day = 86_400
    static let longestName = 60
    /// No tool needs more.
    private static let longest = 4096

    private let values: Values

    private struct Values: Decodable {
        var seconds: Double?
        var at: String?
        var name: String?
        var all: Bool?
        var percent: Double?
    }

    /// - Parameter text: JSON; nothing at all is taken for no arguments.
    init(_ text: String) throws(Wrong) {
        guard text.utf8.count <= Self.longest else { throw Wrong("the arguments are too long.") }
        guard text.contains(where: { !$0.isWhitespace }) else {
            values = Values()
            return
        }
        do {
            let decoder = JSONDecoder()
            values = try decoder.decode(Values?.self, from: Data(text.utf8)) ?? Values()
        } catch {
            throw Self.problem(error)
        }
    }

    private static func problem(_ error: any Error) -> Wrong {
        let context: DecodingError.Context? =
            switch error as? DecodingError {
            case .typeMismatch(_, let context), .dataCorrupted(let context): context
            default: nil
            }
        guard let name = context?.codingPath.first?.stringValue else {
            return Wrong("the arguments are no JSON object.")
        }
        return Wrong("the argument \(name) has no value of the right type.")
    }

    var seconds: Int? {
        get throws(Wrong) { try number(values.seconds, "seconds", in: 1...Self.day) }
    }

    var percent: Int {
        get throws(Wrong) {
            guard let percent = try number(values.percent, "percent", in: 0...100) else {
                throw Wrong("the argument percent is missing.")
            }
            return percent
        }
    }

    var all: Bool { values.all ?? false }

    var name: String? {
        get throws(Wrong) {
            let words = values.name?.split(whereSeparator: \.isWhitespace) ?? []
            guard !words.isEmpty else { return nil }
            let name = words.joined(separator: " ")
            guard name.count <= Self.longestName else {
                throw Wrong("the argument name has more than \(Self.longestName) characters.")
            }
            return name
        }
    }

    /// "07:30"
    var time: TimeOfDay? {
        get throws(Wrong) {
            guard let text = values.at else { return nil }
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            let isWritten = parts.allSatisfy { part in
                (1...2).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) }
            }
            guard parts.count == 2, isWritten, let hour = Int(parts[0]), hour < 24,
                let minute = Int(parts[1]), minute < 60
            else { throw Wrong("the argument at must be a time from 00:00 to 23:59.") }
            return TimeOfDay(hour: hour, minute: minute, isTwelveHour: false)
        }
    }

    private func number(
        _ value: Double?, _ name: String, in range: ClosedRange<Int>
    ) throws(Wrong) -> Int? {
        guard let value else { return nil }
        guard let number = Int(exactly: value), range.contains(number) else {
            throw Wrong(
                "the argument \(name) must be a whole number from \(range.lowerBound) to"
                    + " \(range.upperBound).")
        }
        return number
    }
}
