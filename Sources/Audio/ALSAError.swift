import CALSA

/// An ALSA call that failed: what was tried, on which device, and ALSA's reason.
public struct ALSAError: Error, Equatable, CustomStringConvertible {
    public enum Operation: String, Sendable { case open, configure, read, write }

    public let operation: Operation
    public let device: String
    /// A negative errno, kept as ALSA gave it.
    public let code: CInt

    public var description: String {
        "cannot \(operation) audio device \"\(device)\": \(String(cString: snd_strerror(code)))"
    }
}

/// Passes the result of an ALSA call on, or throws what it says is wrong.
@discardableResult
func check<Status: BinaryInteger>(
    _ status: Status, _ operation: ALSAError.Operation, _ device: String
) throws(ALSAError) -> Status {
    guard status < 0 else { return status }
    throw ALSAError(operation: operation, device: device, code: CInt(status))
}
