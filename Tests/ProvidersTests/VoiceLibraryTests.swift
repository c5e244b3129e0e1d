import FoundationEssentials
import TestSupport
import Testing
import Voice

@testable import Providers
@testable import sandbox

/// The voices of those who only list them. (Those of ElevenLabs come and go: `ElevenLabsTests`.)
@Suite(.timeLimit(.minutes(1)))
struct VoiceLibraryTests {
    static let forms: [(json: String, voices: [OfferedVoice])] = [
        (#"{"voices":["a","b"]}"#, [.init(id: "a", name: "a"), .init(id: "b", name: "b")]),
        (#"["a"]"#, [.init(id: "a", name: "a")]), (#"{"voices":[]}"#, []),
        (
            #"{"voices":[{"id":"af_bella","name":"Bella","language":"en-us"}]}"#,
            [.init(id: "af_bella", name: "Bella", language: "en-us")]
        ),
        (
            #"{"voices":[{"name":"x"},{"id":"y"}]}"#,
            [.init(id: "x", name: "x"), .init(id: "y", name: "y")]
        ),
    ]

    @Test("Compatible servers list their voices in several forms", arguments: forms)
    func listed(json: String, voices: [OfferedVoice]) throws {
        let list = try JSONDecoder().decode(OpenAIVoices.Listed.self, from: Data(json.utf8))
        #expect(list.voices == voices)
    }

    @Test("What is no list is none", arguments: [#"{"voices":"a"}"#, "{}", #"[{"x":1}]"#, "7"])
    func noList(json: String) {
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(OpenAIVoices.Listed.self, from: Data(json.utf8))
        }
    }

    private func library(_ url: String) -> OpenAIVoices {
        OpenAIVoices(
            HTTPService.openAI(
                baseURL: url, key: "k", client: HTTPClient(), clock: InstantClock(), log: .silent),
            model: ModelChoice("tts-1"))
    }

    @Test("A server that lists none has OpenAI's voices, which can be heard")
    func documented() async throws {
        let sandbox = try Sandbox()
        let library = library(sandbox.baseURL)
        let voices = try await library.voices()
        #expect(voices.count == 13)
        #expect(voices.first == OfferedVoice(id: "alloy", name: "Alloy"))
        var frames = 0
        for try await chunk in try await library.preview(of: voices[3], saying: "one two") {
            frames += chunk.frames
        }
        #expect(frames == 24 * 240)
    }

    @Test("Of OpenAI itself nobody asks for what it does not have")
    func ownCloud() async throws {
        #expect(try await library(HTTPService.openAIURL).voices().count == 13)
    }

    @Test("espeak-ng's table is read: its languages, and what it calls their voices")
    func table() {
        let voices = ESpeakVoices.voices(
            in: """
                Pty Language       Age/Gender VoiceName          File                 Other Languages
                 5  de              --/M      German             gmw/de
                 2  en-gb           --/M      English_(Great_Britain) gmw/en        (en 2)
                 5  en-gb           --/M      English_(Other)    gmw/en-x
                short row

                """)
        #expect(
            voices == [
                .init(id: "de", name: "German", language: "de"),
                .init(id: "en-gb", name: "English (Great Britain)", language: "en-gb"),
            ])
    }

    @Test("espeak-ng lists its voices, and they can be heard")
    func eSpeak() async throws {
        let library = ESpeakVoices()
        let voices = try await library.voices()
        let german = try #require(voices.first { $0.id == "de" })
        var frames = 0
        for try await chunk in try await library.preview(of: german, saying: "Guten Tag.") {
            frames += chunk.frames
        }
        #expect(voices.count > 100 && frames > 1000)
        await #expect(throws: ProviderError.self) {
            try await ESpeakVoices(program: "no-such-program").voices()
        }
    }
}

/// The models of those who list them.
@Suite(.timeLimit(.minutes(1)))
struct ModelListTests {
    private let client = HTTPClient()

    private func openAI(_ url: String) -> HTTPService {
        HTTPService.openAI(
            baseURL: url, key: "k", client: client, clock: InstantClock(), log: .silent)
    }

    @Test("Models are offered, those that are made for it first")
    func fit() async throws {
        let sandbox = try Sandbox()
        let root = "http://127.0.0.1:\(sandbox.server.port)"
        let lists: [any ModelLibrary] = [
            OpenAIModels(openAI(sandbox.baseURL), for: .chat),
            OpenAIModels(openAI(sandbox.baseURL), for: .transcription),
            OpenAIModels(openAI(sandbox.baseURL), for: .speech),
            AnthropicModels(
                .anthropic(
                    baseURL: root, key: "k", client: client, clock: InstantClock(), log: .silent)),
            ElevenLabsModels(
                .elevenLabs(
                    baseURL: root, key: "k", client: client, clock: InstantClock(), log: .silent)),
        ]
        for list in lists {
            let models = try await list.models()
            #expect(models.first?.isFit == true)
            let firstOther = models.firstIndex { !$0.isFit } ?? models.endIndex
            #expect(models[firstOther...].allSatisfy { !$0.isFit })
            #expect(Set(models.map(\.id)).count == models.count)
        }
    }

    @Test("The first is the one that is chosen where none is named")
    func chosen() async throws {
        let sandbox = try Sandbox()
        let server = openAI(sandbox.baseURL)
        let models = try await OpenAIModels(server, for: .chat).models()
        let chosen = try await ModelChoice(nil).id(for: .chat, at: server)
        #expect(models.first?.id == chosen)
        #expect(models.contains { $0.shutdown != nil })
    }
}
