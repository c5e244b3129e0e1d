import FoundationEssentials
import Voice
import WebSockets

/// A service elsewhere that is asked by HTTP. It shows its credentials, asks again where that may
/// help, and tells in a provider's words why there is no answer.
public struct HTTPService: Sendable {
    /// By which settings, logs and messages know it.
    public let name: String
    /// Without a slash at the end; the version belongs to it, as in `https://api.openai.com/v1`.
    public let baseURL: String
    private let credential: Credential?
    /// Why it is asked for nothing; nil if it is asked.
    private let obstacle: ProviderError?
    let client: HTTPClient
    let limits: HTTPRequest.Limits
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
    ///   - vendors: the domains at which nobody is answered without one; elsewhere somebody may
    ///     answer everybody.
    ///   - timeout: how long an answer may take to begin once the question was sent.
    init(
        name: String, baseURL: String, credential: Credential?, vendors: [String] = [],
        client: HTTPClient, timeout: Duration, clock: any MomentClock, log: Log,
        meaning: @escaping FailureMeaning = { _, _ in nil }
    ) {
        self.name = name
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.credential = credential
        let needsKey = credential == nil && vendors.contains { baseURL.isURL(in: $0) }
        obstacle = needsKey ? Self.missingKey(for: name, at: baseURL) : nil
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

    private static func missingKey(for name: String, at url: String) -> ProviderError {
        url.lowercased().hasPrefix("https:")
            ? .keyMissing(provider: name)
            : .unavailable(
                provider: name,
                reason: "its key is not sent where others could read it; begin baseURL with https")
    }

    /// Nobody's words are sent to who will not take them.
    ///
    /// - Throws: why it is asked for nothing.
    func checkKey() throws(ProviderError) {
        if let obstacle { throw obstacle }
    }

    /// Opens connections for what is soon to come; returns at once.
    func warm(_ path: String = "", connections: Int = 1) {
        guard obstacle == nil else { return }
        client.warm(url(path), connections: connections)
    }

    /// Whether there is a way to it; it is asked for nothing.
    func isReachable() async -> Bool {
        do {
            try await reach()
            return true
        } catch {
            return false
        }
    }

    /// Looks whether there is a way to it; it is asked for nothing.
    ///
    /// - Throws: why there is none.
    func reach() async throws(ProviderError) {
        do {
            try await client.reach(baseURL)
        } catch {
            throw ProviderError(error, from: name)
        }
    }

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
    ///
    /// - Parameter actsOnce: what it asks for must not be done twice: it is sent again only after
    ///   an answer that says that nothing was done.
    func send(
        _ request: HTTPRequest, actsOnce: Bool = false
    ) async throws(ProviderError) -> HTTPResponse {
        let request = dressed(request)
        return try await persistently(actsOnce: actsOnce) { () async throws(HTTPFailure) in
            let response = try await client.send(request)
            guard response.status != 200 else { return .success(response) }
            let bytes = await response.body.whatComes(
                atMost: Self.mostErrorBytes, within: limits.stall)
            return .failure(Refusal(response.status, response.headers, bytes))
        }
    }

    /// Opens a WebSocket, asking again where it may help: a handshake that is refused means what
    /// any other answer would.
    ///
    /// - Parameter path: with its query; the scheme is the base URL's, `http` or `https`.
    func open(
        _ path: String, headers: [(name: String, value: String)] = [],
        limits: WebSocketLimits = WebSocketLimits()
    ) async throws(ProviderError) -> WebSocket {
        let request = dressed(HTTPRequest(method: .get, url: url(path), headers: headers))
        return try await persistently { () async throws(HTTPFailure) in
            switch try await client.webSocket(request, limits: limits) {
            case .open(let socket): return .success(socket)
            case .refused(let status, let headers, let body):
                return .failure(Refusal(status, headers, body))
            }
        }
    }

    /// What the end of a WebSocket means to whoever waited for more.
    func error(of end: WebSocketEnd) -> ProviderError {
        switch end {
        case .cancelled: .cancelled
        case .timedOut(let limit): .timedOut(provider: name, after: limit)
        case .broken(let reason): .down(provider: name, reason: "\(baseURL.hostInURL): \(reason)")
        case .closed(let code, let reason):
            error(
                of: ServiceFailure(
                    status: code, told: ServiceFailure.Body(message: reason),
                    key: credential?.key))
        }
    }

    private func dressed(_ request: HTTPRequest) -> HTTPRequest {
        var request = request
        request.limits = limits
        if let credential { request.headers.append(credential.header) }
        return request
    }

    /// An answer that is none.
    private struct Refusal: Error {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        init(_ status: Int, _ headers: HTTPHeaders, _ body: [UInt8]) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }

    /// Tries until there is an answer, or no hope of one.
    private func persistently<Answer: Sendable>(
        actsOnce: Bool = false,
        _ attempt: () async throws(HTTPFailure) -> Result<Answer, Refusal>
    ) async throws(ProviderError) -> Answer {
        try checkKey()
        var retry = 0
        var waited = Duration.zero
        while true {
            let (answer, error, pause) = await judged(retry, actsOnce, attempt)
            if let answer { return answer }
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
    private func judged<Answer: Sendable>(
        _ retry: Int, _ actsOnce: Bool,
        _ attempt: () async throws(HTTPFailure) -> Result<Answer, Refusal>
    ) async -> (Answer?, ProviderError?, Duration?) {
        let chance = Double.random(in: 0..<1)
        do {
            switch try await attempt() {
            case .success(let answer): return (answer, nil, nil)
            case .failure(let refusal):
                let failure = ServiceFailure(
                    status: refusal.status, headers: refusal.headers, body: refusal.body,
                    key: credential?.key)
                let pause = policy.pause(
                    afterStatus: refusal.status, headers: refusal.headers,
                    isQuota: failure.isQuota, retry: retry, chance: chance)
                let isNothingDone = refusal.status == 429
                return (nil, error(of: failure), actsOnce && !isNothingDone ? nil : pause)
            }
        } catch {
            let pause = actsOnce ? nil : policy.pause(after: error, retry: retry, chance: chance)
            return (nil, ProviderError(error, from: name), pause)
        }
    }
}

extension ProviderError {
    init(_ failure: HTTPFailure, from provider: String) {
        switch failure {
        case .unreachable(let host, let reason):
            self = .unreachable(provider: provider, reason: "\(host): \(reason)")
        case .unconnected(let host, let limit):
            self = .unreachable(
                provider: provider, reason: "\(host): no connection within \(limit)")
        // Somebody is there: it is no trouble of the network.
        case .untrusted(let host, let reason):
            self = .down(
                provider: provider, reason: "\(host) is not who it says it is: \(reason)")
        case .timedOut(_, let limit): self = .timedOut(provider: provider, after: limit)
        case .impossible(let reason): self = .refused(provider: provider, reason: reason)
        case .broken(let host, let reason):
            self = .down(provider: provider, reason: "\(host): \(reason)")
        case .clockNotSet: self = .clockNotSet(provider: provider)
        case .cancelled: self = .cancelled
        }
    }
}
