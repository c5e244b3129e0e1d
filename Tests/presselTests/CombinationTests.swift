import Audio
import Codec
import Linux
import Store
import TestSupport
import Testing
import Voice
import VoiceLoop

@testable import pressel
@testable import sandbox

/// Whoever hears, thinks and speaks, in every combination: a press is answered, in the right order
/// and without a gap.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CombinationTests {
    struct Combination: Sendable, CustomTestStringConvertible {
        let hears, thinks, speaks: String
        var testDescription: String { "\(hears), \(thinks), \(speaks)" }
    }

    private static let ears = ["openai", "openai-realtime", "azure", "wyoming"]
    private static let minds = ["openai", "anthropic"]
    private static let voices = [
        "openai", "openai-realtime", "elevenlabs", "elevenlabs http", "azure", "google-translate",
        "wyoming",
    ]

    /// Whoever hears next hears with somebody else, so that all meet all.
    static let combinations: [Combination] = ears.flatMap { ear in
        minds.flatMap { mind in
            voices.map { Combination(hears: ear, thinks: mind, speaks: $0) }
        }
    }

    private static let key = "key-of-the-combinations"
    private static let reply = "One two three. Four five six, seven eight."
    /// Between two words of the tone code lies silence of its own.
    private static let longestGap = Duration.milliseconds(20)

    private func link(_ name: String, _ sandbox: Sandbox) -> Settings.Link {
        let words = name.split(separator: " ").map(String.init)
        var link = Settings.Link(provider: words[0])
        let root = String(sandbox.baseURL.dropLast("/v1".count))
        switch words[0] {
        case "openai", "openai-realtime": link.baseURL = sandbox.baseURL
        case "wyoming": link.baseURL = "tcp://127.0.0.1:\(sandbox.wyomingPort!)"
        default: link.baseURL = root
        }
        if words.last == "http" { link.transport = .http }
        return link
    }

    @Test("Every combination answers a press, in order and without a gap", arguments: combinations)
    func answers(combination: Combination) async throws {
        var script = Script()
        script.key = Self.key
        script.transcript = "What time is it?"
        script.reply = Self.reply
        let sandbox = try Sandbox(script, wyomingPort: 0)
        let card = try testCard()
        // The test's cards stay as they are: other tests' programs look for them too.
        var configuration = try Configuration(Options([], flags: [], valued: []))
        configuration.settings.language = "en"
        configuration.settings.audio.captureDevice = card.device
        configuration.settings.audio.playbackDevice = card.device
        configuration.settings.audio.volume = 100
        configuration.settings.button.holdMilliseconds = 200
        configuration.settings.speechToText = [link(combination.hears, sandbox)]
        configuration.settings.languageModel = [link(combination.thinks, sandbox)]
        configuration.settings.textToSpeech = [link(combination.speaks, sandbox)]
        configuration.secrets = Secrets(
            environment: { name in
                name.hasSuffix("_KEY") && !name.hasPrefix("AWS") ? Self.key : nil
            }, state: StateFolder(path: "/nonexistent"))
        let book = LogBook()
        let appliance = Appliance(configuration, log: book.log)
        let clock = MonotonicClock()
        let report = try await DeviceSession.run(appliance) { session in
            try await clock.sleep(for: .milliseconds(150))
            session.conversation.button(.pressed(at: .now))
            try await clock.sleep(for: .milliseconds(150))
            let words = TestSound.noise(lasting: .milliseconds(600), amplitude: 0.3)
            try card.speak(words)
            try await clock.sleep(for: words.duration + .milliseconds(320))
            session.conversation.button(.released(at: .now))
            var reports = session.reports.makeAsyncIterator()
            return await reports.next()
        }
        #expect(report?.outcome == .answered, "\(book.lines)")
        let names = [combination.hears, combination.thinks, combination.speaks].map {
            String($0.split(separator: " ")[0])
        }
        #expect(
            ["speechToText", "languageModel", "textToSpeech"].map { report?.providers[$0] }
                == names, "\(book.lines)")
        let heard = ToneCode.heard(in: try card.heard())
        #expect(heard.map(\.symbol) == ToneCode.symbols(for: Self.reply))
        let rate = SimulatedCard.speakerFormat
        let steps = zip(heard, heard.dropFirst()).map {
            rate.duration(ofFrames: $1.frame - $0.frame)
        }
        #expect((steps.max() ?? .zero) - ToneCode.wordLength <= Self.longestGap)
        #expect(book.count(Self.key) == 0)
        #expect(sandbox.requests.allSatisfy { ($0.status ?? 200) < 400 })
        sandbox.stop()
    }
}
