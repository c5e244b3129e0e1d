import Codec
import FoundationEssentials
import TestSupport
import Testing
import Voice

@testable import sandbox

extension Good {
    /// A call for "Hi", in English.
    static let call =
        "f.req=%5B%5B%5B%22jQ1olc%22%2C%22%5B%5C%22Hi%5C%22%2C%5C%22en%5C%22%2Cnull%2C%5C%22null%5C%22%5D%22%2Cnull%2C%22generic%22%5D%5D%5D&"
}

extension RawClient {
    func googleSpeech(
        _ body: String = Good.call, changing headers: [String: String] = [:]
    ) throws -> Answer {
        let usual = [
            "Content-Type": "application/x-www-form-urlencoded;charset=utf-8",
            "Referer": "http://translate.google.com/", "User-Agent": "Mozilla/5.0 (test)",
        ]
        return try ask(
            "POST", Endpoint.googleSpeech.path, headers: usual.merging(headers) { $1 },
            body: Array(body.utf8))
    }
}

struct GoogleTests {
    private let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    private var client: RawClient { RawClient(port: sandbox.server.port) }

    @Test("The answer has MP3 in JSON in JSON, behind a line that is none")
    func answer() throws {
        let text = try client.googleSpeech().text
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == ")]}'" && lines[1].isEmpty)
        #expect(Int(lines[2]) == lines[3].utf8.count + 1)
        let match = try #require(lines[3].firstMatch(of: /jQ1olc","\[\\"(.*)\\"]/))
        let sound = Array(try #require(Data(base64Encoded: String(match.1))))
        let folder = TemporaryFolder()
        let recording = try AudioFile.read(folder.file("a.mp3", sound), atMost: .seconds(5))
        #expect(ToneCode.heard(in: recording.sound).map(\.symbol) == ToneCode.symbols(for: "Hi"))
    }

    @Test("A language without a voice has no sound")
    func foreign() throws {
        let answer = try client.googleSpeech(
            Good.call.replacing("en%5C", with: "xx%5C"))
        #expect(answer.status == 200 && answer.text.contains(#"["wrb.fr","jQ1olc",null,"#))
    }

    static let wrong: [String] = [
        "", "f.req=", "f.req=&", "text=hi&", String(Good.call.dropLast()),
        Good.call.replacing("jQ1olc", with: "MkEWBc"), Good.call.replacing("%20", with: "+"),
        Good.call.replacing("Hi", with: ""), Good.call.replacing("Hi", with: "H i"),
        Good.call.replacing("Hi", with: String(repeating: "a", count: 101)),
        Good.call.replacing("Cnull%2C%5C", with: "Cfalse%2C%5C"),
        Good.call.replacing("generic", with: "special"),
    ].filter { $0 != Good.call }

    @Test("A call that is none is refused, as a page", arguments: wrong)
    func strict(body: String) throws {
        let answer = try client.googleSpeech(body)
        #expect(answer.status == 400 && answer.text.hasPrefix("<!DOCTYPE html>"))
    }

    static let headers: [(name: String, value: String, status: Int)] = [
        ("Content-Type", "application/json", 400), ("Referer", "http://elsewhere/", 403),
        ("User-Agent", "curl/8", 403), ("Authorization", "Bearer k", 400), ("x-api-key", "k", 400),
    ]

    @Test("Who does not look like a browser, or shows a key, is refused", arguments: headers)
    func header(name: String, value: String, status: Int) throws {
        let answer = try client.googleSpeech(
            changing: [name: value])
        #expect(answer.status == status)
    }

    @Test("Who asks too much is sent to a page for people")
    func sorry() throws {
        let sandbox = try Sandbox(fault: .rateLimited)
        let answer = try RawClient(port: sandbox.server.port).googleSpeech()
        #expect(answer.status == 302)
        #expect(answer.headers["location"]?.hasPrefix("https://www.google.com/sorry/") ?? false)
    }
}
