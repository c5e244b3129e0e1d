import FoundationEssentials
import Synchronization
import Voice

/// Which voice speaks: the one that the settings name, or, if they name none, one that Azure lists
/// for the language. None is written down here: voices come and go.
final class AzureVoiceChoice: Sendable {
    private let state: Mutex<String?>

    /// - Parameter name: nil lets the list decide.
    init(_ name: String?) { state = Mutex(name) }

    /// The short name; who does not know it yet asks for the list.
    func name(
        for locale: String, at server: HTTPService
    ) async throws(ProviderError) -> String {
        if let known = state.withLock({ $0 }) { return known }
        return try name(for: locale, among: try await AzureVoice.list(at: server), at: server)
    }

    /// - Parameter voices: all that Azure lists.
    func name(
        for locale: String, among voices: [AzureVoice], at server: HTTPService
    ) throws(ProviderError) -> String {
        if let known = state.withLock({ $0 }) { return known }
        guard let voice = AzureVoice.choose(from: voices, for: locale) else {
            throw .foreignLanguage(provider: server.name, language: locale)
        }
        state.withLock { $0 = voice.name }
        return voice.name
    }
}

/// A voice as `voices/list` lists it.
struct AzureVoice: Decodable {
    let name: String
    let locale: String
    let type: String?
    let status: String?

    private enum CodingKeys: String, CodingKey {
        case name = "ShortName"
        case locale = "Locale"
        case type = "VoiceType"
        case status = "Status"
    }

    static let path = "/cognitiveservices/voices/list"
    /// Some hundred voices have less than one.
    private static let mostBytes = 4 << 20

    /// The first of the best: those of the country before those of the language, those that stay
    /// (`GA`) before previews, neural ones before others.
    static func choose(from voices: [AzureVoice], for locale: String) -> AzureVoice? {
        func rank(_ voice: AzureVoice) -> Int {
            let isThere = voice.locale.lowercased() == locale.lowercased()
            return (isThere ? 4 : 0) + (voice.status == "GA" ? 2 : 0)
                + (voice.type == "Neural" ? 1 : 0)
        }
        let language = locale.prefix { $0 != "-" }.lowercased() + "-"
        var best: AzureVoice?
        for voice in voices where voice.locale.lowercased().hasPrefix(language) {
            if best.map({ rank($0) < rank(voice) }) ?? true { best = voice }
        }
        return best
    }

    /// All that there are.
    static func list(at server: HTTPService) async throws(ProviderError) -> [AzureVoice] {
        let response = try await server.send(
            HTTPRequest(method: .get, url: server.url(path), headers: AzureSpeech.userAgent))
        let bytes: [UInt8]
        do {
            bytes = try await response.body.read(atMost: mostBytes, within: server.patience)
        } catch {
            throw ProviderError(error, from: server.name)
        }
        guard let list = try? JSONDecoder().decode([AzureVoice].self, from: Data(bytes)) else {
            throw .failed(
                provider: server.name, reason: "its list of voices is no JSON list with names")
        }
        return list
    }
}
