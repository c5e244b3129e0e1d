import Glibc

/// A system call that failed: what was tried, on what, and the kernel's reason.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// In words that follow "cannot": `open`, `start`, `write`.
    public let operation: String
    public let object: String
    /// The errno.
    public let code: CInt

    public init(_ operation: String, _ object: String, code: CInt) {
        self.operation = operation
        self.object = object
        self.code = code
    }

    public var description: String {
        "cannot \(operation) \(object): \(String(cString: strerror(code)))"
    }
}
