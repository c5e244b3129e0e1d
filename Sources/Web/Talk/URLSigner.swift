import Voice

/// Makes addresses that whoever has one may use, without being anybody.
public protocol URLSigner: Sendable {
    /// - Parameters:
    ///   - path: decoded, without a query.
    ///   - duration: how long it may be used from now on.
    /// - Returns: the path with what proves that we made it.
    func signed(path: String, lasting duration: Duration) -> String
}
