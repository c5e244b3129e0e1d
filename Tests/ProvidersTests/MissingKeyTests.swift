import Linux
import TestSupport
import Testing
import Voice

@testable import Providers

/// Vendors answer nobody without a key, so nothing that was said is sent to them.
struct MissingKeyTests {
    private let client = HTTPClient()
    private let clock = InstantClock()

    private static let vendors = [
        "openai", "anthropic", "elevenlabs", "elevenlabs in Europe", "azure",
        "azure by its address",
    ]

    private func service(_ vendor: String, key: String?) throws -> HTTPService {
        switch vendor {
        case "openai": .openAI(key: key, client: client, clock: clock, log: .silent)
        case "anthropic": .anthropic(key: key, client: client, clock: clock, log: .silent)
        case "elevenlabs": .elevenLabs(key: key, client: client, clock: clock, log: .silent)
        case "elevenlabs in Europe":
            .elevenLabs(
                baseURL: "https://api.eu.residency.elevenlabs.io", key: key, client: client,
                clock: clock, log: .silent)
        default:
            try AzureService(
                .recognition, region: "westeurope",
                baseURL: vendor == "azure" ? nil : "https://me.cognitiveservices.azure.com",
                key: key, client: client, clock: clock, log: .silent
            ).server
        }
    }

    @Test("Who wants a key is not asked without one", arguments: vendors, [nil, ""])
    func missing(vendor: String, key: String?) async throws {
        let service = try service(vendor, key: key)
        let name = String(vendor.prefix { $0 != " " })
        await #expect(throws: ProviderError.keyMissing(provider: name)) {
            _ = try await service.send(service.post("/x", body: []))
        }
        await #expect(throws: ProviderError.keyMissing(provider: name)) {
            _ = try await service.open("/x")
        }
    }

    @Test("Where others could read a key it is not sent, which is another matter")
    func readable() async throws {
        let service = HTTPService.openAI(
            baseURL: "http://api.openai.com/v1", key: nil, client: client, clock: clock,
            log: .silent)
        let refusal = ProviderError.unavailable(
            provider: "openai",
            reason: "its key is not sent where others could read it; begin baseURL with https")
        await #expect(throws: refusal) { _ = try await service.send(service.post("/x", body: [])) }
    }

    @Test("Who is told by its doctor that a key is missing was not reached before")
    func examined() async throws {
        let service = AzureService(
            .recognition, region: "westeurope", baseURL: nil, key: nil, client: client,
            clock: clock, log: .silent)
        await #expect(throws: ProviderError.keyMissing(provider: "azure")) {
            _ = try await AzureRecognition(service, language: "en").examine()
        }
    }

    @Test(
        "A host is a vendor's by its domain",
        arguments: [
            ("https://api.openai.com/v1", true), ("https://openai.com:443", true),
            ("https://API.OpenAI.com", true), ("https://api.openai.com./v1", true),
            ("https://user:word@api.openai.com", true), ("https://notopenai.com", false),
            ("https://openai.com@somebody.example", false),
            ("https://openai.com.example/v1", false), ("http://127.0.0.1:8000/openai.com", false),
        ])
    func domains(url: String, isVendors: Bool) {
        #expect(url.isURL(in: "openai.com") == isVendors)
    }
}
