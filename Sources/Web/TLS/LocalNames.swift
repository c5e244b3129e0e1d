/// The names by which the local network finds a device called `name`: `NAME.local` by multicast DNS
/// (RFC 6762), `NAME` by routers that know their clients, and `localhost`.
///
/// Of the name, letters and digits stay; anything else becomes a hyphen, as host names have it.
public func localNames(of name: String) -> [String] {
    var label = ""
    for byte in name.lowercased().utf8 {
        switch byte {
        case 0x30...0x39, 0x61...0x7A: label.append(Character(UnicodeScalar(byte)))
        default: if label.last != "-" && !label.isEmpty { label.append("-") }
        }
    }
    // RFC 1035: 63 at most, and no hyphen at the end.
    label = String(label.prefix(63))
    while label.last == "-" { label.removeLast() }
    if label.isEmpty { label = "pressel" }
    return ["\(label).local", label, "localhost"]
}

/// The host of a URL as in `https://pressel.example:8443/path`, in lower case; nil if there is none.
public func hostName(ofURL url: String) -> String? {
    guard let start = url.firstRange(of: "://")?.upperBound else { return nil }
    let authority = url[start...].prefix { !"/?#".contains($0) }
    let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    if place.hasPrefix("[") {
        let address = place.dropFirst().prefix { $0 != "]" }
        return address.isEmpty ? nil : address.lowercased()
    }
    let host = place.prefix { $0 != ":" }
    return host.isEmpty ? nil : host.lowercased()
}
