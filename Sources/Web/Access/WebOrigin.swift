/// A host and a port, as `Host` has them and a URL begins.
struct Authority: Hashable {
    /// In lower case; IPv6 without its brackets.
    let host: String
    let port: Int?

    /// - Returns: nil for what browsers and HTTP's grammar do not know as one.
    init?(_ text: String) {
        let host: Substring
        var rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard let address = PeerAddress.ipv6(String(host)) else { return nil }
            self.host = address
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
            // The root's own dot names the same host.
            let name = host.hasSuffix(".") ? host.dropLast() : host
            let isName = name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            guard isName, !name.isEmpty, name.utf8.count <= 253 else { return nil }
            self.host = name.lowercased()
        }
        guard !rest.isEmpty else {
            port = nil
            return
        }
        rest = rest.dropFirst()
        guard text[..<rest.startIndex].hasSuffix(":"), (1...5).contains(rest.utf8.count),
            rest.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let number = Int(rest), 1...65_535 ~= number
        else { return nil }
        port = number
    }
}

/// A web origin (RFC 6454): which site a request comes from.
struct WebOrigin: Hashable {
    let scheme: String
    let host: String
    let port: Int

    /// - Parameter text: as in `https://example.org:8443`; a slash at its end, and what comes
    ///   behind it, is passed over.
    /// - Returns: nil for anything else, `null` among it.
    init?(_ text: String) {
        guard let colon = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<colon.lowerBound].lowercased()
        let rest = text[colon.upperBound...].prefix { !"/?#".contains($0) }
        guard let authority = Authority(String(rest)) else { return nil }
        self.init(scheme: scheme, authority)
    }

    /// - Returns: nil for a scheme that is none of the web's.
    init?(scheme: String, _ authority: Authority) {
        let usual = ["http": 80, "https": 443, "ws": 80, "wss": 443]
        guard let port = usual[scheme] else { return nil }
        self.scheme = scheme
        host = authority.host
        self.port = authority.port ?? port
    }
}
