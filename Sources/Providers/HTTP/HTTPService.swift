import FoundationEssentials
public import Voice

/// A server that speaks OpenAI's HTTP API: OpenAI's own, or one of the many that are compatible.
public struct OpenAIServer: Sendable {
    /// By which settings, logs and messages know it.
    public let name: String
    /// Without a slash at the end; the version belongs to it, as in `https://api.openai.com/v1`.
    public let baseURL: String
    private let key: String?
    let client: HTTPClient
    private let limits: HTTPRequest.Limits
    private let policy: RetryPolicy
    let clock: any MomentClock
    private let log: Log

    public static let defaultURL = "https://api.openai.com/v1"
    /// How long an answer may take to begin, where the settings do not say.
    public static let defaultTimeout = Duration.seconds(15)
    /// What is read of an answer that says why there is none.
    private static let mostErrorBytes = 64 * 1024

    /// - Parameters:
    ///   - baseURL: `http` or `https`.
    ///   - key: nil or empty for a server that asks for none.
    ///   - timeout: how long an answer may take to begin once the question was sent.
    public init(
        name: String = "openai", baseURL: String = defaultURL, key: String?, client: HTTPClient,
        timeout: Duration = defaultTimeout, clock: any MomentClock, log: Log
    ) {
        self.name = name
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.key = key.flatMap { $0.isEmpty ? nil : $0 }
        self.client = client
        self.clock = clock
        self.log = log
        var limits = HTTPRequest.Limits()
        limits.connect = min(limits.connect, timeout)
        limits.firstByte = timeout
        limits.stall = min(limits.stall, timeout)
        self.limits = limits
        policy = RetryPolicy()
    }

    /// How long something that shows signs of life may take to come to the point.
    var patience: Duration { limits.firstByte * 2 }

    func note(_ line: String) { log.warning(line) }

    /// What a failure means that is told in the middle of an answer.
    func error(inStream told: OpenAIFailure.Body) -> ProviderError {
        OpenAIFailure(status: 200, told: told, key: key).error(of: name)
    }

    func url(_ path: String) -> String { baseURL + path }

    func post(_ path: String, body: [UInt8]) -> HTTPRequest {
        HTTPRequest(
            method: .post(body), url: url(path), headers: [("Content-Type", "application/json")])
    }

    func post(_ path: String, json: some Encodable) throws(ProviderError) -> HTTPRequest {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        do {
            return post(path, body: Array(try encoder.encode(json)))
        } catch {
            throw .failed(provider: name, reason: "the request cannot be written: \(error)")
        }
    }

    /// Sends a request, again where it may help, and returns when an answer begins that is one.
    func send(_ request: HTTPRequest) async throws(ProviderError) -> HTTPResponse {
        var request = request
        request.limits = limits
        if let key { request.headers.append(("Authorization", "Bearer \(key)")) }
        var retry = 0
        var waited = Duration.zero
        while true {
            let (response, error, pause) = await attempt(request, retry)
            if let response { return response }
            // Whoever speaks takes as long as it takes; what is bounded is the waiting.
            guard let pause, waited + pause < limits.firstByte else { throw error ?? .cancelled }
            waited += pause
            if let error { log.info("\(error); asking again") }
            retry += 1
            do {
                try await clock.sleep(for: pause)
            } catch {
                throw .cancelled
            }
        }
    }

    /// - Returns: an answer, or why there is none and after what pause it is worth another try.
    private func attempt(
        _ request: HTTPRequest, _ retry: Int
    ) async -> (HTTPResponse?, ProviderError?, Duration?) {
        let chance = Double.random(in: 0..<1)
        do {
            let response = try await client.send(request)
            guard response.status != 200 else { return (response, nil, nil) }
            let bytes = await response.body.whatComes(
                atMost: Self.mostErrorBytes, within: limits.stall)
            let failure = OpenAIFailure(
                status: response.status, headers: response.headers, body: bytes,
                key: key)
            let pause = policy.pause(
                afterStatus: response.status, headers: response.headers,
                isQuota: failure.isQuota, retry: retry, chance: chance)
            return (nil, failure.error(of: name), pause)
        } catch {
            let pause = policy.pause(after: error, retry: retry, chance: chance)
            return (nil, ProviderError(error, from: name), pause)
        }
    }
}

extension ProviderError {
    init(_ failure: HTTPFailure, from provider: String) {
        switch failure {
        case .unreachable(let host, let reason):
            self = .unreachable(provider: provider, reason: "\(host): \(reason)")
        case .untrusted(let host, let reason):
            self = .unreachable(
                provider: provider, reason: "\(host) is not who it says it is: \(reason)")
        case .timedOut(_, let limit): self = .timedOut(provider: provider, after: limit)
        case .impossible(let reason): self = .refused(provider: provider, reason: reason)
        case .broken(let host, let reason):
            self = .down(provider: provider, reason: "\(host): \(reason)")
        case .cancelled: self = .cancelled
        }
    }
}
