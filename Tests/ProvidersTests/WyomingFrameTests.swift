import TestSupport
import Testing
import Voice

@testable import Providers

/// What goes over the wire, byte for byte.
struct WyomingFrameTests {
    /// As the Python package `wyoming` 1.10.2 writes them.
    static let vectors: [(bytes: [UInt8], event: WyomingEvent)] = [
        (
            vector(#"{"type": "transcribe", "version": "1.10.2", "data_length": 18}"#)
                + vector(#"{"language": "en"}"#, isLine: false),
            WyomingEvent("transcribe", ["language": .string("en")])
        ),
        (
            vector(#"{"type": "audio-start", "version": "1.10.2", "data_length": 61}"#) + sound,
            WyomingEvent("audio-start", format)
        ),
        (
            vector(
                #"{"type": "audio-chunk", "version": "1.10.2", "data_length": 61, "#
                    + #""payload_length": 4}"#) + sound + [1, 0, 0xFF, 0xFF],
            WyomingEvent("audio-chunk", format, payload: [1, 0, 0xFF, 0xFF])
        ),
        (
            vector(#"{"type": "audio-stop", "version": "1.10.2", "data_length": 19}"#)
                + vector(#"{"timestamp": null}"#, isLine: false),
            WyomingEvent("audio-stop", ["timestamp": .null])
        ),
        (
            vector(#"{"type": "transcript", "version": "1.10.2", "data_length": 18}"#)
                + vector(#"{"text": "hällo"}"#, isLine: false),
            WyomingEvent("transcript", ["text": .string("hällo")])
        ),
        (vector(#"{"type": "describe", "version": "1.10.2"}"#), WyomingEvent("describe")),
        (
            vector(#"{"type": "synthesize", "version": "1.10.2", "data_length": 56}"#)
                + vector(
                    #"{"text": "Hi", "voice": {"name": "en_US-lessac-medium"}}"#, isLine: false),
            WyomingEvent(
                "synthesize",
                [
                    "text": .string("Hi"),
                    "voice": .object(["name": .string("en_US-lessac-medium")]),
                ])
        ),
        (
            vector(#"{"type": "synthesize-start", "version": "1.10.2"}"#),
            WyomingEvent("synthesize-start")
        ),
        (
            vector(#"{"type": "synthesize-chunk", "version": "1.10.2", "data_length": 14}"#)
                + vector(#"{"text": "Hi"}"#, isLine: false),
            WyomingEvent("synthesize-chunk", ["text": .string("Hi")])
        ),
        (
            vector(#"{"type": "synthesize-stop", "version": "1.10.2"}"#),
            WyomingEvent("synthesize-stop")
        ),
        (
            vector(#"{"type": "synthesize-stopped", "version": "1.10.2"}"#),
            WyomingEvent("synthesize-stopped")
        ),
    ]

    private static func vector(_ text: String, isLine: Bool = true) -> [UInt8] {
        Array(text.utf8) + (isLine ? [10] : [])
    }

    private static let sound = vector(
        #"{"rate": 16000, "width": 2, "channels": 1, "timestamp": null}"#, isLine: false)
    private static let format: [String: JSONValue] = [
        "rate": .number(16_000), "width": .number(2), "channels": .number(1), "timestamp": .null,
    ]

    @Test("What the Python package writes is read, in whatever pieces", arguments: [1, 7, 1 << 16])
    func reads(size: Int) {
        var parser = WyomingFrameParser()
        var events: [WyomingEvent] = []
        var rest = Self.vectors.flatMap(\.bytes)[...]
        while !rest.isEmpty {
            events += parser.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(parser.failure == nil && !parser.isInsideEvent)
        #expect(events == Self.vectors.map(\.event))
        #expect(events.map(\.length) == Self.vectors.map(\.bytes.count))
    }

    static let written: [(event: WyomingEvent, bytes: String)] = [
        (WyomingEvent("describe"), "{\"type\":\"describe\"}\n"),
        (
            WyomingEvent("transcript", ["text": .string("hällo/ja")]),
            "{\"data_length\":20,\"type\":\"transcript\"}\n{\"text\":\"hällo/ja\"}"
        ),
        (
            WyomingEvent("audio-chunk", ["rate": .number(16_000)], payload: [65, 66]),
            "{\"data_length\":14,\"payload_length\":2,\"type\":\"audio-chunk\"}\n"
                + "{\"rate\":16000}AB"
        ),
        (
            WyomingEvent("x", payload: [65]),
            "{\"payload_length\":1,\"type\":\"x\"}\nA"
        ),
    ]

    @Test("What is written has its lengths in bytes, and is read as it was", arguments: written)
    func writes(event: WyomingEvent, bytes: String) {
        #expect(String(decoding: event.bytes, as: UTF8.self) == bytes)
        var parser = WyomingFrameParser()
        #expect(parser.append(event.bytes) == [event])
    }

    static let accepted: [(text: String, event: WyomingEvent)] = [
        // Data in the head, behind it, in both, in neither; each with and without a payload.
        (#"{"type":"a","data":{"b":1}}"# + "\n", WyomingEvent("a", ["b": .number(1)])),
        (
            #"{"type":"a","data":{"b":1,"c":2},"data_length":7}"# + "\n" + #"{"b":3}"#,
            WyomingEvent("a", ["b": .number(3), "c": .number(2)])
        ),
        (
            #"{"type":"a","data":{"b":1},"payload_length":2}"# + "\nxy",
            WyomingEvent("a", ["b": .number(1)], payload: [120, 121])
        ),
        (
            #"{"type":"a","data_length":2,"payload_length":1}"# + "\n{}x",
            WyomingEvent("a", payload: [120])
        ),
        (
            #"{"type":"a","data":null,"data_length":null,"payload_length":null}"# + "\n",
            WyomingEvent("a")
        ),
        (#"{"type":"a","data_length":0,"payload_length":0}"# + "\r\n", WyomingEvent("a")),
    ]

    @Test("Every combination of data and payload is taken", arguments: accepted)
    func combinations(text: String, event: WyomingEvent) {
        for size in [1, 1 << 16] {
            var parser = WyomingFrameParser()
            var rest = Array(text.utf8)[...]
            var events: [WyomingEvent] = []
            while !rest.isEmpty {
                events += parser.append(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(events == [event])
        }
    }

    static let refused = [
        "\n", "x\n", "[]\n", "{}\n", "{\"type\":7}\n", "{\"type\":\"\"}\n",
        "{\"type\":\"a\",\"data\":[]}\n", "{\"type\":\"a\",\"data_length\":-1}\n",
        "{\"type\":\"a\",\"data_length\":1.5}\n", "{\"type\":\"a\",\"data_length\":\"2\"}\n",
        "{\"type\":\"a\",\"data_length\":true}\n", "{\"type\":\"a\",\"data_length\":1048577}\n",
        "{\"type\":\"a\",\"payload_length\":16777217}\n",
        "{\"type\":\"a\",\"payload_length\":1e300}\n", "{\"type\":\"a\",\"data_length\":2}\n[]",
        "{\"type\":\"a\",\"data_length\":2}\n{x", "{\"type\":\"a\"\n",
        "{\"type\":\"a\",\"data\":" + String(repeating: "[", count: 100_000) + "\n",
        String(repeating: " ", count: 1 << 20) + "\n",
    ]

    @Test("What is no event ends it, and what came before counts", arguments: refused)
    func refuses(text: String) {
        var parser = WyomingFrameParser()
        let before = WyomingEvent("before", ["x": .bool(true)])
        #expect(parser.append(before.bytes + Array(text.utf8) + before.bytes) == [before])
        #expect(parser.failure != nil)
        #expect(parser.append(before.bytes) == [])
    }

    @Test("A line without an end is not kept for ever")
    func endless() {
        var parser = WyomingFrameParser()
        let part = [UInt8](repeating: 32, count: 1 << 16)
        var count = 0
        while parser.failure == nil, count < 100 {
            _ = parser.append(part)
            count += 1
        }
        #expect(count == 17)
    }

    @Test("Whether an event is cut off is known")
    func cut() {
        for count in 1..<Self.vectors[2].bytes.count {
            var parser = WyomingFrameParser()
            #expect(parser.append(Array(Self.vectors[2].bytes.prefix(count))) == [])
            #expect(parser.isInsideEvent)
        }
    }

    static let formats: [(data: [String: JSONValue], problem: String?)] = [
        (format, nil),
        (["rate": .number(22_050), "width": .number(2), "channels": .number(2)], nil),
        (
            ["rate": .number(22_050), "width": .number(4), "channels": .number(1)],
            "its samples have 4 bytes; only those of 2 can be played"
        ),
        (
            ["rate": .number(96_000), "width": .number(2), "channels": .number(1)],
            "its sound has 1 channels and 96000 Hz, which is not played"
        ),
        (
            ["rate": .number(16_000), "width": .number(2), "channels": .number(6)],
            "its sound has 6 channels and 16000 Hz, which is not played"
        ),
        (["rate": .string("16000")], "it does not say what its sound is made of"),
    ]

    @Test("Sound that cannot be played is refused, and why", arguments: formats)
    func soundFormat(data: [String: JSONValue], problem: String?) {
        var failure: ProviderError?
        do {
            _ = try WyomingEvent("audio-start", data).format(from: "w")
        } catch {
            failure = error
        }
        #expect(failure == problem.map { .failed(provider: "w", reason: $0) })
    }

    static let addresses: [(text: String, host: String?, port: Int)] = [
        ("tcp://192.168.1.5:10300", "192.168.1.5", 10_300), ("tcp://piper.local", "piper.local", 9),
        ("TCP://a:1/", "a", 1), ("tcp://[::1]:5", "::1", 5), ("tcp://[fe80::1]", "fe80::1", 9),
        ("http://a:1", nil, 0), ("tcp://", nil, 0), ("tcp://:1", nil, 0), ("tcp://a:0", nil, 0),
        ("tcp://a:65536", nil, 0), ("tcp://a:b", nil, 0), ("tcp://a/b", nil, 0),
        ("tcp://::1", nil, 0), ("tcp://[::1", nil, 0), ("tcp://u@h", nil, 0), ("a:1", nil, 0),
        ("tcp://a b:1", nil, 0), ("tcp://[::1]x", nil, 0), ("tcp://a:", nil, 0),
    ]

    @Test("An address has a host, and a port or the usual one", arguments: addresses)
    func address(text: String, host: String?, port: Int) {
        let address = WyomingAddress(text, defaultPort: 9)
        #expect(address?.host == host)
        if host != nil { #expect(address?.port == port) }
    }
}
