/// Why a provider of speech or text gave nothing. The cases answer what the caller must know:
/// is it worth asking again, and what is a person told?
public enum ProviderError: Error, Equatable, CustomStringConvertible {
    /// It is not there: not installed, not running, not set up.
    case unavailable(provider: String, reason: String)
    /// There is no way to it through the network.
    case unreachable(provider: String, reason: String)
    /// It wants a key, and none is set, so it was not asked.
    case keyMissing(provider: String)
    /// It does not take the key.
    case keyRefused(provider: String, reason: String)
    /// The account has no credit left.
    case creditUsedUp(provider: String, reason: String)
    /// It is asked too much, and may say when it can be asked again.
    case busy(provider: String, retryAfter: Duration?)
    /// It takes the key, and not what was asked: a model that it does not have, for one.
    case refused(provider: String, reason: String)
    /// The network leads to it, and it does not do its work: it breaks off, or says that it cannot.
    case down(provider: String, reason: String)
    /// It was there, and failed at its work.
    case failed(provider: String, reason: String)
    /// It has not learnt the language that is spoken here.
    case foreignLanguage(provider: String, language: String)
    /// It did not answer in time.
    case timedOut(provider: String, after: Duration)
    /// It was not asked: without the time nobody can tell whether it is who it says it is.
    case clockNotSet(provider: String)
    /// Whoever asked went away.
    case cancelled

    public var description: String {
        switch self {
        case .unavailable(let provider, let reason): "cannot use \(provider): \(reason)"
        case .unreachable(let provider, let reason): "cannot reach \(provider): \(reason)"
        case .keyMissing(let provider):
            "\(provider) was not asked: it wants a key, and none is set"
        case .keyRefused(let provider, let reason):
            "\(provider) does not take the key: \(reason); set another"
        case .creditUsedUp(let provider, let reason):
            "the credit at \(provider) is used up: \(reason)"
        case .busy(let provider, let wait):
            "\(provider) is asked too much"
                + (wait.map { "; it asks for a pause of \(Int($0.inMilliseconds / 1000)) s" } ?? "")
        case .refused(let provider, let reason): "\(provider) refuses what was asked: \(reason)"
        case .down(let provider, let reason): "\(provider) does not work: \(reason)"
        case .failed(let provider, let reason): "\(provider) failed: \(reason)"
        case .foreignLanguage(let provider, let language):
            "cannot use \(provider): it does not know the language \"\(language)\""
        case .timedOut(let provider, let limit): "\(provider) did not answer within \(limit)"
        case .clockNotSet(let provider):
            "cannot ask \(provider) safely: the clock was not set yet, so no certificate can be"
                + " checked; it is asked as soon as the clock is right"
        case .cancelled: "cancelled"
        }
    }
}
