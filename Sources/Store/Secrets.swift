import FoundationEssentials
import Glibc
import Linux
import Voice

/// Keys to providers. They come from the environment and from `STATE/secrets.json`, which the page
/// writes; what the page was given last holds. They go to their provider and nowhere else.
public struct Secrets: Equatable, Sendable {
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

        var names: [String] {
            self == .elevenLabs ? [rawValue, "ELEVEN_LABS_API_KEY"] : [rawValue]
        }
    }

    /// Why the file is not used, if it is not; never what stands in it.
    public let problem: String?
    /// What its owner ought to know of a file that is used; never what stands in it.
    public let notes: [String]
    private var values: [Name: String] = [:]
    private var sources: [Name: Source] = [:]

    private static let longest = 64 * 1024

    /// - Parameter state: may have no `secrets.json`.
    public init(environment: (String) -> String?, state: StateFolder) {
        let path = Self.file(in: state)
        var file: [String: String] = [:]
        do {
            file = try Self.read(path)
            problem = nil
        } catch let error as SystemError {
            problem = error.code == ENOENT ? nil : "\(error); its keys are not used"
        } catch {
            problem = "cannot read \(path): it is no JSON object of texts; its keys are not used"
        }
        notes = [Self.closed(path), Self.unknown(in: file, at: path)].compactMap { $0 }
        for name in Name.allCases {
            let given = name.names.flatMap { key in
                [(file[key], Source.page), (environment(key), Source.environment)]
            }
            let found = given.map { (value: Self.trimmed($0.0 ?? ""), source: $0.1) }
                .first { !$0.value.isEmpty }
            values[name] = found?.value
            sources[name] = found?.source
        }
    }

    /// Whoever wrote it by hand may have left it open to others.
    private static func closed(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return nil }
        return chmod(path, 0o600) == 0
            ? "\(path) could be read by other users, who may know its keys; from now on only by its"
                + " owner"
            : "\(path) can be read by other users: chmod 600 \(path)"
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

    static func file(in state: StateFolder) -> String { state.path + "/secrets.json" }

    static func read(_ path: String) throws -> [String: String] {
        let bytes = try readFile(path, atMost: longest)
        return try JSONDecoder().decode([String: String].self, from: Data(bytes))
    }

    /// Nil if there is none.
    public subscript(name: Name) -> String? { values[name] }

    /// Where it comes from; nil if there is none.
    public func source(of name: Name) -> Source? { sources[name] }

    /// Keys are pasted, with what stood around them.
    static func trimmed(_ text: String) -> String {
        text.filter { !$0.isWhitespace && !$0.isNewline }
    }
}
