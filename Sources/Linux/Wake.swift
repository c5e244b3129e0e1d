import CLinux
import Glibc

/// Wakes a thread that sleeps in `poll`, from any thread.
public struct Wake: ~Copyable, Sendable {
    private let event: FileDescriptor

    public init() {
        // Fails only for want of descriptors or memory, at start-up; then nothing could run.
        let number = clinux_eventfd()
        precondition(number >= 0, "no descriptor left for an eventfd")
        event = FileDescriptor(owning: number)
    }

    /// To be polled for `POLLIN`.
    public var descriptor: CInt { event.number }

    public func signal() {
        var one: UInt64 = 1
        _ = withUnsafeBytes(of: &one) { Glibc.write(event.number, $0.baseAddress, $0.count) }
    }

    /// Forgets the signals so far. Call it before looking at what they were about.
    public func clear() {
        var count: UInt64 = 0
        _ = withUnsafeMutableBytes(of: &count) { Glibc.read(event.number, $0.baseAddress, 8) }
    }
}
