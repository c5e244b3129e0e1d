import Synchronization
import Voice

/// Which model is asked: the one that the settings name, or, if they name none, one that the server
/// itself lists. None is written down here: models come and go faster than this program.
public final class ModelChoice: Sendable {
    /// What a model is needed for.
    public enum Purpose: String, Sendable {
        case transcription, chat, speech
        /// Over the Realtime API.
        case liveTranscription = "live transcription"
        case realtimeVoice = "realtime speech"
    }

    private let state: Mutex<String?>

    /// - Parameter name: as the server knows it; nil lets the server's list decide.
    public init(_ name: String?) { state = Mutex(name) }

    /// The model's id; who does not know it yet asks for the list.
    func id(for purpose: Purpose, at server: HTTPService) async throws(ProviderError) -> String {
        if let known { return known }
        return try choose(from: try await server.models(), for: purpose, at: server)
    }

    /// Nil before a list was asked for.
    var known: String? { state.withLock { $0 } }

    /// The best of those that `server` lists, from now on.
    func choose(
        from models: [ListedModel], for purpose: Purpose, at server: HTTPService
    ) throws(ProviderError) -> String {
        guard let id = ListedModel.choose(from: models, for: purpose) else {
            throw .unavailable(
                provider: server.name,
                reason:
                    "it lists no model for \(purpose.rawValue); name one in the link's setting model"
            )
        }
        state.withLock { $0 = id }
        return id
    }
}

extension ModelChoice {
    /// Looks the model up in the server's list.
    func examine(for purpose: Purpose, at server: HTTPService) async throws(ProviderError)
        -> Examination
    {
        try examine(among: try await server.models(), for: purpose, at: server)
    }

    /// - Parameter models: the server's list.
    func examine(
        among models: [ListedModel], for purpose: Purpose, at server: HTTPService
    ) throws(ProviderError) -> Examination {
        let id: String
        if let known {
            id = known
        } else {
            id = try choose(from: models, for: purpose, at: server)
        }
        guard let model = models.first(where: { $0.id == id }) else {
            // Small servers list nothing, and serve whatever is asked for.
            let unknown = "it does not list the model \(id)"
            return Examination(choice: "model \(id)", warnings: models.isEmpty ? [] : [unknown])
        }
        let end = model.shutdown.map { day in
            let moment = day.first?.isNumber == true ? " on \(day.prefix(10))" : ""
            return "the model \(id) will be shut down\(moment): name another in the link's setting"
                + " model"
        }
        return Examination(choice: "model \(id)", warnings: end.map { [$0] } ?? [])
    }
}

/// A model as `GET /models` lists it.
struct ListedModel: Decodable {
    let id: String
    /// In seconds since 1970 or any other count of a server's: it is compared with others of the
    /// same list only.
    let created: Double?
    /// The day when it will be gone, as `2027-01-06`, or any text if that is not known.
    let shutdown: String?

    private enum CodingKeys: String, CodingKey {
        case id, created
        case shutdown = "shutdown_date"
    }

    init(id: String, created: Double? = nil, shutdown: String? = nil) {
        self.id = id
        self.created = created
        self.shutdown = shutdown
    }

    /// The best of those that are made for `purpose`, as far as their names tell: one that stays
    /// before one that goes, a small and quick one before a large one, a new one before an old.
    static func choose(from models: [ListedModel], for purpose: ModelChoice.Purpose) -> String? {
        let fit = models.filter { $0.suits(purpose) }
        // A server with a single model has it for whatever it serves.
        guard !fit.isEmpty else { return models.count == 1 ? models[0].id : nil }
        return fit.max { one, other in one.rank(purpose) < other.rank(purpose) }?.id
    }

    func suits(_ purpose: ModelChoice.Purpose) -> Bool {
        let words = id.lowercased()
        func has(_ parts: [String]) -> Bool { parts.contains { words.contains($0) } }
        switch purpose {
        case .transcription:
            return has(["transcribe", "whisper", "stt", "parakeet"])
                && !has(["realtime", "live", "diarize"])
        case .liveTranscription:
            return has(["live-transcribe"]) || has(["realtime"]) && has(["whisper", "transcribe"])
        case .realtimeVoice:
            return has(["realtime"]) && !has(["whisper", "transcribe", "translate"])
        case .speech: return has(["tts", "kokoro", "piper", "speech"]) && !has(["realtime"])
        case .chat:
            return !has([
                "transcribe", "whisper", "tts", "audio", "realtime", "live", "image", "embed",
                "moderation", "dall-e", "sora", "codex", "search", "research", "instruct",
                "computer", "rerank", "kokoro", "piper", "davinci", "babbage",
            ])
        }
    }

    func rank(_ purpose: ModelChoice.Purpose) -> (Int, Int, Double, String) {
        let words = id.lowercased()
        let isSmall = ["mini", "nano", "luna", "flash", "haiku", "small"].contains {
            words.contains($0)
        }
        // Of those that listen the small ones are not good enough for what is said in a room.
        let isSmallEnough = purpose == .chat || purpose == .realtimeVoice
        // Made for conversations, these hear more while somebody still speaks.
        let isLive = purpose == .liveTranscription && words.contains("live")
        let fitness = isSmallEnough && isSmall || isLive ? 1 : 0
        return (shutdown == nil ? 1 : 0, fitness, created ?? 0, id)
    }
}
