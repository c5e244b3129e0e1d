import FoundationEssentials
import Synchronization
public import Voice

/// With which of the account's voices, which model and how fast is spoken: what the settings say,
/// or, where they say nothing, what the account's own lists offer.
public final class ElevenLabsVoice: Sendable {
    public struct Options: Equatable, Sendable {
        /// Nil lets the account's list decide.
        public var voice: String?
        /// Nil lets the service's list decide.
        public var model: String?
        /// BCP 47.
        public var language: String?
        /// 0.7...1.2, as the service has it; 1 is the voice's own.
        public var speed = 1.0

        public init() {}
    }

    private let options: Options
    private let pace: SpeakingPace
    private let found: Mutex<Choice>

    private struct Choice {
        var voice: String?
        var model: String?
    }

    /// The service refuses what lies outside.
    static let speeds = 0.7...1.2
    static let format = AudioFormat(framesPerSecond: 24_000, channels: 1)
    static let formatName = "pcm_24000"

    public init(_ options: Options = Options(), pace: SpeakingPace = SpeakingPace()) {
        self.options = options
        self.pace = pace
        found = Mutex(Choice(voice: options.voice, model: options.model))
    }

    /// What is to be asked for.
    struct Wish: Equatable, Sendable {
        let voice: String
        let model: String
        let language: String?
    }

    /// Whoever does not know it yet asks for the lists.
    func wish(at server: HTTPService) async throws(ProviderError) -> Wish {
        let known = found.withLock { $0 }
        var model = known.model
        if model == nil {
            model = ElevenLabsModel.choose(
                from: try await server.elevenLabsModels(), language: language)
        }
        guard let model else {
            throw .unavailable(
                provider: server.name,
                reason: "it lists no model for speech; name one in the link's setting model")
        }
        var voice = known.voice
        if voice == nil { voice = try await server.firstElevenLabsVoice() }
        guard let voice else {
            throw .unavailable(
                provider: server.name,
                reason: "the account has no voice; name one in the link's setting voice")
        }
        found.withLock { $0 = Choice(voice: voice, model: model) }
        return Wish(
            voice: voice, model: model,
            language: ElevenLabsModel.takesLanguage(model) ? language : nil)
    }

    /// Looks voice and model up in the account's lists.
    func examine(at server: HTTPService) async throws(ProviderError) -> Examination {
        let wish = try await wish(at: server)
        var found = Examination(choice: "voice \(wish.voice) and model \(wish.model)")
        // Some of what is not listed is there all the same.
        let voices = try await server.elevenLabsVoices()
        if !voices.contains(where: { $0.id == wish.voice }) {
            found.warnings.append("the account does not list the voice \(wish.voice)")
        }
        let models = try await server.elevenLabsModels()
        if !models.contains(where: { $0.id == wish.model }) {
            found.warnings.append("it does not list the model \(wish.model)")
        }
        return found
    }

    /// As fast as the settings and the person want, as far as the service goes.
    var speed: Double {
        min(Self.speeds.upperBound, max(Self.speeds.lowerBound, options.speed * pace.factor))
    }

    /// ISO 639-1: two letters.
    private var language: String? {
        let primary = options.language?.split(separator: "-").first.map { $0.lowercased() }
        return primary.flatMap { $0.utf8.count == 2 ? $0 : nil }
    }
}

/// A model as `GET /v1/models` lists it.
struct ElevenLabsModel: Decodable {
    let id: String
    let speaks: Bool?
    let languages: [Language]?

    struct Language: Decodable {
        let id: String

        private enum CodingKeys: String, CodingKey { case id = "language_id" }
    }

    private enum CodingKeys: String, CodingKey {
        case id = "model_id"
        case speaks = "can_do_text_to_speech"
        case languages
    }

    init(id: String, speaks: Bool? = nil, languages: [String]? = nil) {
        self.id = id
        self.speaks = speaks
        self.languages = languages?.map { Language(id: $0) }
    }

    /// The best for a conversation, as far as its name tells: one that knows the language before
    /// one that does not, a quick one before a slow one, a new one before an old.
    static func choose(from models: [ElevenLabsModel], language: String?) -> String? {
        models.filter { $0.speaks != false }.max { $0.rank(language) < $1.rank(language) }?.id
    }

    private func rank(_ language: String?) -> (Int, Int, String) {
        let knows = languages?.contains { known in language.map { known.id == $0 } ?? true } ?? true
        let words = id.lowercased()
        let quickness = ["flash", "turbo"].firstIndex { words.contains($0) } ?? 2
        return (knows ? 1 : 0, -quickness, id)
    }

    /// Those of the first two generations hear the language out of the text, and refused to be
    /// told it, or still do.
    static func takesLanguage(_ id: String) -> Bool { !id.hasSuffix("_v1") && !id.hasSuffix("_v2") }
}

extension HTTPService {
    func elevenLabsModels() async throws(ProviderError) -> [ElevenLabsModel] {
        try await get("/v1/models", "its list of models is no JSON as it should be")
    }

    /// Nobody's own, if there is one: a person's clone does not speak for the device unless
    /// somebody said so.
    fileprivate func firstElevenLabsVoice() async throws(ProviderError) -> String? {
        let voices = try await elevenLabsVoices()
        return (voices.first { !$0.isOwn } ?? voices.first)?.id
    }

    /// The JSON answer to a request without a body, all of which comes at once.
    ///
    /// - Parameter problem: what is told of an answer that is something else.
    func get<Answer: Decodable>(
        _ path: String, _ problem: String
    ) async throws(ProviderError) -> Answer {
        try await read(try await send(HTTPRequest(method: .get, url: url(path))), problem)
    }

    /// - Parameter problem: what is told of an answer that is something else.
    func read<Answer: Decodable>(
        _ response: HTTPResponse, _ problem: String
    ) async throws(ProviderError) -> Answer {
        let bytes: [UInt8]
        do {
            bytes = try await response.body.read(atMost: 8 << 20, within: patience)
        } catch {
            throw ProviderError(error, from: name)
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(bytes)) else {
            throw .failed(provider: name, reason: problem)
        }
        return answer
    }
}
