import Voice

/// When and after what pause a request that failed is sent again. The figures are those of OpenAI's
/// own client (openai-python 3.52, `_base_client.py`), which its servers are made for.
struct RetryPolicy: Sendable {
    /// Beyond the first try.
    var retries = 2
    private static let firstPause = Duration.milliseconds(500)
    private static let longestPause = Duration.seconds(8)
    /// Whoever asks for more patience than this does not get it.
    private static let longestWish = Duration.seconds(120)

    /// The pause before the retry after an answer that is no success; nil if there is to be none.
    ///
    /// - Parameters:
    ///   - number: of the retry, from 0.
    ///   - isQuota: the answer says that the credit is used up, which no patience brings back.
    ///   - chance: 0..<1, at random.
    func pause(
        afterStatus status: Int, headers: HTTPHeaders, isQuota: Bool, retry number: Int,
        chance: Double
    ) -> Duration? {
        guard number < retries, !isQuota else { return nil }
        switch headers["x-should-retry"] {
        case "true"?: break
        case "false"?: return nil
        default:
            guard status == 408 || status == 409 || status == 429 || status >= 500 else {
                return nil
            }
        }
        if let wish = Self.wish(headers) { return wish <= Self.longestWish ? wish : nil }
        // An overloaded server is asked more slowly.
        return backOff(number, chance) * (status == 503 || status == 529 ? 2 : 1)
    }

    /// The same after a failure of the network.
    func pause(after failure: HTTPFailure, retry number: Int, chance: Double) -> Duration? {
        guard number < retries else { return nil }
        switch failure {
        case .cancelled, .untrusted, .impossible, .clockNotSet: return nil
        // It had its time, and somebody waits for whoever is next.
        case .timedOut, .unconnected: return nil
        case .unreachable, .broken: return backOff(number, chance)
        }
    }

    /// Twice as long each time, at most 8 s, and up to a quarter less so that many devices do not
    /// come back all at once.
    private func backOff(_ number: Int, _ chance: Double) -> Duration {
        var pause = Self.firstPause
        for _ in 0..<number { pause = min(pause * 2, Self.longestPause) }
        return pause * (1 - 0.25 * chance)
    }

    /// What the server asks for, if it is a positive number: `retry-after-ms`, or `Retry-After` in
    /// seconds. Its other form, a date, is no use to a clock that may not be set.
    static func wish(_ headers: HTTPHeaders) -> Duration? {
        if let text = headers["retry-after-ms"], let wish = Double(text), wish > 0, wish < 1e9 {
            return .milliseconds(wish)
        }
        if let text = headers["retry-after"], let wish = Double(text), wish > 0, wish < 1e9 {
            return .seconds(wish)
        }
        return nil
    }
}
