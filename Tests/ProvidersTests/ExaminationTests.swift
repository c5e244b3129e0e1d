import TestSupport
import Testing
import Voice

@testable import Providers
@testable import sandbox

/// Whether those elsewhere can be reached, and what the doctor learns of them.
@Suite(.timeLimit(.minutes(1)))
struct ExaminationTests {
    private let sandbox: Sandbox
    private let clock = InstantClock()
    private let log = LogBook()
    private let client = HTTPClient()

    private static let key = "secret-key-of-the-doctors-test"

    init() throws {
        var script = Script()
        script.key = Self.key
        sandbox = try Sandbox(script, wyomingPort: 0)
    }

    enum Somebody: CaseIterable, Sendable {
        case openAI, anthropic, elevenLabs, elevenLabsStream, azureRecognition, azureSpeech
        case google, wyomingRecognition, wyomingSpeech

        static let withKeys: [Somebody] = [
            .openAI, .anthropic, .elevenLabs, .elevenLabsStream, .azureRecognition, .azureSpeech,
        ]
    }

    /// - Parameters:
    ///   - name: of the model or the voice; nil lets lists decide.
    ///   - port: nil for the sandbox's.
    private func provider(
        _ somebody: Somebody, name: String? = nil, language: String = "en", key: String = Self.key,
        port: Int? = nil
    ) -> any ExaminedProvider {
        let root = "http://127.0.0.1:\(port ?? sandbox.server.port)"
        func azure(_ part: AzureService.Part) -> AzureService {
            AzureService(
                part, region: nil, baseURL: root, key: key, client: client, clock: clock,
                log: log.log)
        }
        var options = ElevenLabsVoice.Options()
        options.voice = name
        let elevenLabs = HTTPService.elevenLabs(
            baseURL: root, key: key, client: client, clock: clock, log: log.log)
        let wyoming = WyomingServer(
            baseURL: "tcp://127.0.0.1:\(port ?? sandbox.wyomingPort!)", defaultPort: 1,
            clock: clock, log: log.log)
        switch somebody {
        case .openAI:
            let server = HTTPService.openAI(
                baseURL: root + "/v1", key: key, client: client, clock: clock, log: log.log)
            return OpenAISpeech(server, model: ModelChoice(name))
        case .anthropic:
            let server = HTTPService.anthropic(
                baseURL: root, key: key, client: client, clock: clock, log: log.log)
            return AnthropicMessages(server, model: ModelChoice(name), tools: nil)
        case .elevenLabs: return ElevenLabsSpeech(elevenLabs, voice: ElevenLabsVoice(options))
        case .elevenLabsStream:
            return ElevenLabsStream(elevenLabs, voice: ElevenLabsVoice(options))
        case .azureRecognition:
            return AzureRecognition(azure(.recognition), language: language)
        case .azureSpeech: return AzureSpeech(azure(.speech), language: language, voice: name)
        case .google:
            return GoogleTranslateSpeech(
                language: language, baseURL: root, client: client, clock: clock, log: log.log)
        case .wyomingRecognition:
            return WyomingRecognition(wyoming, model: name, language: language)
        case .wyomingSpeech: return WyomingSpeech(wyoming, voice: name, language: language)
        }
    }

    /// The name of the case that `examine` throws; nil if it does not.
    private static func failure(of provider: any ExaminedProvider) async -> String? {
        do throws(ProviderError) {
            _ = try await provider.examine()
            return nil
        } catch {
            return Mirror(reflecting: error).children.first?.label
        }
    }

    @Test(
        "Whoever is there can be reached, also with a wrong key; who is not, cannot",
        arguments: Somebody.allCases)
    func reachable(somebody: Somebody) async throws {
        #expect(await provider(somebody).isReachable())
        #expect(await provider(somebody, key: "wrong").isReachable())
        #expect(sandbox.requests.allSatisfy { $0.method == "HEAD" })
        // Nobody listens there.
        let nobody = provider(somebody, port: 9)
        #expect(await !nobody.isReachable())
        #expect(await Self.failure(of: nobody) == "unreachable")
    }

