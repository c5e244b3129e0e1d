import Testing

@testable import Providers

struct EventStreamParserTests {
    typealias Event = EventStreamParser.Event

    static let streams: [(name: String, bytes: [UInt8], events: [Event])] = [
        ("nothing", text(""), []),
        ("an event", text("data: one\n\n"), [event("one")]),
        ("no space behind the colon", text("data:one\n\n"), [event("one")]),
        ("only one space is taken", text("data:  one\n\n"), [event(" one")]),
        ("carriage returns", text("data: one\r\rdata: two\r\r"), [event("one"), event("two")]),
        (
            "both line ends", text("data: one\r\n\r\ndata: two\r\n\r\n"),
            [event("one"), event("two")]
        ),
        (
            "mixed line ends", text("data: a\ndata: b\r\ndata: c\r\n\ndata: d\n\r"),
            [event("a\nb\nc"), event("d")]
        ),
        (
            "several lines of data", text("data: one\ndata:\ndata: three\n\n"),
            [event("one\n\nthree")]
        ),
        ("comments", text(": alive\n\n:\ndata: one\n: more\n\n"), [event("one")]),
        (
            "a name, an id, a field nobody knows",
            text("event: done\nid: 7\nretry: 10\nfoo: bar\ndata: x\n\ndata: y\n\n"),
            [event("x", name: "done", id: "7"), event("y", id: "7")]
        ),
        ("a field without a colon", text("data\n\n"), [event("")]),
        ("an event without data is none", text("event: ping\n\ndata: x\n\n"), [event("x")]),
        ("an event without its empty line is none", text("data: one\n"), []),
        ("a byte order mark", [0xEF, 0xBB, 0xBF] + text("data: one\n\n"), [event("one")]),
        ("umlauts", text("data: hällo 😀\n\n"), [event("hällo 😀")]),
        (
            "bytes that are no UTF-8", text("data: ") + [0x61, 0xFF, 0x62] + text("\n\n"),
            [event("a\u{FFFD}b")]
        ),
    ]

    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func event(_ data: String, name: String? = nil, id: String? = nil) -> Event {
        Event(name: name, data: data, id: id)
    }

    @Test("Events come out of a stream, in whatever pieces it comes", arguments: streams)
    func parses(stream: (name: String, bytes: [UInt8], events: [Event])) throws {
        for size in 1...max(1, stream.bytes.count) {
            var parser = EventStreamParser()
            var events: [Event] = []
            for start in Swift.stride(from: 0, to: stream.bytes.count, by: size) {
                events += try parser.append(stream.bytes[start...].prefix(size))
            }
            #expect(events == stream.events, "\(stream.name), in pieces of \(size)")
        }
    }

    @Test("An event without an end is refused before it fills the memory")
    func endless() throws {
        var parser = EventStreamParser(limit: 1000)
        #expect(try parser.append(Self.text("data: " + String(repeating: "x", count: 990))) == [])
        #expect(throws: EventStreamParser.Failure.self) {
            try parser.append(Self.text(String(repeating: "x", count: 10)))
        }
    }
}
