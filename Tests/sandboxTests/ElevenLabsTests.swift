import Codec
import FoundationEssentials
import TestSupport
import Testing
import Voice
import WebSockets

@testable import sandbox

/// What a program that does everything right asks of ElevenLabs.
enum ElevenGood {
    static let voice = "adam0000000000000001"
    static let speech = #"{"text":"one two three","model_id":"eleven_flash_v2_5"}"#
    static let stream =
        "/v1/text-to-speech/\(voice)/stream-input?model_id=eleven_flash_v2_5"
        + "&output_format=pcm_24000&auto_mode=true"
    static let handshake = [
        "xi-api-key": "k", "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    ]
}

extension RawClient {
    func elevenSpeech(
        _ body: String = ElevenGood.speech, voice: String = ElevenGood.voice,
        format: String = "pcm_24000"
    ) throws -> Answer {
        try ask(
            "POST", "/v1/text-to-speech/\(voice)/stream?output_format=\(format)",
            headers: ["xi-api-key": "k", "Content-Type": "application/json"],
            body: Array(body.utf8))
    }

    func eleven(_ method: String, _ path: String) throws -> Answer {
        try ask(method, path, headers: ["xi-api-key": "k"])
    }
}

struct ElevenLabsTests {
    private func sound(_ bytes: [UInt8]) -> AudioChunk {
        AudioChunk(
            stride(from: 0, to: bytes.count - 1, by: 2).map {
                Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
            }, format: SpeechReply.format)
    }

