import FoundationEssentials
public import Voice

/// The voices of OpenAI and of servers that are compatible with it.
public struct OpenAIVoices: VoiceLibrary {
    private let server: HTTPService
    private let model: ModelChoice

    /// Those that OpenAI's description of its API names; it has no request that lists them.
    private static let documented = [
        "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer",
        "verse", "marin", "cedar",
    ]

    public init(_ server: HTTPService, model: ModelChoice) {
        self.server = server
        self.model = model
    }

    /// What a compatible server lists at `/audio/voices`; one that does not know the request takes
    /// OpenAI's names, as most do.
    public func voices() async throws(ProviderError) -> [OfferedVoice] {
        guard server.baseURL.hostInURL != HTTPService.openAIURL.hostInURL else { return Self.usual }
        do {
            let listed: Listed = try await server.get(
                "/audio/voices", "its list of voices is none")
            return listed.voices
        } catch {
            guard case .refused = error else { throw error }
            return Self.usual
        }
    }

    private static let usual = documented.map {
        OfferedVoice(id: $0, name: $0.prefix(1).uppercased() + $0.dropFirst())
    }

    /// It has no recordings: the voice says the sentence.
    public func preview(
        of voice: OfferedVoice, saying sentence: String
    ) async throws(ProviderError) -> AudioStream {
        var options = OpenAISpeech.Options()
        options.voice = voice.id
        return try await OpenAISpeech(server, model: model, options: options).speech(for: sentence)
    }

    /// `{"voices":[…]}` or the bare list; of names, as older servers have it, or of objects.
    struct Listed: Decodable {
        let voices: [OfferedVoice]

        private enum CodingKeys: String, CodingKey { case voices }

        init(from decoder: any Decoder) throws {
            let named =
                try (try? decoder.container(keyedBy: CodingKeys.self))?
                .decode([Named].self, forKey: .voices)
                ?? decoder.singleValueContainer().decode([Named].self)
            voices = named.map { OfferedVoice(id: $0.id, name: $0.name, language: $0.language) }
        }
    }

    private struct Named: Decodable {
        let id: String
        let name: String
        let language: String?

        private enum CodingKeys: String, CodingKey { case id, name, language }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                (id, name, language) = (text, text, nil)
                return
            }
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            let id = try? fields.decode(String.self, forKey: .id)
            let name = try? fields.decode(String.self, forKey: .name)
            // Some have only the one, some only the other.
            guard let known = id ?? name else {
                throw DecodingError.keyNotFound(
                    CodingKeys.id, .init(codingPath: decoder.codingPath, debugDescription: ""))
            }
            self.id = known
            self.name = name ?? known
            language = try? fields.decode(String.self, forKey: .language)
        }
    }
}
