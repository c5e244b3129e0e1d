import Glibc
import Linux

/// A button or a light that cannot be used: what was tried, on what, why not, and what to do.
/// It may always be tried again.
public struct PanelError: Error, Equatable, CustomStringConvertible {
    /// In words that follow "cannot": `open`, `read`.
    public let operation: String
    public let object: String
    public let reason: String
    /// What to do, if there is more to say than the reason does.
    public let advice: String?

    init(_ operation: String, _ object: String, _ reason: String, advice: String? = nil) {
        self.operation = operation
        self.object = object
        self.reason = reason
        self.advice = advice
    }

    /// - Parameter advice: for the errno, if it calls for some.
    init(_ error: SystemError, advice: (CInt) -> String?) {
        self.init(
            error.operation, error.object, String(cString: strerror(error.code)),
            advice: advice(error.code))
    }

    public var description: String {
        "cannot \(operation) \(object): \(reason)" + (advice.map { "; \($0)" } ?? "")
    }
}
