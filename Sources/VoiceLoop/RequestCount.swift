import Synchronization
import Voice

/// How often each provider was asked, by what came of it, since the program began.
public final class RequestCount: Sendable {
    private let counts = Mutex<[Key: Int]>([:])

    private struct Key: Hashable {
        let stage, link, result: String
    }

    /// More than settings name; those of others are not counted.
    private static let most = 512

    public init() {}

    /// - Parameter failure: nil if it answered.
    func note(_ stage: String, _ link: String, _ failure: ProviderError?) {
        let key = Key(stage: stage, link: link, result: failure?.word ?? "answered")
        counts.withLock { counts in
            if counts[key] != nil || counts.count < Self.most { counts[key, default: 0] += 1 }
        }
    }

    public var all: [(stage: String, link: String, result: String, count: Int)] {
        counts.withLock { $0 }.map { ($0.key.stage, $0.key.link, $0.key.result, $0.value) }
    }
}

extension ProviderError {
    /// The name of the case, for machines.
    fileprivate var word: String {
        switch self {
        case .unavailable: "unavailable"
        case .unreachable: "unreachable"
        case .keyMissing: "keyMissing"
        case .keyRefused: "keyRefused"
        case .creditUsedUp: "creditUsedUp"
        case .busy: "busy"
        case .refused: "refused"
        case .down: "down"
        case .failed: "failed"
        case .foreignLanguage: "foreignLanguage"
        case .timedOut: "timedOut"
        case .clockNotSet: "clockNotSet"
        case .cancelled: "cancelled"
        }
    }
}
