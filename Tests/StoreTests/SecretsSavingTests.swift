import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import Store

struct SecretsSavingTests {
    private let folder = TemporaryFolder()
    private var state: StateFolder { StateFolder(path: folder.path) }
    private var path: String { folder.path + "/secrets.json" }

    private func secrets(_ environment: [String: String] = [:]) -> Secrets {
        Secrets(environment: { environment[$0] }, state: state)
    }

    @Test("A key is kept, for its owner's eyes only, and taken away again")
    func kept() throws {
        try Secrets.save(["OPENAI_API_KEY": " sk-1\n", "ANTHROPIC_API_KEY": "a"], in: state)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let given = ["OPENAI_API_KEY": "sk-0", "AWS_ACCESS_KEY_ID": "aws"]
        #expect(secrets(given)[.openAI] == "sk-1")
        #expect(secrets(given).source(of: .openAI) == .page)
        #expect(secrets(given).source(of: .awsAccessKey) == .environment)
        #expect(secrets(given).source(of: .microsoft) == nil)

        try Secrets.save(["OPENAI_API_KEY": nil], in: state)
        #expect(secrets(given)[.openAI] == "sk-0")
        #expect(secrets(given).source(of: .openAI) == .environment)
        #expect(secrets()[.anthropic] == "a")
    }

    @Test("A key of two names is kept under one")
    func names() throws {
        try Secrets.save(["ELEVEN_LABS_API_KEY": "old"], in: state)
        #expect(secrets()[.elevenLabs] == "old")
        try Secrets.save(["ELEVENLABS_API_KEY": "new"], in: state)
        #expect(secrets()[.elevenLabs] == "new")
        try Secrets.save(["ELEVENLABS_API_KEY": nil], in: state)
        #expect(secrets()[.elevenLabs] == nil)
    }

    static let refusals: [(name: String, value: String)] = [
        ("OPENAI_API_KEY", ""), ("OPENAI_API_KEY", " \n"), ("OPENAI_API_KEY", "planted\u{0}"),
        ("OPENAI_API_KEY", "plantéd"), ("HOME", "planted"), ("", "planted"),
        ("OPENAI_API_KEY", String(repeating: "planted", count: 1000)),
    ]

    @Test("What is no key is not kept, nor told", arguments: refusals)
    func refused(name: String, value: String) throws {
        var refusal: SecretRefusal?
        do {
            try Secrets.save(["ANTHROPIC_API_KEY": "a", name: value], in: state)
        } catch {
            refusal = error
        }
        guard case .wrong(name, _)? = refusal else { return #expect(Bool(false)) }
        #expect(!"\(refusal!)".contains("plant"))
        #expect(sizeOfFile(path) == nil)
    }

    @Test("A file that others can read is closed to them, and that is told")
    func exposed() {
        _ = folder.file("secrets.json", Array(#"{"OPENAI_API_KEY":"sk-1"}"#.utf8))
        chmod(path, 0o644)
        let found = secrets()
        #expect(found[.openAI] == "sk-1")
        #expect(found.notes.first?.contains("could be read by other users") == true)
        #expect(secrets().notes.isEmpty)
    }

    @Test("A file that cannot be understood is set aside")
    func damaged() throws {
        _ = folder.file("secrets.json", Array("{ no".utf8))
        try Secrets.save(["OPENAI_API_KEY": "sk-1"], in: state)
        #expect(secrets()[.openAI] == "sk-1" && secrets().problem == nil)
        #expect(sizeOfFile(path + ".damaged") == 4)
    }

    @Test("A folder that cannot be written is named")
    func unwritable() throws {
        var refusal: SecretRefusal?
        do {
            try Secrets.save(["OPENAI_API_KEY": "sk-1"], in: StateFolder(path: "/no/such"))
        } catch {
            refusal = error
        }
        #expect("\(try #require(refusal))".contains("/no/such/secrets.json"))
    }

    @Test("Settings that would not be read again are not saved")
    func long() throws {
        let files = SettingsFiles(owners: "/no/such", stateFolder: folder.path)
        let text = String(repeating: "x", count: 1 << 20)
        #expect(throws: SettingsRefusal.self) {
            try files.save(.object(["name": .string(text)]))
        }
        #expect(sizeOfFile(files.pages) == nil)
    }
}
