public import Voice

extension HTTPService {
    /// The versions stand in the paths, as in the vendor's own client.
    public static let elevenLabsURL = "https://api.elevenlabs.io"

    /// ElevenLabs' API, by HTTP and by WebSocket.
    ///
    /// - Parameters:
    ///   - baseURL: without a version; one of those that the vendor's client knows, for one region
    ///     or another.
    ///   - key: nil or empty for a stand-in that asks for none, which ElevenLabs' is not.
    public static func elevenLabs(
        name: String = "elevenlabs", baseURL: String = elevenLabsURL, key: String?,
        client: HTTPClient, timeout: Duration = defaultTimeout, clock: any MomentClock, log: Log
    ) -> HTTPService {
        HTTPService(
            name: name, baseURL: baseURL, credential: .header("xi-api-key", ifAny: key),
            vendors: ["elevenlabs.io"], client: client, timeout: timeout, clock: clock, log: log,
            meaning: ElevenLabsFailure.meaning)
    }
}

/// What ElevenLabs' refusals mean, which its status numbers alone do not tell: used up credit has
/// that of a wrong key, a plan that does not go so far has that of a forbidden one.
enum ElevenLabsFailure {
    /// How a reason begins that is about a voice which the account does not have.
    static let noVoice = "it has no such voice"

    /// The names stand in `detail.status`; over a WebSocket in the `error` of a frame, or in the
    /// reason for which it is closed.
    static func meaning(_ failure: ServiceFailure, _ provider: String) -> ProviderError? {
        func says(_ names: String...) -> Bool {
            names.contains { name in
                failure.codes.contains(name) || failure.message.contains(name)
            }
        }
        let reason = failure.message
        if says("quota_exceeded") { return .creditUsedUp(provider: provider, reason: reason) }
        if says("invalid_api_key", "missing_permissions", "needs_authorization") {
            return .keyRefused(provider: provider, reason: reason)
        }
        if says("too_many_concurrent_requests", "system_busy", "rate_limited") {
            return .busy(provider: provider, retryAfter: failure.retryAfter)
        }
        if says("voice_not_found", "voice_does_not_exist") {
            return .refused(provider: provider, reason: "\(noVoice): \(reason)")
        }
        // It takes the key; the account's plan does not include this.
        if failure.status == 403
            || says(
                "max_character_limit_exceeded", "voice_limit_reached",
                "can_not_use_instant_voice_cloning", "only_for_creator")
        {
            return .refused(provider: provider, reason: reason)
        }
        return nil
    }
}
