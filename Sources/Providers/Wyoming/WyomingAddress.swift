/// Where a Wyoming server listens: `tcp://host:port`.
struct WyomingAddress: Equatable, Sendable, CustomStringConvertible {
    /// A name, or an address; of IPv6 without its brackets.
    let host: String
    let port: Int

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// - Parameter defaultPort: where `url` names none.
    /// - Returns: nil for what is no such address.
    init?(_ url: String, defaultPort: Int) {
        let scheme = "tcp://"
        guard url.lowercased().hasPrefix(scheme) else { return nil }
        var rest = url.dropFirst(scheme.count)
        if rest.last == "/" { rest = rest.dropLast() }
        var port: Substring?
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            let tail = rest[rest.index(after: end)...]
            guard tail.isEmpty || tail.first == ":" else { return nil }
            if !tail.isEmpty { port = tail.dropFirst() }
            rest = rest[..<end].dropFirst()
        } else if let colon = rest.firstIndex(of: ":") {
            port = rest[rest.index(after: colon)...]
            rest = rest[..<colon]
            // Two colons are an address of IPv6, which wants brackets.
            guard port?.contains(":") == false else { return nil }
        }
        let isHost = rest.allSatisfy { !$0.isWhitespace && !"/@?#[]".contains($0) }
        guard !rest.isEmpty, isHost else { return nil }
        host = String(rest)
        guard let port else {
            self.port = defaultPort
            return
        }
        guard let number = Int(port), 1...65_535 ~= number else { return nil }
        self.port = number
    }
}
