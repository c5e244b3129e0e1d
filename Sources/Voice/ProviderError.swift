/// Why a provider of speech or text gave nothing. The cases answer what the caller must know:
/// is it worth asking again, and what is a person told?
public enum ProviderError: Error, Equatable, CustomStringConvertible {
    /// It is not there: not installed, not running, no way to its host.
    case unavailable(provider: String, reason: String)
    /// It was there, and failed at its work.
    case failed(provider: String, reason: String)
    /// It has not learnt the language that is spoken here.
    case foreignLanguage(provider: String, language: String)
    /// It did not answer in time.
    case timedOut(provider: String, after: Duration)
    /// Whoever asked went away.
    case cancelled

    public var description: String {
        switch self {
        case .unavailable(let provider, let reason): "cannot use \(provider): \(reason)"
        case .failed(let provider, let reason): "\(provider) failed: \(reason)"
        case .foreignLanguage(let provider, let language):
            "cannot use \(provider): it does not know the language \"\(language)\""
        case .timedOut(let provider, let limit): "\(provider) did not answer within \(limit)"
        case .cancelled: "cancelled"
        }
    }
}
