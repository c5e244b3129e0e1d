import Glibc

/// An address as the kernel writes it, in the form in which it is compared and counted.
enum PeerAddress {
    /// Without a zone, and IPv4 as IPv4 also where the socket takes both.
    static func plain(_ address: String) -> String {
        let plain = address.prefix { $0 != "%" }.lowercased()
        let mapped = "::ffff:"
        return plain.hasPrefix(mapped) && plain.contains(".")
            ? String(plain.dropFirst(mapped.count)) : plain
    }

    /// Whoever has one address of an IPv6 network has 2⁶⁴ of them: they count as one, but for those of
    /// the link itself, which all neighbours have of the same network.
    static func group(_ address: String) -> String {
        let plain = plain(address)
        var bytes = in6_addr()
        guard plain.contains(":"), inet_pton(AF_INET6, plain, &bytes) == 1 else { return plain }
        let network = withUnsafeBytes(of: &bytes) { bytes -> String? in
            guard bytes[0] != 0xfe || bytes[1] & 0xc0 != 0x80 else { return nil }
            return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".")
        }
        return network.map { "\($0)/64" } ?? plain
    }

    static func isLoopback(_ address: String) -> Bool {
        address == "::1" || address.hasPrefix("127.") && isIPv4(address)
    }

    static func isIPv4(_ address: String) -> Bool {
        var bytes = in_addr()
        return inet_pton(AF_INET, address, &bytes) == 1
    }

    /// The same address is written in many ways; nil if it is none.
    static func ipv6(_ address: String) -> String? {
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count)) != nil else { return nil }
        let digits = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return plain(String(decoding: digits, as: UTF8.self))
    }
}
