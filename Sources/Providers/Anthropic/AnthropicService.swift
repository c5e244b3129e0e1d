import FoundationEssentials
public import Voice

extension HTTPService {
    public static let anthropicURL = "https://api.anthropic.com"
    /// Every request names the version of the API that it was written for. From this one on there
    /// are no fields of sampling any more.
    static let anthropicVersion = (name: "anthropic-version", value: "2026-10-21")

    /// Anthropic's HTTP API, or a compatible one.
    ///
    /// - Parameters:
    ///   - baseURL: without the version, as Anthropic's own packages take it; one that ends in
    ///     `/v1` is understood, too.
    ///   - key: nil or empty for a server that asks for none, which Anthropic's is not.
    public static func anthropic(
        name: String = "anthropic", baseURL: String = anthropicURL, key: String?,
        client: HTTPClient, timeout: Duration = defaultTimeout, clock: any MomentClock, log: Log
    ) -> HTTPService {
        var root = baseURL[...]
        for ending in ["/", "/v1"] where root.hasSuffix(ending) { root.removeLast(ending.count) }
        return HTTPService(
            name: name, baseURL: String(root), credential: .header("x-api-key", ifAny: key),
            vendors: ["anthropic.com"], client: client, timeout: timeout, clock: clock, log: log,
            meaning: anthropicMeaning)
    }

    /// What the types of errors mean where the status does not say it: in the middle of a stream,
    /// and for credit, which is a bad request like any other but for its words.
    private static func anthropicMeaning(
        _ failure: ServiceFailure, provider: String
    ) -> ProviderError? {
        let message = failure.message
        let isCredit = ["credit balance", "usage limits"].contains { message.contains($0) }
        if failure.status == 400, isCredit {
            return .creditUsedUp(provider: provider, reason: message)
        }
        guard failure.status == 200 else { return nil }
        for code in failure.codes {
            switch code {
            case "authentication_error", "permission_error":
                return .keyRefused(provider: provider, reason: message)
            case "rate_limit_error": return .busy(provider: provider, retryAfter: nil)
            case "invalid_request_error", "not_found_error", "request_too_large":
                return .refused(provider: provider, reason: message)
            default: continue
            }
        }
        return nil
    }

    // MARK: - Models

    private static let mostPages = 10

    /// What `GET /v1/models` lists, page by page, but for the models that are gone already.
    ///
    /// - Parameter pageSize: 1...1000.
    func anthropicModels(pageSize: Int = 1000) async throws(ProviderError) -> [ListedModel] {
        var models: [ListedModel] = []
        var after = ""
        for _ in 0..<Self.mostPages {
            let page = try await page("limit=\(pageSize)\(after)")
            models += page.data.compactMap(\.listed)
            guard page.has_more == true, let last = page.last_id else { break }
            after = "&after_id=\(last.percentEncoded)"
        }
        return models
    }

    private func page(_ query: String) async throws(ProviderError) -> ModelPage {
        var request = HTTPRequest(method: .get, url: url("/v1/models?\(query)"))
        request.headers.append(Self.anthropicVersion)
        let response = try await send(request)
        let bytes: [UInt8]
        do {
            bytes = try await response.body.read(atMost: 1 << 20, within: patience)
        } catch {
            throw ProviderError(error, from: name)
        }
        guard let page = try? JSONDecoder().decode(ModelPage.self, from: Data(bytes)) else {
            throw .failed(provider: name, reason: "its list of models is no JSON with data")
        }
        return page
    }
}

private struct ModelPage: Decodable {
    let data: [Model]
    let has_more: Bool?
    let last_id: String?

    struct Model: Decodable {
        let id: String
        /// RFC 3339.
        let created_at: String?
        /// `active`, `deprecated` or `retired`.
        let lifecycle: String?
        let retires_at: String?

        var listed: ListedModel? {
            // Those that are gone stay in the list.
            guard lifecycle != "retired" else { return nil }
            let isLeaving = lifecycle == "deprecated" || retires_at != nil
            return ListedModel(
                id: id, created: created, shutdown: isLeaving ? retires_at ?? "announced" : nil)
        }

        /// Of the moments of one list, which are all written alike, the digits tell which is later.
        private var created: Double? {
            created_at.flatMap { Double($0.filter(\.isASCIIDigit).prefix(14)) }
        }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
