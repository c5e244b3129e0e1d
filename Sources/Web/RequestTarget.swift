/// What a request asks for: a path and a query, taken apart and decoded.
struct RequestTarget: Equatable {
    let path: String
    let query: [(name: String, value: String)]

    /// - Throws: for a target that is not in origin form (`/path?query`), and for a path that
    ///   would change if it were normalised: whoever checks a path and whoever acts on it must
    ///   see the same.
    init(_ target: String) throws(HTTPError) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = try Self.path(String(parts[0]))
        let pairs = parts.count > 1 ? parts[1].split(separator: "&") : []
        var query: [(name: String, value: String)] = []
        for pair in pairs {
            let halves = pair.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(halves[0], plusIsSpace: true),
                let value = Self.decoded(halves.count > 1 ? halves[1] : "", plusIsSpace: true)
            else { throw .badRequest("the query of the request cannot be decoded") }
            query.append((name, value))
        }
        self.query = query
    }

    private static func path(_ raw: String) throws(HTTPError) -> String {
        let problem = HTTPError.badRequest("the path of the request is not in its normal form")
        guard raw.hasPrefix("/"),
            let decoded = decoded(raw[...], plusIsSpace: false)
        else { throw problem }
        let slashes = "/\\".utf8
        let segments = raw.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            // One slash at the end is allowed.
            let isLast = index == segments.count - 1
            let plain = Self.decoded(segment, plusIsSpace: false) ?? ""
            let isPlaceless = plain.isEmpty && !isLast || plain == "." || plain == ".."
            // To some, a backslash is a slash. Bytes: a slash with an accent is one character.
            if isPlaceless || plain.utf8.contains(where: slashes.contains) { throw problem }
        }
        return decoded
    }

    /// Percent-decoded; nil for what is no encoding, no UTF-8, or has control characters.
    private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(hexDigit),
                    let low = rest.popFirst().flatMap(hexDigit)
                else { return nil }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    static func == (one: RequestTarget, other: RequestTarget) -> Bool {
        one.path == other.path && one.query.elementsEqual(other.query) { $0 == $1 }
    }
}
