import FoundationEssentials
import Voice

/// What goes over a Wyoming connection in one piece, as the Python package `wyoming` 1.10 writes
/// it: a kind, some data, and bytes beside it.
struct WyomingEvent: Equatable, Sendable {
    var type: String
    var data: [String: JSONValue]
    /// Sound, as a rule.
    var payload: [UInt8]
    /// In bytes, of all of it as it came; 0 for one that was made here. It is no part of what the
    /// event says.
    var length = 0

    init(_ type: String, _ data: [String: JSONValue] = [:], payload: [UInt8] = []) {
        self.type = type
        self.data = data
        self.payload = payload
    }

    static func == (one: WyomingEvent, other: WyomingEvent) -> Bool {
        one.type == other.type && one.data == other.data && one.payload == other.payload
    }

    /// Nil if there is none, or it is no text.
    func text(_ key: String) -> String? {
        if case .string(let text)? = data[key] { text } else { nil }
    }

    /// Nil if there is none, or it is no whole number.
    func whole(_ key: String) -> Int? {
        if case .number(let number)? = data[key] { Int(exactly: number) } else { nil }
    }

    private struct Head: Encodable {
        let type: String
        let data_length: Int?
        let payload_length: Int?
    }

    /// As it is sent: a line of JSON with the lengths of what follows, the data, the payload.
    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = data.isEmpty ? [] : Self.json(JSONValue.object(data), encoder)
        let head = Head(
            type: type, data_length: data.isEmpty ? nil : data.count,
            payload_length: payload.isEmpty ? nil : payload.count)
        var bytes = Self.json(head, encoder)
        bytes.append(UInt8(ascii: "\n"))
        bytes += data
        bytes += payload
        return bytes
    }

    private static func json(_ value: some Encodable, _ encoder: JSONEncoder) -> [UInt8] {
        guard let json = try? encoder.encode(value) else {
            preconditionFailure("only infinite numbers cannot be written")
        }
        return Array(json)
    }
}
