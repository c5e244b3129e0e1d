import Codec
import TestSupport
import Testing
import Voice

@testable import sandbox

struct TranscriptionTests {
    static let formats: [(fields: [(String, String)], type: String, text: String)] = [
        (
            Good.fields, "application/json",
            #"{"text":"Hello from the sandbox.","languages":[{"code":"en"}],"usage":{"type":"tokens","input_tokens":5,"output_tokens":5,"total_tokens":10,"input_token_details":{"text_tokens":0,"audio_tokens":5}}}"#
        ),
        (
            [("model", "whisper-1"), ("language", "en"), ("temperature", "0.2"), ("prompt", "x")],
            "application/json",
            #"{"text":"Hello from the sandbox.","usage":{"type":"duration","seconds":1}}"#
        ),
        (
            [("model", "whisper-1"), ("response_format", "text")], "text/plain; charset=utf-8",
            "Hello from the sandbox.\n"
        ),
        (
            [("model", "whisper-1"), ("response_format", "srt")], "text/plain",
            "1\n00:00:00,000 --> 00:00:00,500\nHello from the sandbox.\n\n"
        ),
        (
            [("model", "gpt-4o-transcribe"), ("stream", "true")],
            "text/event-stream; charset=utf-8",
            ["Hello", " from", " the", " sandbox", "."].map {
                "data: {\"type\":\"transcript.text.delta\",\"delta\":\"\($0)\"}\n\n"
            }.joined()
                + #"data: {"type":"transcript.text.done","text":"Hello from the sandbox.","usage":{"type":"tokens","input_tokens":5,"output_tokens":5,"total_tokens":10,"input_token_details":{"text_tokens":0,"audio_tokens":5}}}"#
                + "\n\n"
        ),
    ]

    @Test("The transcript comes in the format that was asked for", arguments: formats)
    func transcript(fields: [(String, String)], type: String, text: String) throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).transcriptions(Good.form(fields))
        #expect(answer.headers["content-type"] == type)
        #expect(answer.text == text)
    }

    @Test("The words and segments can be asked for")
    func verbose() throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).transcriptions(
            Good.form([
                ("model", "whisper-1"), ("response_format", "verbose_json"),
                ("timestamp_granularities[]", "segment"),
            ]))
        #expect(answer.text.contains(#""language":"english","duration":0.5"#))
    }

    static let wrong: [(fields: [(String, String)], status: Int, param: String)] = [
        ([], 400, "model"), ([("model", "gpt-6-luna")], 404, "gpt-6-luna"),
        (Good.fields + Good.fields, 400, "model"), (Good.fields + [("wat", "1")], 400, "wat"),
        (Good.fields + [("language", "english")], 400, "language"),
        (Good.fields + [("temperature", "2")], 400, "temperature"),
        (Good.fields + [("stream", "yes")], 400, "stream"),
        (Good.fields + [("response_format", "srt")], 400, "response_format"),
        (Good.fields + [("timestamp_granularities[]", "word")], 400, "timestamp_granularities"),
        ([("model", "whisper-1"), ("keywords[]", "a")], 400, "keywords"),
        ([("model", "whisper-1"), ("include[]", "logprobs")], 400, "include"),
        ([("model", "gpt-4o-transcribe"), ("response_format", "text")], 400, "response_format"),
        ([("model", "gpt-4o-transcribe-diarize"), ("prompt", "a")], 400, "prompt"),
    ]

    @Test("A field that OpenAI would not take is refused", arguments: wrong)
    func strict(fields: [(String, String)], status: Int, param: String) throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).transcriptions(Good.form(fields))
        #expect(answer.status == status)
        #expect(answer.text.contains(param))
    }

    static let files: [(file: [UInt8]?, name: String, problem: String)] = [
        (nil, "", "file"), (Good.sound, "q.txt", "format"), (Good.sound, "q", "format"),
        (Good.sound, "q.mp3", "corrupted"), (Array("hello".utf8), "q.wav", "format"),
        ([], "q.wav", "format"), (Array(Good.sound.prefix(100)), "q.wav", "too short"),
        (Array(Good.sound.prefix(30)), "q.wav", "corrupted"),
    ]

    @Test("A file that is no sound is refused", arguments: files)
    func file(file: [UInt8]?, name: String, problem: String) throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).transcriptions(
            Good.form(file: file, named: name))
        #expect(answer.status == 400)
        #expect(answer.text.contains(problem))
    }

    @Test("Lengths of a WAV that a stream could not know mean the rest of the file")
    func lengths() {
        #expect(SoundFile.seconds(Good.sound) == 0.5)
        var known = Good.sound
        known.replaceSubrange(40..<44, with: [0x80, 0x0C, 0, 0])  // 3200
        #expect(SoundFile.seconds(known) == 0.1)
        known.replaceSubrange(40..<44, with: [0, 0, 1, 0])
        #expect(SoundFile.seconds(known) == nil)
    }

    @Test("A form that is uploaded in chunks is taken, and its times are kept")
    func chunked() throws {
        let sandbox = try Sandbox()
        let client = RawClient(port: sandbox.server.port)
        client.send(
            "POST /v1/audio/transcriptions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer k\r\n"
                + "Transfer-Encoding: chunked\r\n"
                + "Content-Type: multipart/form-data; boundary=BB\r\n\r\n")
        let body = Good.form()
        for start in stride(from: 0, to: body.count, by: 3000) {
            let chunk = body[start..<min(start + 3000, body.count)]
            client.send(Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + [13, 10])
        }
        client.send("0\r\n\r\n")
        #expect(try client.answer().status == 200)
        let record = try #require(sandbox.requests.first)
        #expect(record.bodyBytes == body.count)
        #expect(record.model == "gpt-transcribe")
        #expect(record.isComplete)
        let moments = [
            record.acceptedNanoseconds, record.beganNanoseconds, record.firstBodyByteNanoseconds,
            record.lastBodyByteNanoseconds, record.firstAnswerNanoseconds,
        ].compactMap { $0 }
        #expect(moments.count == 5)
        #expect(moments == moments.sorted())
    }
}
