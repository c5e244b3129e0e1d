import Codec
import TestSupport
import Testing
import Voice

@testable import sandbox

extension Good {
    static let markup =
        "<speak version='1.0' xml:lang='en-US'><voice name='en-US-GuyNeural'>one two</voice></speak>"
    static let azureQuery = "language=en-US&format=detailed&profanity=raw"
    static let azureSound = "audio/wav; codecs=audio/pcm; samplerate=16000"
    static let azureOutput = "raw-24khz-16bit-mono-pcm"
}

extension RawClient {
    private static let key = ["Ocp-Apim-Subscription-Key": "k"]

    func azureTranscription(
        _ query: String = Good.azureQuery, type: String = Good.azureSound,
        _ sound: [UInt8] = Good.sound
    ) throws -> Answer {
        try ask(
            "POST", "\(Endpoint.azureTranscription.path)?\(query)",
            headers: Self.key.merging(["Content-Type": type]) { $1 }, body: sound)
    }

    func azureSpeech(
        _ markup: String = Good.markup, output: String? = Good.azureOutput,
        agent: String? = "test", type: String = "application/ssml+xml"
    ) throws -> Answer {
        var headers = Self.key
        headers["Content-Type"] = type
        headers["X-Microsoft-OutputFormat"] = output
        headers["User-Agent"] = agent
        return try ask(
            "POST", Endpoint.azureSpeech.path, headers: headers, body: Array(markup.utf8))
    }

    func azureVoices() throws -> Answer {
        try ask("GET", Endpoint.azureVoices.path, headers: Self.key)
    }
}

struct AzureTests {
    private let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    private var client: RawClient { RawClient(port: sandbox.server.port) }

    @Test("A recording is answered in the format that was asked for")
    func transcript() throws {
        let client = client
        let detailed = try client.azureTranscription().text
        #expect(detailed.contains(#""RecognitionStatus":"Success","Offset":1000000,"#))
        #expect(detailed.contains(#""Duration":5000000"#))
        #expect(detailed.contains(#""Display":"Hello from the sandbox.""#))
        let simple = try client.azureTranscription("language=de-DE").text
        #expect(simple.contains(#""DisplayText":"Hello from the sandbox.","Offset":"1000000""#))
    }

    static let recordings: [(query: String, type: String, sound: [UInt8], status: Int)] = [
        ("format=detailed", Good.azureSound, Good.sound, 400),
        ("language=en", Good.azureSound, Good.sound, 400),
        ("language=en-us", Good.azureSound, Good.sound, 400),
        ("language=en-US&format=long", Good.azureSound, Good.sound, 400),
        ("language=en-US&profanity=none", Good.azureSound, Good.sound, 400),
        ("language=en-US&wat=1", Good.azureSound, Good.sound, 400),
        ("language=en-US", "audio/wav", Good.sound, 400),
        ("language=en-US", "audio/mpeg", Good.sound, 400),
        ("language=en-US", Good.azureSound, [], 400),
        ("language=en-US", Good.azureSound, Array("hello".utf8), 400),
        (
            "language=en-US", Good.azureSound,
            WAVEncoder(format: AudioFormat(framesPerSecond: 8_000, channels: 1)).encode(
                .silence(
                    lasting: .seconds(1), format: AudioFormat(framesPerSecond: 8_000, channels: 1))
            ), 400
        ),
        (
            "language=en-US", Good.azureSound,
            WAVEncoder(format: .speech).encode(.silence(lasting: .seconds(61), format: .speech)),
            400
        ),
    ]

    @Test("A recording that Azure would not take is refused", arguments: recordings)
    func strict(query: String, type: String, sound: [UInt8], status: Int) throws {
        let client = client
        let answer = try client.azureTranscription(query, type: type, sound)
        #expect(answer.status == status)
        #expect(answer.text.hasPrefix(#"{"error":{"code":"400","message":""#))
    }

    @Test("PCM says the words in their order, as fast as they are wanted")
    func speech() throws {
        let client = client
        let usual = try client.azureSpeech()
        #expect(usual.body.count == 2 * 120 * 24 * 2)
        let slow = Good.markup.replacing("one", with: "<prosody rate='-50%'>one</prosody>")
        #expect(try client.azureSpeech(slow).body.count == 2 * usual.body.count)
        #expect(try client.azureSpeech(output: "riff-24khz-16bit-mono-pcm").text.hasPrefix("RIFF"))
        let mp3 = try client.azureSpeech(output: "audio-24khz-48kbitrate-mono-mp3")
        #expect(mp3.body[0] == 0xFF && mp3.headers["content-type"] == "audio/mpeg")
    }

