import Codec
import TestSupport
import Testing
import Voice

@testable import sandbox

/// The stand-in for a Wyoming server, byte by byte.
@Suite(.timeLimit(.minutes(1)))
struct WyomingTests {
    private static let format = #"{"rate":16000,"width":2,"channels":1}"#

    private static func sandbox(_ body: (inout Script) -> Void = { _ in }) throws -> Sandbox {
        var script = Script()
        script.wyomingStreams = false
        body(&script)
        return try Sandbox(script, wyomingPort: 0)
    }

    private static func event(_ type: String, _ data: String = "", payload: [UInt8] = []) -> [UInt8]
    {
        WyomingMessage.bytes(type, data, payload: payload)
    }

    /// Everything that comes until the server hangs up, as text.
    private static func answer(_ sandbox: Sandbox, _ bytes: [UInt8]) throws -> String {
        let client = RawClient(port: try #require(sandbox.wyomingPort))
        client.send(bytes)
        return String(decoding: try client.rest(), as: UTF8.self)
    }

    /// A bad length ends the connection, and with it the test.
    private static let end = Array("{\"type\":\"end\",\"data_length\":-1}\n".utf8)

    @Test("What there is, and a sign of life")
    func describe() throws {
        let sandbox = try Self.sandbox { $0.wyomingStreams = true }
        let told = try Self.answer(
            sandbox,
            Self.event("describe") + Self.event("wat", "{}") + Self.event("ping", #"{"text":"a"}"#)
                + Self.end)
        #expect(told.hasPrefix(#"{"type":"info","version":"1.10.2","data_length":"#))
        #expect(told.contains(#""supports_transcript_streaming":true"#))
        #expect(told.contains(#""name":"sandbox-fr""#))
        #expect(told.contains("\"type\":\"pong\",\"version\":\"1.10.2\",\"data_length\":12}\n{"))
        #expect(told.contains(#"{"type":"error""#))
    }

    @Test("A recording becomes words, whole or in pieces", arguments: [false, true])
    func transcribe(streams: Bool) throws {
        let sandbox = try Self.sandbox { script in
            script.transcript = "hällo, you"
            script.wyomingStreams = streams
        }
        let request: [UInt8] =
            Self.event("transcribe", #"{"language":"en","name":"sandbox-ears"}"#)
            + Self.event("audio-start", Self.format)
            + Self.event("audio-chunk", Self.format, payload: [1, 0, 2, 0])
            + Self.event("audio-stop", #"{"timestamp":null}"#) + Self.end
        let told = try Self.answer(sandbox, request)
        let whole = #"{"type":"transcript","version":"1.10.2","data_length":38}"#
        #expect(told.contains(whole + "\n" + #"{"text":"hällo, you","language":"en"}"#))
        #expect(told.hasPrefix(#"{"type":"transcript-start""#) == streams)
        #expect(told.contains("{\"text\":\"hällo\"}") == streams)
        #expect(told.contains(#"{"type":"transcript-stop""#) == streams)
        let record = try #require(sandbox.requests.first)
        #expect(record.path == "transcribe" && record.method == "TCP")
        #expect(record.model == "sandbox-ears" && record.bodyBytes == 4 && record.isComplete)
    }

    @Test("Words become sound; a text in pieces becomes a part for each sentence")
    func synthesize() throws {
        let sandbox = try Self.sandbox { $0.wyomingStreams = true }
        let voice = #""voice":{"name":"sandbox-en"}"#
        let told = try Self.answer(
            sandbox, Self.event("synthesize", "{\"text\":\"one two\",\(voice)}") + Self.end)
        #expect(told.contains(#"{"rate":22050,"width":2,"channels":1,"timestamp":null}"#))
        #expect(told.ranges(of: #""type":"audio-start""#).count == 1)
        #expect(told.ranges(of: #""type":"audio-stop""#).count == 1)
        #expect(!told.contains("synthesize-stopped"))
        let request: [UInt8] =
            Self.event("synthesize-start", "{\(voice)}")
            + Self.event("synthesize-chunk", #"{"text":"One tw"}"#)
            + Self.event("synthesize-chunk", #"{"text":"o. Three"}"#)
            + Self.event("synthesize", #"{"text":"One two. Three"}"#)
            + Self.event("synthesize-stop") + Self.end
        let parts = try Self.answer(sandbox, request)
        #expect(parts.ranges(of: #""type":"audio-start""#).count == 2)
        #expect(parts.ranges(of: #""type":"audio-stop""#).count == 2)
        #expect(parts.ranges(of: #""type":"synthesize-stopped""#).count == 1)
        #expect(sandbox.requests.map(\.text) == ["one two", "One two. Three"])
    }

    static let wrong: [(request: [UInt8], said: String)] = [
        (Array("what\n".utf8), "JSON"), (Array("{}\n".utf8), "type"),
        (Array("{\"type\":\"a\",\"x\":1}\n".utf8), "'x'"),
        (Array("{\"type\":\"a\",\"data_length\":2}\n[]".utf8), "'data'"),
        (Array("{\"type\":\"a\",\"payload_length\":99999999}\n".utf8), "payload_length"),
        (event("describe", #"{"a":1}"#), "'a'"), (event("synthesize", #"{"text":7}"#), "text"),
        (event("synthesize", #"{}"#), "text"),
        (event("synthesize", #"{"text":"a","voice":"b"}"#), "voice"),
        (event("synthesize", #"{"text":"a","voice":{"name":"b"}}"#), "voice.name"),
        (event("synthesize", #"{"text":"a","voice":{"name":"sandbox-fr"}}"#), "voice.name"),
        (event("synthesize-start"), "synthesize-start"), (event("synthesize-stop"), "without"),
        (event("transcribe", #"{"language":"tlh"}"#), "language"),
        (event("transcribe", #"{"name":"x"}"#), "name"),
        (event("audio-start", format), "without"), (event("audio-stop"), "without"),
        (event("transcribe") + event("audio-chunk", format, payload: [0, 0]), "order"),
        (
            event("transcribe") + event("audio-start", #"{"rate":16000,"width":4,"channels":1}"#),
            "width"
        ),
        (event("transcribe") + event("audio-start", #"{"rate":"16000"}"#), "rate"),
        (
            event("transcribe") + event("audio-start", format)
                + event("audio-chunk", format, payload: [0]), "whole frames"
        ),
        (
            event("transcribe") + event("audio-start", format)
                + event("audio-chunk", #"{"rate":8000,"width":2,"channels":1}"#, payload: [0, 0]),
            "audio-start"
        ),
    ]

    @Test("What does not fit is called an error, and ends the connection", arguments: wrong)
    func strict(request: [UInt8], said: String) throws {
        let told = try Self.answer(try Self.sandbox(), request + Self.event("describe"))
        #expect(told.hasPrefix(#"{"type":"error""#))
        #expect(told.contains(said))
        #expect(!told.contains("info"))
    }

    @Test("An answer is never early")
    func notEarly() throws {
        let sandbox = try Self.sandbox { script in
            script.profile = Profile(
                connection: .milliseconds(20), transcription: .milliseconds(30),
                speech: .milliseconds(30), uplink: 80_000)
        }
        let start = Moment.now
        let request: [UInt8] =
            Self.event("transcribe") + Self.event("audio-start", Self.format)
            + Self.event("audio-chunk", Self.format, payload: [UInt8](repeating: 0, count: 2000))
            + Self.event("audio-stop") + Self.event("synthesize", #"{"text":"a"}"#) + Self.end
        _ = try Self.answer(sandbox, request)
        let records = sandbox.requests
        #expect(records.count == 2)
        for record in records {
            let first = Moment(nanoseconds: try #require(record.firstAnswerNanoseconds))
            let last = Moment(nanoseconds: try #require(record.lastBodyByteNanoseconds))
            #expect(first - last >= .milliseconds(30))
            // Ten bytes a millisecond, but for the first.
            if record.path == "transcribe" { #expect(last - start >= .milliseconds(20 + 200)) }
        }
    }

    @Test("Faults strike where their rule says so")
    func faults() throws {
        let sandbox = try Self.sandbox { script in
            script.faults = [FaultRule(.errorEvent, at: .wyomingSpeech)]
        }
        let told = try Self.answer(
            sandbox, Self.event("synthesize", #"{"text":"one two three"}"#) + Self.end)
        #expect(told.ranges(of: #""type":"audio-chunk""#).count == 2)
        #expect(told.contains(#"{"text":"the model broke down in the middle","#))
        #expect(!told.contains("audio-stop"))
        #expect(throws: ScriptError.self) { _ = try FaultRule("wyoming=reset") }
        #expect(try FaultRule("wyoming-transcription=reset").endpoint == .wyomingTranscription)
    }

    @Test("What stalls ends when the sandbox does", arguments: [Fault.silence, .stall, .endless])
    func stops(fault: Fault) async throws {
        let sandbox = try Self.sandbox { $0.faults = [FaultRule(fault)] }
        let client = RawClient(port: try #require(sandbox.wyomingPort))
        client.send(Self.event("synthesize", #"{"text":"one"}"#))
        while sandbox.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        sandbox.stop()
        #expect(sandbox.requests.first?.isComplete == false)
    }
}
