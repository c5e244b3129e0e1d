import FoundationEssentials
import Voice

/// Takes what comes over a Wyoming connection in pieces of any size, and gives its events.
struct WyomingFrameParser {
    /// Bytes that are no event: nothing behind them can be understood.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    private enum Part { case head, data, payload }

    private var part = Part.head
    /// Of the part in hand.
    private var gathered: [UInt8] = []
    private var event = WyomingEvent("")
    private var dataLength = 0
    private var payloadLength = 0

    /// Why nothing more will come.
    private(set) var failure: Failure?

    /// Of the line and of the data behind it, each. The protocol has no limits.
    static let mostData = 1 << 20
    static let mostPayload = 16 << 20
    /// Whoever nests more deeply wants to see a stack overflow.
    private static let deepest = 64
    private static let lineFeed = UInt8(ascii: "\n")

    init() {}

    /// Whether an event has begun and not ended.
    var isInsideEvent: Bool { part != .head || !gathered.isEmpty }

    /// The events that `bytes` complete. What follows a failure is left out.
    mutating func append(_ bytes: [UInt8]) -> [WyomingEvent] {
        var events: [WyomingEvent] = []
        var rest = bytes[...]
        while failure == nil, !rest.isEmpty {
            switch part {
            case .head:
                let end = rest.firstIndex(of: Self.lineFeed)
                gathered += rest[..<(end ?? rest.endIndex)]
                rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
                if gathered.count > Self.mostData {
                    fail("its head has more than \(Self.mostData) bytes")
                } else if end != nil {
                    readHead()
                }
            case .data: rest = gather(rest, upTo: dataLength)
            case .payload: rest = gather(rest, upTo: payloadLength)
            }
            if failure == nil { finishParts(&events) }
        }
        return events
    }

    /// - Returns: what is left of `bytes`.
    private mutating func gather(_ bytes: ArraySlice<UInt8>, upTo count: Int) -> ArraySlice<UInt8> {
        let taken = bytes.prefix(count - gathered.count)
        gathered += taken
        return bytes[taken.endIndex...]
    }

    /// Goes on to the next part when one is complete; parts without a byte are so at once.
    private mutating func finishParts(_ events: inout [WyomingEvent]) {
        if part == .data, gathered.count == dataLength {
            if dataLength > 0 { readData() }
            gathered = []
            part = .payload
        }
        if part == .payload, failure == nil, gathered.count == payloadLength {
            event.payload = gathered
            gathered = []
            part = .head
            events.append(event)
        }
    }

    private mutating func readHead() {
        guard let head = object(gathered) else { return fail("its head is no JSON object") }
        guard case .string(let type)? = head["type"], !type.isEmpty else {
            return fail("its head names no type")
        }
        event = WyomingEvent(type)
        switch head["data"] {
        case .object(let data)?: event.data = data
        case nil, .null?: break
        default: return fail("its data is no object")
        }
        guard let dataLength = Self.length(head["data_length"], atMost: Self.mostData),
            let payloadLength = Self.length(head["payload_length"], atMost: Self.mostPayload)
        else { return fail("it has a length that is none, or is too great") }
        (self.dataLength, self.payloadLength) = (dataLength, payloadLength)
        event.length = gathered.count + 1 + dataLength + payloadLength
        gathered = []
        part = .data
    }

    private mutating func readData() {
        guard let data = object(gathered) else { return fail("its data is no JSON object") }
        event.data.merge(data) { $1 }
    }

    private func object(_ bytes: [UInt8]) -> [String: JSONValue]? {
        guard Self.depth(of: bytes) <= Self.deepest,
            let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)),
            case .object(let object) = value
        else { return nil }
        return object
    }

    /// Nil for what is no length.
    private static func length(_ value: JSONValue?, atMost limit: Int) -> Int? {
        switch value {
        case nil, .null?: 0
        case .number(let number)?: Int(exactly: number).flatMap { 0...limit ~= $0 ? $0 : nil }
        default: nil
        }
    }

    /// How many brackets are open at most: a decoder takes some stack for each.
    private static func depth(of json: [UInt8]) -> Int {
        var (depth, deepest) = (0, 0)
        var (isText, isEscaped) = (false, false)
        for byte in json {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return deepest
    }

    private mutating func fail(_ reason: String) {
        failure = Failure(description: "what came is no Wyoming event: \(reason)")
        gathered = []
        event = WyomingEvent("")
    }
}
