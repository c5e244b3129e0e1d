import FoundationEssentials
public import Voice

/// Which turn, for ever: a name that can stand in a path and in a URL.
public struct TurnID: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public var description: String { text }

    /// A new one, drawn at random.
    public init() { text = Self.hexadecimal(UInt64.random(in: .min ... .max)) }

    /// - Returns: nil if `text` is not 16 hexadecimal digits, the letters small.
    public init?(_ text: String) {
        let isDigit = { (byte: UInt8) in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        guard text.utf8.count == 16, text.utf8.allSatisfy(isDigit) else { return nil }
        self.text = text
    }

    static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// One turn as history keeps it.
public struct TurnRecord: Equatable, Sendable {
    /// A step of the timeline.
    public struct Mark: Codable, Equatable, Sendable {
        /// As `Step` names it; by its name, since another version may know other steps.
        public var step: String
        /// Since the first step.
        public var milliseconds: Double

        public init(step: String, milliseconds: Double) {
            self.step = step
            self.milliseconds = milliseconds
        }
    }

    public let id: TurnID
    /// When it began, in seconds since 1970 UTC; nil if the clock could not be believed then.
    public var at: Int64?
    /// `button`, `page`, or the name of a key.
    public var source: String
    /// Whom an API's caller speaks for.
    public var user: String?
    /// Turns of one conversation remember each other.
    public var conversation: String
    /// Empty if it did not come to that. Of this and of the reply the first 32 KiB are kept.
    public var transcript = ""
    public var reply = ""
    /// Nil while it goes on: so stays a turn that the power went during.
    public var outcome: Outcome?
    /// Why it failed; nil otherwise.
    public var failure: String?
    public var timeline: [Mark] = []
    /// Who answered, by stage: `speechToText`, `languageModel`, `textToSpeech`.
    public var providers: [String: String] = [:]
    /// Whether there is a recording. Told by the memory; saving a record does not change it.
    public internal(set) var hasQuestionSound = false
    public internal(set) var hasReplySound = false

    public init(id: TurnID = TurnID(), at: Int64?, source: String, conversation: String) {
        self.id = id
        self.at = at
        self.source = source
        self.conversation = conversation
    }

    /// The steps of `timeline`, to thousandths of a millisecond.
    public static func marks(of timeline: Timeline) -> [Mark] {
        guard let start = timeline.marks.first?.moment else { return [] }
        return timeline.marks.map { step, moment in
            let milliseconds = ((moment - start).inMilliseconds * 1000).rounded() / 1000
            return Mark(step: step.rawValue, milliseconds: milliseconds)
        }
    }
}

extension TurnRecord {
    private static let longestText = 32_768

    /// The values of `columns`, in that order.
    var values: [Value] {
        let transcript = Self.beginning(of: transcript)
        let reply = Self.beginning(of: reply)
        return [
            .text(id.text), Value(at), .text(source), Value(user), .text(conversation),
            .text(transcript), .text(reply), .text(Self.folded("\(transcript)\n\(reply)")),
            Value(outcome?.rawValue), Value(failure.map(Self.beginning)),
            .text(Self.encode(timeline)), .text(Self.encode(providers)),
        ]
    }

    static let columns =
        "id, at, source, user, conversation, transcript, reply, folded, outcome, failure,"
        + " timeline, providers"

    /// Out of a row of `columns`, `question_bytes` and `reply_bytes`; nil if there is no name.
    init?(_ row: borrowing Statement) {
        guard let id = TurnID(row.text(0)) else { return nil }
        self.init(
            id: id, at: row.optionalInteger(1), source: row.text(2), conversation: row.text(4))
        user = row.optionalText(3)
        transcript = row.text(5)
        reply = row.text(6)
        outcome = row.optionalText(8).flatMap(Outcome.init(rawValue:))
        failure = row.optionalText(9)
        timeline = Self.decode(row.text(10)) ?? []
        providers = Self.decode(row.text(11)) ?? [:]
        hasQuestionSound = row.integer(12) > 0
        hasReplySound = row.integer(13) > 0
    }

    /// So that search finds a word however it is written, in any alphabet.
    static func folded(_ text: String) -> String { text.lowercased() }

    static func beginning(of text: String) -> String {
        guard text.utf8.count > longestText else { return text }
        // A character that is cut in two is left out.
        var end = text.utf8.index(text.startIndex, offsetBy: longestText)
        while end.samePosition(in: text) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    private static func encode(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Only a number that is none could be refused, and a duration never is.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static func decode<Content: Decodable>(_ text: String) -> Content? {
        try? JSONDecoder().decode(Content.self, from: Data(text.utf8))
    }
}
