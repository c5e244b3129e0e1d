/// Under which names the device answers, and to which sites: what keeps a page that somebody in the
/// house happens to look at from using the device behind their back.
///
/// A name that an attacker made to lead to the device (DNS rebinding) is none of the device's
/// names; a request that another site's page sends (CSRF, WebSocket) names that site in `Origin`.
public struct SiteRules: Sendable {
    private var names: Set<String>
    private var own: Set<WebOrigin> = []
    private var listed: Set<WebOrigin> = []
    private var allowsAnySite = false
    /// What stands in the settings and names nothing, a sentence each.
    public private(set) var complaints: [String] = []

    /// - Parameters:
    ///   - names: of the device, as `localNames(of:)` has them.
    ///   - hosts: further names, as `web.allowedHosts` has them; a port is passed over.
    ///   - origins: of sites that may use the API; `*` lets all of them, without cookies.
    ///   - publicURL: by which the device is reached from elsewhere, if it is.
    public init(
        names: [String], allowedHosts hosts: [String], allowedOrigins origins: [String],
        publicURL: String?
    ) {
        self.names = Set(names)
        for text in hosts {
            let isBareAddress = !text.hasPrefix("[") && text.contains("::")
            if let host = Authority(isBareAddress ? "[\(text)]" : text) {
                self.names.insert(host.host)
            } else {
                complaints.append(
                    "web.allowedHosts has \"\(text)\"; use names, as in \"radio.example.org\"")
            }
        }
        for text in origins {
            if text == "*" {
                allowsAnySite = true
            } else if let origin = WebOrigin(text) {
                listed.insert(origin)
            } else {
                complaints.append(
                    "web.allowedOrigins has \"\(text)\"; use \"*\", or origins as in"
                        + " \"https://example.org\"")
            }
        }
        guard let publicURL else { return }
        if let origin = WebOrigin(publicURL) {
            self.own.insert(origin)
            self.names.insert(origin.host)
        } else {
            complaints.append(
                "web.publicURL is \"\(publicURL)\"; use a URL as in \"https://radio.example.org\"")
        }
    }

    /// Where a request comes from, as far as it says.
    enum Site: Equatable {
        /// From no page, or from one that does not say.
        case unnamed
        /// From the device's own page.
        case own
        /// From a page that the owner allows.
        case listed
        /// From a page that may use a key, but no cookie: nobody has named it.
        case guest
        /// From wherever, with a URL that this device has signed.
        case anybody
        /// From a page that may do nothing.
        case foreign
    }

    /// Whether `Host` names this device.
    ///
    /// - Parameter address: the one of the device that the client has connected to.
    func isOwn(_ host: Authority, at address: String) -> Bool {
        names.contains(host.host) || PeerAddress.isLoopback(host.host)
            || host.host == PeerAddress.plain(address)
    }

    /// - Parameters:
    ///   - origin: the header's value, nil without one.
    ///   - fetchSite: of the header `Sec-Fetch-Site`, which a page cannot set.
    ///   - changes: whether the method is for more than looking.
    func site(
        origin: String?, fetchSite: String?, changes: Bool, host: Authority, isSecure: Bool
    ) -> Site {
        guard let origin else {
            // A browser that hides where a form was posted from still says that it was elsewhere.
            let isElsewhere = fetchSite.map { !["same-origin", "none"].contains($0) } ?? false
            guard isElsewhere else { return .unnamed }
            // A picture in the page of another port's server is fetched with our cookie.
            return changes ? .foreign : .guest
        }
        guard let origin = WebOrigin(origin) else { return allowsAnySite ? .guest : .foreign }
        let here = WebOrigin(scheme: isSecure ? "https" : "http", host)
        if origin == here || own.contains(origin) { return .own }
        if listed.contains(origin) { return .listed }
        let isLocal = origin.host == "localhost" || PeerAddress.isLoopback(origin.host)
        return allowsAnySite || isLocal ? .guest : .foreign
    }

    /// What a browser is told of who may read an answer.
    func headers(for site: Site, origin: String?) -> [Header] {
        if site == .anybody {
            return [
                Header("Access-Control-Allow-Origin", "*"),
                Header("Cross-Origin-Resource-Policy", "cross-origin"),
            ]
        }
        guard let origin else { return [] }
        let varies = Header("Vary", "Origin")
        switch site {
        case .own, .unnamed, .anybody, .foreign: return [varies]
        case .listed:
            return [
                Header("Access-Control-Allow-Origin", origin),
                Header("Access-Control-Allow-Credentials", "true"),
                Header("Access-Control-Expose-Headers", Self.readable), varies,
            ]
        case .guest:
            return [
                Header("Access-Control-Allow-Origin", allowsAnySite ? "*" : origin),
                Header("Access-Control-Expose-Headers", Self.readable), varies,
            ]
        }
    }

    /// What a browser is told that asks before it sends a request.
    static let preflight = [
        Header("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE"),
        Header(
            "Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Range, X-API-Key"),
        Header("Access-Control-Allow-Private-Network", "true"),
        Header("Access-Control-Max-Age", "600"),
    ]

    private static let readable = [
        "Content-Range", "Retry-After", "X-Pressel-Provider", "X-Response-Text",
        "X-Response-Text-Encoded", "X-Transcript", "X-Transcript-Encoded",
    ].joined(separator: ", ")
}
