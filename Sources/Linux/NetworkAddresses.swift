import Glibc

/// The machine's name for itself, without a domain; empty if it has none.
public func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    let bytes = name.prefix { $0 != 0 && $0 != CChar(UInt8(ascii: ".")) }
    return String(decoding: bytes.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// The machine's IPv4 addresses on its networks, in the kernel's order, which begins with what
/// was plugged in first; neither loopback nor those it gave itself for want of a network.
public func networkAddresses() -> [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var addresses: [String] = []
    for entry in sequence(first: list, next: { $0?.pointee.ifa_next }) {
        guard let entry = entry?.pointee else { break }
        guard entry.ifa_flags & UInt32(IFF_UP) != 0, entry.ifa_flags & UInt32(IFF_LOOPBACK) == 0,
            let address = entry.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET)
        else { continue }
        let number = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { inet in
            UInt32(bigEndian: inet.pointee.sin_addr.s_addr)
        }
        // 169.254.0.0/16
        guard number >> 16 != 0xA9FE else { continue }
        addresses.append(
            [24, 16, 8, 0].map { String(number >> $0 & 255) }.joined(separator: "."))
    }
    return addresses
}
