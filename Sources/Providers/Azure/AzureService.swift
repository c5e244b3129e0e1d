public import Voice

/// Azure's speech services: in one of its regions, where each has a host of its own, or at an
/// address. Without either there is nobody to ask, and whoever asks is told what to set.
public struct AzureService: Sendable {
    /// What is asked for.
    public enum Part: Sendable { case recognition, speech }

    static let name = "azure"
    /// Of resources with a domain of their own.
    private static let ownDomain = "cognitiveservices.azure.com"
    private static let domains = ["speech.microsoft.com", ownDomain]
    private let place: Result<HTTPService, ProviderError>
    /// Where the voices are listed, to whoever has the key.
    private let voices: Result<HTTPService, ProviderError>

    /// - Parameters:
    ///   - region: its id, as in `westeurope`; its name does as well.
    ///   - baseURL: used instead of the region's hosts: that of a resource with a domain of its
    ///     own (`https://NAME.cognitiveservices.azure.com`, where recognition lies below `/stt`
    ///     and speech below `/tts`), or of another server, which has the paths of a region's
    ///     hosts, `/speech/recognition/…` and `/cognitiveservices/…`.
    ///   - key: goes into `Ocp-Apim-Subscription-Key`; nil for a server that asks for none, which
    ///     Azure's is not.
    public init(
        _ part: Part, region: String?, baseURL: String?, key: String?, client: HTTPClient,
        timeout: Duration = HTTPService.defaultTimeout, clock: any MomentClock, log: Log
    ) {
        func service(for part: Part) -> Result<HTTPService, ProviderError> {
            do {
                return .success(
                    HTTPService(
                        name: Self.name,
                        baseURL: try Self.url(of: part, region: region, baseURL: baseURL),
                        credential: .header("Ocp-Apim-Subscription-Key", ifAny: key),
                        vendors: Self.domains, client: client, timeout: timeout, clock: clock,
                        log: log, meaning: Self.meaning))
            } catch {
                return .failure(error)
            }
        }
        place = service(for: part)
        voices = service(for: .speech)
    }

    /// - Throws: `unavailable`, with what to set.
    var server: HTTPService {
        get throws(ProviderError) { try place.get() }
    }

    /// All voices that there are: the answer to a question that takes the key and costs nothing.
    func listedVoices() async throws(ProviderError) -> [AzureVoice] {
        try await AzureVoice.list(at: try voices.get())
    }

    func isReachable() async -> Bool {
        guard case .success(let server) = place else { return false }
        return await server.isReachable()
    }

    /// Opens connections for what is soon to come; returns at once.
    func warm(_ path: String, connections: Int = 1) {
        guard case .success(let server) = place else { return }
        server.warm(path, connections: connections)
    }

    static func url(
        of part: Part, region: String?, baseURL: String?
    ) throws(ProviderError) -> String {
        if let baseURL {
            var url = baseURL
            while url.hasSuffix("/") { url.removeLast() }
            let host = url.hostInURL.lowercased()
            guard url.isURL(in: ownDomain), url.lowercased().hasSuffix(host)
            else { return url }
            return url + (part == .recognition ? "/stt" : "/tts")
        }
        // Who pastes "West Europe" means westeurope.
        let id = region.map { $0.lowercased().filter { !$0.isWhitespace } } ?? ""
        guard !id.isEmpty else {
            throw .unavailable(
                provider: name,
                reason: "its region is not known; set MICROSOFT_REGION, or the link's region or"
                    + " baseURL")
        }
        guard id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else {
            throw .unavailable(
                provider: name, reason: "\"\(id)\" is no region; use an id as \"westeurope\"")
        }
        let host = part == .recognition ? "stt" : "tts"
        return "https://\(id).\(host).speech.microsoft.com"
    }

    private static let meaning: HTTPService.FailureMeaning = { failure, provider in
        switch failure.status {
        case 401:
            .keyRefused(
                provider: provider,
                reason: "\(failure.message) (a key is good in its own region only)")
        // A free account that has had its month's worth.
        case 403 where failure.message.lowercased().contains("quota"):
            .creditUsedUp(provider: provider, reason: failure.message)
        default: nil
        }
    }
}
