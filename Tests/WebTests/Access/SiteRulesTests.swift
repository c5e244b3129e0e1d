import Testing

@testable import Web

struct SiteRulesTests {
    private static func rules(origins: [String] = [], publicURL: String? = nil) -> SiteRules {
        SiteRules(
            names: localNames(of: "Kitchen") + localNames(of: "raspberrypi"),
            allowedHosts: ["radio.example.org:8443", "2001:db8::1"],
            allowedOrigins: origins, publicURL: publicURL)
    }

    static let hosts: [(host: String, isOwn: Bool)] = [
        ("kitchen", true), ("KITCHEN.local:8080", true), ("kitchen.local.", true),
        ("raspberrypi.local", true), ("localhost:80", true), ("127.0.0.1:8080", true),
        ("127.9.9.9", true), ("[::1]:8080", true), ("192.168.1.20", true),
        ("192.168.1.20:8080", true), ("radio.example.org", true), ("[2001:DB8:0::1]:8443", true),
        ("evil.example", false), ("kitchen.local.evil.example", false), ("192.168.1.21", false),
        ("127.0.0.1.evil.example", false), ("[2001:db8::2]", false), ("127.evil.example", false),
        ("local", false), ("xkitchen.local", false),
    ]

    @Test("The device answers by its own names and the address that was asked", arguments: hosts)
    func host(host: String, isOwn: Bool) throws {
        let authority = try #require(Authority(host))
        #expect(Self.rules().isOwn(authority, at: "::ffff:192.168.1.20") == isOwn)
    }

    @Test(
        "What is no host is none",
        arguments: [
            "", ":80", "a b", "a,b", "user@kitchen", "kitchen:", "kitchen:0", "kitchen:65536",
            "kitchen:8o", "kitchen:+80", "[::1", "[kitchen]", "::1", "kitchen/x", "kitchen:80:80",
            "[::1]x", "[::1]80", "küche", "%6b", ".",
            String(repeating: "a", count: 300),
        ])
    func noHost(text: String) { #expect(Authority(text) == nil) }

    struct Case: Sendable {
        let origin: String?
        var fetchSite: String?
        var changes = true
        var origins: [String] = []
        var publicURL: String?
        var isSecure = false
        let site: SiteRules.Site
    }

    static let cases: [Case] = [
        Case(origin: nil, site: .unnamed),
        Case(origin: nil, fetchSite: "same-origin", site: .unnamed),
        Case(origin: nil, fetchSite: "none", site: .unnamed),
        Case(origin: nil, fetchSite: "cross-site", site: .foreign),
        Case(origin: nil, fetchSite: "same-site", site: .foreign),
        Case(origin: nil, fetchSite: "cross-site", changes: false, site: .guest),
        Case(origin: "http://kitchen.local:8080", site: .own),
        Case(origin: "HTTP://Kitchen.LOCAL:8080", site: .own),
        Case(origin: "https://kitchen.local:8080", site: .foreign),
        Case(origin: "https://kitchen.local:8080", isSecure: true, site: .own),
        Case(origin: "http://kitchen.local", site: .foreign),
        Case(origin: "http://kitchen.local:8081", site: .foreign),
        Case(origin: "http://evil.example", site: .foreign),
        Case(origin: "null", site: .foreign),
        Case(origin: "null", origins: ["*"], site: .guest),
        Case(origin: "", site: .foreign),
        Case(origin: "kitchen.local:8080", site: .foreign),
        Case(origin: "file://kitchen.local", site: .foreign),
        Case(origin: "http://localhost:3000", site: .guest),
        Case(origin: "http://127.0.0.1", site: .guest),
        Case(origin: "http://localhost.evil.example", site: .foreign),
        Case(
            origin: "http://localhost:3000", origins: ["http://localhost:3000"], site: .listed),
        Case(origin: "https://shop.example", origins: ["https://shop.example/"], site: .listed),
        Case(origin: "https://shop.example:443", origins: ["https://shop.example"], site: .listed),
        Case(origin: "http://shop.example", origins: ["https://shop.example"], site: .foreign),
        Case(origin: "http://anything.example", origins: ["*"], site: .guest),
        Case(
            origin: "https://radio.example", publicURL: "https://radio.example/", site: .own),
    ]

    @Test("A page may do what its site may", arguments: cases)
    func site(_ row: Case) throws {
        let rules = Self.rules(origins: row.origins, publicURL: row.publicURL)
        let host = try #require(Authority("kitchen.local:8080"))
        #expect(
            rules.site(
                origin: row.origin, fetchSite: row.fetchSite, changes: row.changes, host: host,
                isSecure: row.isSecure) == row.site)
    }

    @Test("Only a page that is named may read answers to its cookies")
    func credentials() {
        func value(_ name: String, _ site: SiteRules.Site, _ origins: [String]) -> String? {
            Self.rules(origins: origins).headers(for: site, origin: "http://a.example").first {
                $0.name == name
            }?.value
        }
        let (origin, credentials) = (
            "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
        )
        #expect(value(origin, .listed, []) == "http://a.example")
        #expect(value(credentials, .listed, []) == "true")
        #expect(value(origin, .guest, ["*"]) == "*")
        #expect(value(origin, .guest, []) == "http://a.example")
        for site in [SiteRules.Site.guest, .own, .unnamed, .anybody, .foreign] {
            #expect(value(credentials, site, ["*"]) == nil)
        }
        #expect(value(origin, .foreign, []) == nil)
    }

    @Test("What names no site in the settings is complained of, and ignored")
    func complaints() {
        let rules = SiteRules(
            names: ["a"], allowedHosts: ["http://b", "c", "::1", "[::1]:80"],
            allowedOrigins: ["d", "http://e", "*", "null"], publicURL: "f")
        #expect(rules.complaints.count == 4)
        for (complaint, name) in zip(rules.complaints, ["http://b", "\"d\"", "null", "\"f\""]) {
            #expect(complaint.contains(name))
        }
    }

    static let addresses: [(one: String, other: String, areOne: Bool)] = [
        ("192.168.1.7", "::ffff:192.168.1.7", true), ("192.168.1.7", "192.168.1.8", false),
        ("2001:db8::1", "2001:db8::ffff", true), ("2001:db8::1", "2001:db8:0:1::1", false),
        ("fe80::1%eth0", "fe80::2%wlan0", false), ("?", "?", true),
    ]

    @Test("Who has one address of an IPv6 network has them all", arguments: addresses)
    func groups(one: String, other: String, areOne: Bool) {
        #expect((PeerAddress.group(one) == PeerAddress.group(other)) == areOne)
    }
}
