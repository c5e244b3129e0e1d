/// The one cookie: a browser's session.
enum SessionCookie {
    /// Over TLS the name has a prefix that browsers let nobody set without it (RFC 6265bis).
    static func name(isSecure: Bool) -> String {
        isSecure ? "__Host-pressel" : "pressel"
    }

    /// More than one are tried: an older one for another path stays in some browsers.
    private static let most = 4

    /// What the browser sent in its cookies of that name.
    static func values(in request: Request) -> [String] {
        let name = name(isSecure: request.connection.isSecure)
        let values = request.headers.filter { $0.name.isSame(as: "Cookie") }.flatMap { header in
            header.value.split(separator: ";").compactMap { pair -> String? in
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, String(parts[0]).trimmingSpaces() == name else {
                    return nil
                }
                return String(parts[1]).trimmingSpaces()
            }
        }
        return Array(values.prefix(most))
    }

    /// - Parameter token: nil takes it away.
    static func header(_ token: String?, isSecure: Bool) -> Header {
        let life = token == nil ? 0 : SessionTable.longest
        return Header(
            "Set-Cookie",
            "\(name(isSecure: isSecure))=\(token ?? ""); Path=/; Max-Age=\(life); HttpOnly;"
                + " SameSite=Strict" + (isSecure ? "; Secure" : ""))
    }
}
