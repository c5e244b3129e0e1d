import Codec
import FoundationEssentials
public import Voice

/// The voices of an ElevenLabs account: to be listed, heard, made after people's, and removed.
public struct ElevenLabsLibrary: VoiceCloner {
    private let server: HTTPService

    /// The service takes 25 samples of 10 MB each; one or two minutes of speech are enough, and
    /// more than three no better.
    static let mostSamples = 25
    static let mostBytes = 20 << 20
    private static let longestName = 100
    private static let mostPreviewBytes = 4 << 20

    public init(_ server: HTTPService) { self.server = server }

    public func voices() async throws(ProviderError) -> [OfferedVoice] {
        try await server.elevenLabsVoices()
    }

    /// Recordings lie elsewhere as a rule; whoever has them is not shown the key.
    public func preview(
        of voice: OfferedVoice, saying sentence: String
    ) async throws(ProviderError) -> AudioStream {
        guard let url = voice.preview else {
            var options = ElevenLabsVoice.Options()
            options.voice = voice.id
            options.language = voice.language
            let speech = ElevenLabsSpeech(server, voice: ElevenLabsVoice(options))
            return try await speech.speech(for: sentence)
        }
        var request = HTTPRequest(method: .get, url: url)
        request.limits = server.limits
        let bytes: [UInt8]
        let type: String?
        do {
            let response = try await server.client.send(request)
            guard response.status == 200 else {
                throw HTTPFailure.broken(host: request.host, reason: "status \(response.status)")
            }
            type = response.headers["content-type"]
            bytes = try await response.body.read(
                atMost: Self.mostPreviewBytes, within: server.patience)
        } catch {
            throw ProviderError(error as? HTTPFailure ?? .cancelled, from: server.name)
        }
        let decoder = StreamedSound(mediaType: type, format: ElevenLabsVoice.format)
        do {
            let chunks = try decoder.decode(bytes) + decoder.finish()
            return AudioStream { stream in
                for chunk in chunks { stream.yield(chunk) }
                stream.finish()
            }
        } catch {
            throw .failed(provider: server.name, reason: "\(error)")
        }
    }

    public func clone(
        _ samples: [VoiceSample], name: String
    ) async throws(ProviderError) -> NewVoice {
        let bytes = samples.reduce(0) { $0 + $1.bytes.count }
        guard !samples.isEmpty, samples.count <= Self.mostSamples, bytes <= Self.mostBytes else {
            throw .refused(
                provider: server.name,
                reason: "it wants 1 to \(Self.mostSamples) samples of \(Self.mostBytes >> 20) MB "
                    + "at most, and was given \(samples.count) of \(bytes >> 20) MB")
        }
        if let reason = try await subscription().reasonAgainstAnother {
            throw .refused(provider: server.name, reason: reason)
        }
        var form = MultipartForm()
        form.add("name", String(name.prefix(Self.longestName)))
        for sample in samples { form.add("files", sample) }
        let response = try await server.send(
            HTTPRequest(
                method: .upload(form.upload), url: server.url("/v1/voices/add"),
                headers: [("Content-Type", form.mediaType)]), actsOnce: true)
        struct Made: Decodable {
            let voice_id: String
            let requires_verification: Bool?
        }
        let made: Made = try await server.read(response, "it does not name the voice that it made")
        return NewVoice(id: made.voice_id, needsVerification: made.requires_verification ?? false)
    }

    public func delete(_ id: String) async throws(ProviderError) {
        do {
            let response = try await server.send(
                HTTPRequest(method: .delete, url: server.url("/v1/voices/\(id.percentEncoded)")))
            response.body.discardRest()
        } catch {
            guard case .refused(_, let reason) = error, Self.isGone(reason) else { throw error }
        }
    }

    private static func isGone(_ reason: String) -> Bool {
        reason.hasPrefix(ElevenLabsFailure.noVoice) || reason.hasPrefix("status 404")
    }

    private func subscription() async throws(ProviderError) -> ElevenLabsSubscription {
        try await server.get("/v1/user/subscription", "its subscription is no JSON as it should be")
    }
}

/// What the account may do, as `GET /v1/user/subscription` tells.
struct ElevenLabsSubscription: Decodable {
    var can_use_instant_voice_cloning: Bool?
    var voice_slots_used: Int?
    var voice_limit: Int?
    var voice_add_edit_counter: Int?
    var max_voice_add_edits: Int?

    /// Why no voice can be added, in words; nil if one can, as far as is known.
    var reasonAgainstAnother: String? {
        if can_use_instant_voice_cloning == false {
            return "the account's plan does not include making voices; a paid plan does"
        }
        if let voice_slots_used, let voice_limit, voice_slots_used >= voice_limit {
            return "all \(voice_limit) places for voices are taken; remove a voice first"
        }
        if let voice_add_edit_counter, let max_voice_add_edits,
            voice_add_edit_counter >= max_voice_add_edits
        {
            return "the plan's \(max_voice_add_edits) changes of voices in this period are used up"
        }
        return nil
    }
}

extension HTTPService {
    /// Page by page, as long as there are more.
    func elevenLabsVoices() async throws(ProviderError) -> [OfferedVoice] {
        var voices: [OfferedVoice] = []
        var token: String?
        for _ in 0..<Self.mostPages {
            var path = "/v2/voices?page_size=100"
            if let token { path += "&next_page_token=\(token.percentEncoded)" }
            let page: ElevenLabsPage = try await get(path, "its list of voices is none")
            voices += page.voices.map(\.offered)
            guard page.has_more == true, let next = page.next_page_token, next != token else {
                break
            }
            token = next
        }
        return voices
    }

    /// Of a hundred voices each.
    private static let mostPages = 20
}

private struct ElevenLabsPage: Decodable {
    let voices: [Voice]
    let has_more: Bool?
    let next_page_token: String?

    struct Voice: Decodable {
        let voice_id: String
        let name: String
        let category: String?
        let labels: [String: String?]?
        let preview_url: String?
        let is_owner: Bool?

        var offered: OfferedVoice {
            // Whatever is neither the service's own nor somebody else's that was added.
            let isMade = ["cloned", "generated", "professional"].contains(category ?? "")
            let language = labels?["language"] ?? nil
            return OfferedVoice(
                id: voice_id, name: name, language: language?.isEmpty == false ? language : nil,
                preview: preview_url?.isEmpty == false ? preview_url : nil,
                isOwn: isMade && is_owner != false)
        }
    }
}
