import FoundationEssentials
import Glibc
import Linux
import Voice

/// Keys to providers. They come from the environment and from `STATE/secrets.json`, which the page
/// writes; what the page was given last holds. They go to their provider and nowhere else.
public struct Secrets: Sendable {
    /// Those that are known, by the names that people use already.
    public enum Name: String, CaseIterable, Sendable {
        case openAI = "OPENAI_API_KEY"
        case elevenLabs = "ELEVENLABS_API_KEY"
        case microsoft = "MICROSOFT_SPEECH_KEY"
        case microsoftRegion = "MICROSOFT_REGION"
        case anthropic = "ANTHROPIC_API_KEY"
        case awsAccessKey = "AWS_ACCESS_KEY_ID"
        case awsSecretKey = "AWS_SECRET_ACCESS_KEY"
        case proxy = "PROXY_API_KEY"

        fileprivate var names: [String] {
            self == .elevenLabs ? [rawValue, "ELEVEN_LABS_API_KEY"] : [rawValue]
        }
    }

    /// What is wrong with the file, if anything; never what stands in it.
    public let problem: String?
    private var values: [Name: String] = [:]

    private static let longest = 64 * 1024

    /// - Parameter state: may have no `secrets.json`.
    public init(environment: (String) -> String?, state: StateFolder) {
        let path = state.path + "/secrets.json"
        var file: [String: String] = [:]
        do {
            let bytes = try readFile(path, atMost: Self.longest)
            file = try JSONDecoder().decode([String: String].self, from: Data(bytes))
            problem = Self.unknown(in: file, at: path)
        } catch let error as SystemError {
            problem = error.code == ENOENT ? nil : "\(error); its keys are not used"
        } catch {
            problem = "cannot read \(path): it is no JSON object of texts; its keys are not used"
        }
        for name in Name.allCases {
            let found = name.names.flatMap { [file[$0], environment($0)] }
                .compactMap { $0.map(Self.trimmed) }.first { !$0.isEmpty }
            if let found { values[name] = found }
        }
    }

    /// A misspelt name is told, unless it may be a key that slipped into its place.
    private static func unknown(in file: [String: String], at path: String) -> String? {
        let known = Name.allCases.flatMap(\.names)
        let unknown = file.keys.filter { !known.contains($0) }.sorted()
        guard !unknown.isEmpty else { return nil }
        let isName = unknown.allSatisfy { name in
            name.count <= 40 && name.allSatisfy { $0 == "_" || ("A"..."Z").contains($0) }
        }
        let names = isName ? unknown.joined(separator: ", ") : "\(unknown.count) of its names"
        return "\(path): \(names) unknown and not used; known are "
            + known.joined(separator: ", ")
    }

    /// Nil if there is none.
    public subscript(name: Name) -> String? { values[name] }

    /// Keys are pasted, with what stood around them.
    private static func trimmed(_ text: String) -> String {
        text.filter { !$0.isWhitespace && !$0.isNewline }
    }
}