    @Test("PCM says the words in their order")
    func pcm() throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).elevenSpeech()
        #expect(answer.headers["content-type"] == "audio/pcm")
        let heard = ToneCode.heard(in: sound(answer.body)).map(\.symbol)
        #expect(heard == ToneCode.symbols(for: "one two three"))
        let mp3 = try RawClient(port: sandbox.server.port).elevenSpeech(format: "mp3_44100_128")
        #expect(mp3.headers["content-type"] == "audio/mpeg" && mp3.body[0] == 0xFF)
    }

    static let refusals: [(fault: Fault, status: Int, words: [String])] = [
        (.badRequest, 400, [#""status":"max_character_limit_exceeded""#]),
        (.unauthorized, 401, [#"{"detail":{"status":"invalid_api_key""#]),
        (.quotaUsedUp, 401, [#""status":"quota_exceeded""#]),
        (.forbidden, 403, ["only_for_creator+"]),
        (.notFound, 400, ["voice_not_found"]),
        (.unprocessable, 422, [#"{"detail":[{"loc":["body","text"],"msg":"#]),
        (.rateLimited, 429, ["too_many_concurrent_requests"]),
        (.overloaded, 429, ["system_busy"]), (.serverError, 500, [#"{"detail":""#]),
    ]

    @Test(
        "Every refusal has ElevenLabs' body, and a handshake is refused as anything is",
        arguments: refusals)
    func refusal(fault: Fault, status: Int, words: [String]) throws {
        let sandbox = try Sandbox(fault: fault)
        for endpoint in Endpoint.elevenLabs {
            let answer = try RawClient(port: sandbox.server.port).good(endpoint)
            #expect(answer.status == status)
            for word in words { #expect(answer.text.contains(word)) }
        }
    }

    static let wrong: [(body: String, voice: String, format: String, status: Int, why: String)] = [
        ("{}", ElevenGood.voice, "pcm_24000", 422, "text"),
        ("no", ElevenGood.voice, "pcm_24000", 422, "JSON"),
        (#"{"text":"a","speed":1}"#, ElevenGood.voice, "pcm_24000", 422, "speed"),
        (
            #"{"text":"a","voice_settings":{"speed":1.3}}"#, ElevenGood.voice, "pcm_24000", 422,
            "voice_settings"
        ),
        (#"{"text":"a","model_id":"x"}"#, ElevenGood.voice, "pcm_24000", 400, "model_not_found"),
        (
            #"{"text":"a","model_id":"eleven_flash_v2","language_code":"en"}"#, ElevenGood.voice,
            "pcm_24000", 400, "unsupported_language"
        ),
        (#"{"text":"a"}"#, "nobody", "pcm_24000", 400, "voice_not_found"),
        (#"{"text":"a"}"#, ElevenGood.voice, "pcm_24001", 400, "invalid_output_format"),
    ]

    @Test("What ElevenLabs would not take is refused", arguments: wrong)
    func strict(
        request: (body: String, voice: String, format: String, status: Int, why: String)
    ) throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).elevenSpeech(
            request.body, voice: request.voice, format: request.format)
        #expect(answer.status == request.status && answer.text.contains(request.why))
    }

    @Test("The models are whose key is shown")
    func models() throws {
        let sandbox = try Sandbox()
        let client = RawClient(port: sandbox.server.port)
        #expect(try client.eleven("GET", "/v1/models").text.contains("eleven_flash_v2_5"))
        #expect(try client.good(.models).text.contains("gpt-6-luna"))
        #expect(try client.ask("GET", "/v2/voices").status == 401)
    }

    @Test("Voices are listed page by page, and come and go")
    func voices() throws {
        let sandbox = try Sandbox()
        let client = RawClient(port: sandbox.server.port)
        let first = try client.eleven("GET", "/v2/voices?page_size=100").text
        #expect(first.contains(#""has_more":true,"total_count":3,"next_page_token":"2""#))
        let second = try client.eleven("GET", "/v2/voices?next_page_token=2").text
        #expect(second.contains("Lena") && second.contains(#""has_more":false"#))

        func form(_ name: String) -> [UInt8] {
            let head = "--BB\r\nContent-Disposition: form-data; name="
            return Array("\(head)\"name\"\r\n\r\n\(name)\r\n".utf8)
                + Array("\(head)\"files\"; filename=\"a.wav\"\r\n".utf8)
                + Array("Content-Type: audio/wav\r\n\r\n".utf8) + Good.sound
                + Array("\r\n--BB--\r\n".utf8)
        }
        func add() throws -> RawClient.Answer {
            try client.ask(
                "POST", "/v1/voices/add",
                headers: [
                    "xi-api-key": "k", "Content-Type": "multipart/form-data; boundary=BB",
                ], body: form("Anna"))
        }
        let made = try add()
        #expect(made.text.contains(#""voice_id":"clone1"#))
        #expect(try client.eleven("GET", "/v1/voices").text.contains("Anna"))
        #expect(
            try client.eleven("GET", "/v1/user/subscription").text.contains(
                #""voice_slots_used":1,"voice_limit":3"#))
        _ = try add()
        _ = try add()
        let full = try add()
        #expect(full.status == 400 && full.text.contains("voice_limit_reached"))
        let id = "clone1" + String(repeating: "0", count: 14)
        #expect(try client.eleven("DELETE", "/v1/voices/\(id)").text == #"{"status":"ok"}"#)
        #expect(try client.eleven("DELETE", "/v1/voices/\(id)").text.contains("voice_not_found"))
        let preview = try client.ask("GET", "/sandbox/preview/x")
        #expect(preview.headers["content-type"] == "audio/mpeg")
        #expect(try client.eleven("GET", "/sandbox/preview/x").status == 400)
    }

    // MARK: - Over a WebSocket

    /// What the server sent until it closed, and how it did.
    private func talk(
        _ messages: [String], path: String = ElevenGood.stream, _ sandbox: Sandbox
    ) async throws -> (frames: [String], end: WebSocketEnd) {
        let socket = try await openSocket(
            port: sandbox.server.port, path, headers: ["xi-api-key": "k"])
        for message in messages { try socket.send(.text(message)) }
        var frames: [String] = []
        while true {
            do {
                if case .text(let text) = try await socket.next() { frames.append(text) }
            } catch {
                return (frames, error)
            }
        }
    }

    private func words(in frames: [String]) throws -> [Int] {
        let bytes = try frames.flatMap { frame in
            let audio = frame.firstMatch(of: /"audio":"([^"]*)"/).map { String($0.1) } ?? ""
            return [UInt8](try #require(Data(base64Encoded: audio)))
        }
        return ToneCode.heard(in: sound(bytes)).map(\.symbol)
    }

    @Test("A reply is spoken while it is written, and closed when it is")
    func stream() async throws {
        let sandbox = try Sandbox()
        let (frames, end) = try await talk(
            [#"{"text":" "}"#, #"{"text":"one two "}"#, #"{"text":"three "}"#, #"{"text":""}"#],
            sandbox)
        #expect(frames.last == #"{"isFinal":true}"# && end.isNormal)
        #expect(frames[0].contains(#""audio":null"#))
        #expect(try words(in: frames) == ToneCode.symbols(for: "one two three"))
        let request = try #require(sandbox.requests.last)
        #expect(request.isComplete && request.text == "one two three" && request.status == 101)
    }

    @Test("Without auto_mode a short text waits for more, or for somebody to ask for it")
    func schedule() async throws {
        let sandbox = try Sandbox()
        let path = ElevenGood.stream.replacing("&auto_mode=true", with: "")
        let (_, end) = try await talk(
            [
                #"{"text":" "}"#, #"{"text":"one "}"#, #"{"text":"two ","flush":true}"#,
                #"{"text":"three "}"#, #"{"text":""}"#,
            ], path: path, sandbox)
        #expect(end.isNormal)
        #expect(sandbox.requests.last?.text == "one two three")
    }

    static let rude: [(messages: [String], code: String)] = [
        ([#"{"text":"one "}"#], "one space"), ([#"{"text":" ","speed":1}"#], "speed"),
        ([#"{"text":" "}"#, #"{"flush":true}"#], "text"), ([#"{"text":" "}"#, "no"], "JSON"),
        (
            [#"{"text":" "}"#, #"{"text":"a ","voice_settings":{"speed":0.9}}"#],
            "those of the first message"
        ),
    ]

    @Test("What does not belong into the stream ends it, with the reason", arguments: rude)
    func rudeness(messages: [String], code: String) async throws {
        let (frames, end) = try await talk(messages, try Sandbox())
        #expect(frames.last?.contains(code) == true)
        guard case .closed(1008, _) = end else {
            Issue.record("it ended otherwise: \(end)")
            return
        }
    }

    @Test("A request that asks for no WebSocket is told to")
    func upgrade() throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).eleven("GET", ElevenGood.stream)
        #expect(answer.status == 426 && answer.headers["upgrade"] == "websocket")
    }

    @Test("Whoever says nothing for too long is told so")
    func impatient() async throws {
        let (frames, end) = try await talk(
            [#"{"text":" "}"#], path: ElevenGood.stream + "&inactivity_timeout=1", try Sandbox())
        #expect(frames.last?.contains("input_timeout_exceeded") == true && !end.isNormal)
    }
}