    @Test("Where no address is known, nobody can be reached")
    func nowhere() async throws {
        let azure = AzureService(
            .speech, region: nil, baseURL: nil, key: nil, client: client, clock: clock,
            log: log.log)
        let wyoming = WyomingServer(
            baseURL: nil, defaultPort: WyomingServer.speechPort, clock: clock, log: log.log)
        let providers: [any ExaminedProvider] = [
            AzureSpeech(azure, language: "en"), AzureRecognition(azure, language: "en"),
            WyomingSpeech(wyoming, voice: nil, language: nil),
            GoogleTranslateSpeech(
                language: "en", domain: "no domain", client: client, clock: clock, log: log.log),
        ]
        for provider in providers {
            #expect(await !provider.isReachable())
            #expect(await Self.failure(of: provider) == "unavailable")
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let somebody: Somebody
        var name: String?
        var choice: String?
        var warning: String?
        var testDescription: String { "\(somebody), \(name ?? "none named")" }
    }

    private static let adam = "voice adam0000000000000001 and model eleven_flash_v2_5"

    static let cases = [
        Case(somebody: .anthropic, choice: "model claude-haiku-5-5"),
        Case(
            somebody: .anthropic, name: "claude-haiku-4-5", choice: "model claude-haiku-4-5",
            warning: "the model claude-haiku-4-5 will be shut down: name another in the link's"
                + " setting model"),
        Case(
            somebody: .anthropic, name: "claude-0", choice: "model claude-0",
            warning: "it does not list the model claude-0"),
        Case(somebody: .elevenLabs, choice: adam), Case(somebody: .elevenLabsStream, choice: adam),
        Case(
            somebody: .elevenLabs, name: "nobody",
            choice: "voice nobody and model eleven_flash_v2_5",
            warning: "the account does not list the voice nobody"),
        Case(somebody: .azureRecognition, choice: "language en-US"),
        Case(somebody: .azureSpeech, choice: "voice en-US-JennyNeural"),
        Case(
            somebody: .azureSpeech, name: "en-US-NobodyNeural", choice: "voice en-US-NobodyNeural",
            warning: "it does not list the voice en-US-NobodyNeural"),
        Case(somebody: .google), Case(somebody: .wyomingRecognition),
        Case(
            somebody: .wyomingRecognition, name: "sandbox-ears", choice: "model sandbox-ears"),
        Case(
            somebody: .wyomingRecognition, name: "tiny", choice: "model tiny",
            warning: "it does not list the model tiny"),
        Case(somebody: .wyomingSpeech, choice: "voice sandbox-en"),
        // It is listed, but not installed.
        Case(
            somebody: .wyomingSpeech, name: "sandbox-fr", choice: "voice sandbox-fr",
            warning: "it does not list the voice sandbox-fr"),
    ]

    @Test("The doctor learns with what they would serve, at no cost", arguments: cases)
    func examined(example: Case) async throws {
        let found = try await provider(example.somebody, name: example.name).examine()
        #expect(found.choice == example.choice)
        #expect(found.warnings == (example.warning.map { [$0] } ?? []))
        #expect(sandbox.requests.allSatisfy { ["GET", "HEAD"].contains($0.method) })
    }

    @Test("A key that would be refused is, and stands in no log", arguments: Somebody.withKeys)
    func key(somebody: Somebody) async throws {
        let wrong = "another-key-than-the-right-one"
        #expect(await Self.failure(of: provider(somebody, key: wrong)) == "keyRefused")
        #expect(log.count(wrong) == 0)
    }

    @Test(
        "A language that is not theirs is told",
        arguments: [
            (.azureRecognition, "tlh"), (.azureSpeech, "tlh"), (.azureSpeech, "sv"),
            (.google, "tlh"), (.wyomingRecognition, "ja"), (.wyomingSpeech, "fr"),
        ] as [(Somebody, String)])
    func foreign(somebody: Somebody, language: String) async throws {
        let provider = provider(somebody, language: language)
        #expect(await Self.failure(of: provider) == "foreignLanguage")
    }
}
