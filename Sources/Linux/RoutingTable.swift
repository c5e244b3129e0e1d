import Glibc
public import Voice

/// The kernel's routing tables.
public struct RoutingTable: Network {
    public init() {}

    /// Whether there is a default route, by IPv4 or IPv6. Each line of the first table holds
    /// interface, destination, gateway …; of the second, destination, prefix length … interface.
    public var isConnected: Bool {
        let four = lines(of: "/proc/net/route").dropFirst().contains { fields in
            fields.count > 7 && fields[1] == "00000000" && fields[7] == "00000000"
        }
        return four
            || lines(of: "/proc/net/ipv6_route").contains { fields in
                // The kernel keeps an unreachable default on `lo`.
                fields.count > 9 && fields[1] == "00" && fields[9] != "lo"
                    && fields[0].allSatisfy { $0 == "0" }
            }
    }

    private func lines(of path: String) -> [[Substring]] {
        guard let text = try? readFile(path, atMost: 1 << 20) else { return [] }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map {
            $0.split(whereSeparator: { $0 == " " || $0 == "\t" })
        }
    }
}
