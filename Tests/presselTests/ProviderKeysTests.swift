import Glibc
import TestSupport
import Testing

@testable import sandbox

/// Who is asked where nobody set up a chain: everybody who has a key, in a fixed order.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ProviderKeysTests {
    private let folder = TemporaryFolder()
    private let sandbox: Sandbox

    private static let key = "key-of-the-key-test"

    init() throws {
        var script = Script()
        script.key = Self.key
        script.reply = "It is blue."
        sandbox = try Sandbox(script)
    }

    /// - Parameter environment: the child's.
    private func ask(_ environment: [(String, String)]) async throws -> String {
        for (name, value) in environment { setenv(name, value, 1) }
        defer { for (name, _) in environment { unsetenv(name) } }
        return try await Command(
            [
                "ask", "--text", "Why is the sky blue?", "--out", folder.path + "/answer.wav",
                "--json",
            ], errors: true
        ).output
    }

    private var anthropic: [(String, String)] {
        [
            ("ANTHROPIC_API_KEY", Self.key),
            ("ANTHROPIC_BASE_URL", "http://127.0.0.1:\(sandbox.server.port)"),
        ]
    }

    @Test("A key for a language model alone leads to it, and to nobody it is of no use to")
    func languageModel() async throws {
        let output = try await ask(anthropic)
        #expect(output.contains("\"languageModel\":\"anthropic\""))
        #expect(output.contains("It is blue."))
        #expect(!output.contains("passed over"))
        #expect(Set(sandbox.requests.map(\.path)) == ["/v1/models", "/v1/messages"])
    }

    @Test("Where several have a key, OpenAI leads")
    func order() async throws {
        let output = try await ask(
            anthropic + [("OPENAI_API_KEY", Self.key), ("OPENAI_BASE_URL", sandbox.baseURL)])
        #expect(output.contains("\"languageModel\":\"openai\""))
        #expect(sandbox.requests.contains { $0.path == "/v1/chat/completions" })
        #expect(!sandbox.requests.contains { $0.path == "/v1/messages" && $0.method == "POST" })
    }
}
