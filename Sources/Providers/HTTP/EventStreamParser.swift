/// Takes the bytes of an event stream (`text/event-stream`, HTML Living Standard section 9.2.6)
/// in pieces of any size, and gives its events.
public struct EventStreamParser {
    public struct Event: Equatable, Sendable {
        /// The field `event`; nil if there was none.
        public var name: String?
        /// The `data` fields, joined by line feeds.
        public var data: String
        /// The last `id` so far.
        public var id: String?
    }

    /// An event that is longer than anybody would read.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    private let limit: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var name: String?
    private var id: String?
    /// A carriage return ended the last line: a line feed right behind it belongs to it.
    private var endedByReturn = false
    private var isFirstLine = true

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// - Parameter limit: how many bytes an event may have; nothing beyond it is kept.
    public init(limit: Int = 1 << 20) { self.limit = limit }

    /// The events that `bytes` complete. What stands behind the last empty line is no event.
    ///
    /// - Throws: when an event is longer than the limit; nothing more can be parsed then.
    public mutating func append(_ bytes: some Collection<UInt8>) throws(Failure) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            if endedByReturn {
                endedByReturn = false
                if byte == Self.lineFeed { continue }
            }
            switch byte {
            case Self.lineFeed, Self.carriageReturn:
                endedByReturn = byte == Self.carriageReturn
                if let event = endLine() { events.append(event) }
            default:
                guard line.count + data.count < limit else {
                    throw Failure(description: "an event has more than \(limit) bytes")
                }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: Self.byteOrderMark) { line.removeFirst(3) }
        }
        guard !line.isEmpty else { return endEvent() }
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        // A comment, which servers send to keep the connection open.
        if colon == 0 { return nil }
        let field = String(decoding: line[..<(colon ?? line.endIndex)], as: UTF8.self)
        var value = colon.map { line[($0 + 1)...] } ?? []
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch field {
        case "data":
            if hasData { data.append(Self.lineFeed) }
            hasData = true
            data += value
        case "event": name = String(decoding: value, as: UTF8.self)
        case "id" where !value.contains(0): id = String(decoding: value, as: UTF8.self)
        default: break
        }
        return nil
    }

    private mutating func endEvent() -> Event? {
        defer {
            data.removeAll(keepingCapacity: true)
            hasData = false
            name = nil
        }
        guard hasData else { return nil }
        return Event(name: name, data: String(decoding: data, as: UTF8.self), id: id)
    }
}
