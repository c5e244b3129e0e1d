import Linux
import TestSupport
import Testing

@testable import pressel

struct CredentialsTests {
    private let folder = TemporaryFolder()

    @Test("A variable goes before a file of that name; what is empty is none")
    func order() {
        _ = folder.file("OPENAI_API_KEY", Array("of the file".utf8))
        _ = folder.file("ANTHROPIC_API_KEY", [])
        let credentials = ["CREDENTIALS_DIRECTORY": folder.path]
        #expect(environmentOrCredential("OPENAI_API_KEY") { credentials[$0] } == "of the file")
        let both = credentials.merging(["OPENAI_API_KEY": "of the environment"]) { $1 }
        #expect(environmentOrCredential("OPENAI_API_KEY") { both[$0] } == "of the environment")
        #expect(environmentOrCredential("ANTHROPIC_API_KEY") { credentials[$0] } == nil)
        #expect(environmentOrCredential("ELEVENLABS_API_KEY") { credentials[$0] } == nil)
        #expect(environmentOrCredential("OPENAI_API_KEY") { _ in nil } == nil)
    }
}
