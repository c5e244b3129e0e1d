import FoundationEssentials
public import Voice

/// A service elsewhere that is asked by HTTP. It shows its credentials, asks again where that may
/// help, and tells in a provider's words why there is no answer.
public struct HTTPService: Sendable {
    /// By which settings, logs and messages know it.
    public let name: String
    /// Without a slash at the end; the version belongs to it, as in `https://api.openai.com/v1`.
    public let baseURL: String
    private let credential: Credential?
    let client: HTTPClient
    private let limits: HTTPRequest.Limits
    private let policy: RetryPolicy
    private let meaning: FailureMeaning
    let clock: any MomentClock
    private let log: Log

    /// What shows who asks. Stands in no log and no message.
    public enum Credential: Sendable {
        /// `Authorization: Bearer KEY`.
        case bearer(String)
        /// A header of the service's own.
        case header(String, key: String)

        /// Nil where a service asks for none.
        public static func bearer(ifAny key: String?) -> Credential? {
            key.flatMap { $0.isEmpty ? nil : .bearer($0) }
        }

        /// Nil where a service asks for none.
        public static func header(_ name: String, ifAny key: String?) -> Credential? {
            key.flatMap { $0.isEmpty ? nil : .header(name, key: $0) }
        }

        var key: String {
            switch self {
            case .bearer(let key), .header(_, let key): key
            }
        }

        var header: (String, String) {
            switch self {
            case .bearer(let key): ("Authorization", "Bearer \(key)")
            case .header(let name, let key): (name, key)
            }
        }
    }

    /// What a refusal means where a service has its own way; nil for the usual.
    typealias FailureMeaning = @Sendable (ServiceFailure, _ provider: String) -> ProviderError?

    /// How long an answer may take to begin, where the settings do not say.
    public static let defaultTimeout = Duration.seconds(15)
    /// What is read of an answer that says why there is none.
    private static let mostErrorBytes = 64 * 1024

    /// - Parameters:
    ///   - baseURL: `http` or `https`.
    ///   - credential: nil for a service that asks for none.
    ///   - timeout: how long an answer may take to begin once the question was sent.
    public init(
        name: String, baseURL: String, credential: Credential?, client: HTTPClient,
        timeout: Duration = defaultTimeout, clock: any MomentClock, log: Log
    ) {
        self.init(
            name: name, baseURL: baseURL, credential: credential, client: client,
            timeout: timeout, clock: clock, log: log, meaning: { _, _ in nil })
    }

    init(
        name: String, baseURL: String, credential: Credential?, client: HTTPClient,
        timeout: Duration, clock: any MomentClock, log: Log,
        meaning: @escaping FailureMeaning
    ) {
        self.name = name
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.credential = credential
        self.client = client
        self.clock = clock
        self.log = log
        self.meaning = meaning
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
    func error(inStream told: ServiceFailure.Body) -> ProviderError {
        error(of: ServiceFailure(status: 200, told: told, key: credential?.key))
    }

    func error(of failure: ServiceFailure) -> ProviderError {
        meaning(failure, name) ?? failure.error(of: name)
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
        if let credential { request.headers.append(credential.header) }
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
            let failure = ServiceFailure(
                status: response.status, headers: response.headers, body: bytes,
                key: credential?.key)
            let pause = policy.pause(
                afterStatus: response.status, headers: response.headers,
                isQuota: failure.isQuota, retry: retry, chance: chance)
            return (nil, error(of: failure), pause)
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
