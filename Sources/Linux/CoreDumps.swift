import Glibc

/// Has the kernel write no memory of this process, or of those that it starts, to a file when one
/// crashes: there are keys in it, and what people said.
public func forbidCoreDumps() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
}
