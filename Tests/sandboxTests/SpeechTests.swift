import Codec
import TestSupport
import Testing
import Voice

@testable import sandbox

struct SpeechTests {
    private func body(_ members: String) -> String {
        "{\"model\":\"tts-1\",\"input\":\"One two, three.\",\"voice\":\"alloy\"\(members)}"
    }

    private static let spoken = ToneCode.symbols(for: "one two three")

    @Test("PCM says the words in their order")
    func pcm() throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).speech(
            body(#","response_format":"pcm""#))
        #expect(answer.headers["content-type"] == "audio/pcm")
        #expect(answer.chunks.allSatisfy { $0.bytes.count <= 4096 })
        #expect(ToneCode.heard(in: sound(answer.body)).map(\.symbol) == Self.spoken)
        #expect(sound(answer.body).duration == .milliseconds(360))
    }

    private func sound(_ bytes: [UInt8]) -> AudioChunk {
        AudioChunk(
            stride(from: 0, to: bytes.count - 1, by: 2).map {
                Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
            }, format: SpeechReply.format)
    }

    @Test("WAV and MP3 are what they should be, and say the same", arguments: ["wav", "mp3"])
    func files(kind: String) throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).speech(
            body(",\"response_format\":\"\(kind)\""))
        #expect(answer.headers["content-type"] == (kind == "wav" ? "audio/wav" : "audio/mpeg"))
        if kind == "wav" { #expect(Array(answer.body[4..<8]) == [0xFF, 0xFF, 0xFF, 0xFF]) }
        let path = TemporaryFolder()
        let recording = try AudioFile.read(
            path.file("answer.\(kind)", answer.body), atMost: .seconds(5))
        #expect(ToneCode.heard(in: recording.sound).map(\.symbol) == Self.spoken)
    }

    @Test("Sound can come as events")
    func events() throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).speech(
            body(#","response_format":"pcm","stream_format":"sse""#).replacing(
                "tts-1", with: "gpt-4o-mini-tts"))
        #expect(answer.text.hasPrefix(#"data: {"type":"speech.audio.delta","audio":""#))
        #expect(answer.text.contains(#"{"type":"speech.audio.done","usage":{"#))
    }

    static let wrong: [(body: String, param: String)] = [
        (#"{"model":"tts-1","voice":"alloy"}"#, "input"),
        (#"{"model":"tts-1","voice":"alloy","input":""}"#, "input"),
        (#"{"model":"tts-1","input":"a"}"#, "voice"),
        (#"{"model":"tts-1","input":"a","voice":"bob"}"#, "voice"),
        (#"{"model":"tts-1","input":"a","voice":{"name":"x"}}"#, "voice.name"),
        (#"{"input":"a","voice":"alloy"}"#, "model"),
        (#"{"model":"tts-1","input":"a","voice":"alloy","speed":5}"#, "speed"),
        (#"{"model":"tts-1","input":"a","voice":"alloy","sample_rate":24000}"#, "sample_rate"),
        (#"{"model":"tts-1","input":"a","voice":"alloy","stream_format":"sse"}"#, "stream_format"),
        (#"{"model":"tts-1","input":"a","voice":"alloy","instructions":"b"}"#, "instructions"),
        (
            #"{"model":"tts-1","input":"a","voice":"alloy","response_format":"gif"}"#,
            "response_form"
        ),
        (
            "{\"model\":\"tts-1\",\"voice\":\"alloy\",\"input\":\""
                + String(repeating: "a", count: 4097) + "\"}", "4096"
        ),
        ("[]", "body"), ("", "JSON"),
    ]

    @Test("A request that OpenAI would not take is refused", arguments: wrong)
    func strict(body: String, param: String) throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).speech(body)
        #expect(answer.status == 400)
        #expect(answer.text.contains(param))
    }
}