    private static func speak(_ attributes: String, _ content: String) -> String {
        "<speak \(attributes)>\(content)</speak>"
    }
    private static let head = "version='1.0' xml:lang='en-US'"
    private static func voice(_ content: String) -> String {
        speak(head, "<voice name='en-US-GuyNeural'>\(content)</voice>")
    }

    static let documents: [(markup: String, problem: String?)] = [
        (voice("Tom &amp; &quot;Jerry&quot; &lt;3 &#x41;&#66;"), nil),
        (voice("<p><s>a</s><break time=\"1s\"/></p>"), nil),
        (speak(head + " xmlns='http://www.w3.org/2001/10/synthesis'", ""), "no voice"),
        (voice("Tom & Jerry"), "no entity"),
        (voice("a < b"), "no name"), (voice("a > b"), "unescaped"),
        (voice("it's"), "unescaped"), (voice("\"a\""), "unescaped"), (voice("&nbsp;"), "no entity"),
        (voice("\u{1}"), "control"), (voice("<b>a</b>"), "b is unknown"),
        (voice("<p>a"), "ends p"), (voice("<prosody rate='9'>a</prosody>"), "0.5 to 2"),
        (voice("<prosody rate='10%'>a</prosody>"), "the rate"),
        (voice("<prosody wat='1'>a</prosody>"), "wat"), (speak(head, "a"), "outside"),
        (speak("xml:lang='en-US'", ""), "version"), (speak("version='1.0'", ""), "xml:lang"),
        (speak(head + " wat='1'", ""), "wat"),
        (speak(head, "<voice name='Bob'>a</voice>"), "voices"),
        (voice("a") + "b", "behind"), ("", "begin"), ("hello", "begin"),
        ("<voice/>", "begins with"), ("<?xml version='1.0'?>" + voice("a"), "no name"),
        (voice("<!-- a -->"), "no name"), ("<speak version=1.0></speak>", "quotes"),
        ("<speak version='1.0' version='1.0'></speak>", "twice"),
        (String(repeating: "<p>", count: 20), "deep"),
    ]

    @Test("SSML that Azure would not take is refused", arguments: documents)
    func markup(markup: String, problem: String?) throws {
        let answer = try client.azureSpeech(markup)
        #expect(answer.status == (problem == nil ? 200 : 400))
        if let problem { #expect(answer.text.contains(problem)) }
    }

    @Test("Headers that Azure wants are wanted")
    func headers() throws {
        let client = client
        #expect(try client.azureSpeech(agent: nil).status == 400)
        #expect(try client.azureSpeech(agent: String(repeating: "a", count: 255)).status == 400)
        #expect(try client.azureSpeech(output: nil).status == 400)
        #expect(try client.azureSpeech(output: "mp3").status == 400)
        #expect(try client.azureSpeech(output: "ogg-24khz-16bit-mono-opus").status == 501)
        #expect(try client.azureSpeech(type: "text/xml").status == 415)
    }

    @Test("The voices are listed, the best not first")
    func voices() throws {
        let answer = try client.azureVoices()
        #expect(answer.text.hasPrefix(#"[{"Name":"Microsoft Server Speech"#))
        #expect(answer.text.contains(#""ShortName":"en-US-JennyNeural","Gender""#))
        #expect(answer.text.contains(#""Status":"Preview""#))
    }

    static let keys: [(key: String?, name: String, given: String?, status: Int)] = [
        (nil, "Ocp-Apim-Subscription-Key", "x", 200), (nil, "Authorization", "Bearer t", 200),
        (nil, "Authorization", "Basic t", 403), (nil, "x", nil, 403),
        ("k", "Ocp-Apim-Subscription-Key", "x", 401), ("", "x", nil, 200),
    ]

    @Test("A key must be given as the script says", arguments: keys)
    func key(key: String?, name: String, given: String?, status: Int) throws {
        var script = Script()
        script.key = key
        let sandbox = try Sandbox(script)
        var headers: [String: String] = [:]
        headers[name] = given
        let answer = try RawClient(port: sandbox.server.port).ask(
            "GET", Endpoint.azureVoices.path, headers: headers)
        #expect(answer.status == status)
    }

    static let refusals: [(fault: Fault, status: Int)] = [
        (.badRequest, 400), (.unauthorized, 401), (.forbidden, 403), (.quotaUsedUp, 403),
        (.rateLimited, 429), (.serverError, 500), (.overloaded, 503),
    ]

    @Test("Every refusal has Azure's body, at every endpoint", arguments: refusals)
    func refusal(fault: Fault, status: Int) throws {
        let sandbox = try Sandbox(fault: fault)
        let client = RawClient(port: sandbox.server.port)
        for endpoint in Endpoint.azure {
            let answer = try client.good(endpoint)
            #expect(answer.status == status)
            #expect(answer.text.hasPrefix("{\"error\":{\"code\":\"\(status)\",\"message\":\""))
        }
    }
}
