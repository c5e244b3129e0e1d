public import Voice

extension HTTPService {
    public static let openAIURL = "https://api.openai.com/v1"

    /// OpenAI's HTTP API: its own, or one of the many that are compatible.
    ///
    /// - Parameters:
    ///   - baseURL: the version belongs to it.
    ///   - key: nil or empty for a server that asks for none, which OpenAI's is not.
    public static func openAI(
        name: String = "openai", baseURL: String = openAIURL, key: String?, client: HTTPClient,
        timeout: Duration = defaultTimeout, clock: any MomentClock, log: Log
    ) -> HTTPService {
        HTTPService(
            name: name, baseURL: baseURL, credential: .bearer(ifAny: key),
            vendors: ["openai.com"], client: client, timeout: timeout, clock: clock, log: log)
    }
}
