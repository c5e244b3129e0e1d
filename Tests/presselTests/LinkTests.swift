import Linux
import Store
import Testing

@testable import pressel

/// By what links are known to each other, and to people.
struct LinkTests {
    private static func link(
        _ provider: String, region: String? = nil, at baseURL: String? = nil
    ) -> Settings.Link {
        var link = Settings.Link(provider: provider)
        link.region = region
        link.baseURL = baseURL
        return link
    }

    static let pairs: [(one: Settings.Link, other: Settings.Link, isOneAccount: Bool)] = [
        (link("azure"), link("azure"), true),
        (link("azure", region: "westeurope"), link("azure", region: "eastus"), false),
        (link("azure", region: "westeurope"), link("azure", region: "West Europe"), true),
        (link("azure", region: "westeurope"), link("azure"), false),
        // Regions do not count where an address is set.
        (
            link("azure", region: "eastus", at: "http://a"),
            link("azure", region: "westeurope", at: "http://a/"), true
        ),
        (link("azure", at: "http://a"), link("azure", at: "http://b"), false),
        (link("openai"), link("openai-realtime"), true),
        (link("openai"), link("anthropic"), false),
    ]

    @Test("A refused key concerns those in the same place, and nobody elsewhere", arguments: pairs)
    func account(one: Settings.Link, other: Settings.Link, isOneAccount: Bool) {
        #expect((one.account == other.account) == isOneAccount)
    }

    @Test("Whoever may be named in the settings is there")
    func all() throws {
        let appliance = Appliance(
            try Configuration(Options([], flags: [], valued: [])), log: .silent)
        let table = appliance.table()
        for name in Settings.Link.recognizers {
            #expect(table.recognizer(Self.link(name)) != nil, "\(name)")
        }
        for name in Settings.Link.models {
            #expect(table.languageModel(Self.link(name)) != nil, "\(name)")
        }
        for name in Settings.Link.voices {
            #expect(table.synthesizer(Self.link(name)) != nil, "\(name)")
        }
        #expect(table.synthesizer(Self.link("nobody")) == nil)
    }

    @Test("Links of one provider are told apart by where they are")
    func names() {
        let links = [
            Self.link("azure", region: "West Europe"), Self.link("azure"),
            Self.link("azure", at: "http://10.0.0.7:5000/x"), Self.link("openai", region: "eu"),
        ]
        #expect(
            links.map { $0.name(among: links) } == [
                "azure (westeurope)", "azure (default)", "azure (10.0.0.7:5000)", "openai",
            ])
    }
}
