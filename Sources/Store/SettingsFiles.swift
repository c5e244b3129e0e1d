import FoundationEssentials
import Glibc
import Linux
public import Voice

/// The two files that settings come from.
public struct SettingsFiles: Sendable {
    /// The owner's, which this program never writes.
    public let owners: String
    /// The page's, in the state folder; laid over the owner's key by key.
    public let pages: String

    /// No sensible settings are longer.
    static let longest = 1 << 20

    public init(owners: String, stateFolder: String) {
        self.owners = owners
        pages = stateFolder + "/settings.json"
    }

    /// What the files hold together. A file that is not there sets nothing.
    ///
    /// - Returns: the tree, and what is wrong with a file as a whole, a line each.
    public func read() -> (tree: JSONValue, problems: [String]) {
        var tree = JSONValue.object([:])
        var problems: [String] = []
        for path in [owners, pages] {
            do {
                let file = try Self.parse(readFile(path, atMost: Self.longest))
                guard case .object = file else {
                    problems.append(
                        "cannot use \(path): settings are an object, in braces; its settings are not"
                            + " used")
                    continue
                }
                tree = tree.overlaid(with: file)
            } catch let error as SystemError {
                if error.code != ENOENT { problems.append("\(error); its settings are not used") }
            } catch {
                // FoundationEssentials does not say where.
                problems.append(
                    "cannot read \(path): it is not valid JSON, look for a missing comma, quote or"
                        + " brace; its settings are not used")
            }
        }
        return (tree, problems)
    }

    /// The file whose value of a key counts, so that somebody finds what to mend.
    ///
    /// - Parameter key: as complaints name it: `audio.volume`, `speechToText[0].model`.
    public func file(setting key: String) -> String {
        var names = key.prefix { $0 != "[" }.split(separator: ".").map(String.init)[...]
        let trees = [pages, owners].map { path in
            (path, tree: try? Self.parse(readFile(path, atMost: Self.longest)))
        }
        // What is missing is to be written where the rest of its section stands.
        while !names.isEmpty {
            let holder = trees.first { $0.tree?.value(at: names) != nil }
            if let holder { return holder.0 }
            names.removeLast()
        }
        return owners
    }

    /// The paths of the keys that the owner's file sets and that hold, and of those that the page
    /// has set.
    public func whoSets() -> (owner: [String], page: [String]) {
        let page = (Self.tree(at: pages) ?? .object([:])).paths
        let owner = (Self.tree(at: owners) ?? .object([:])).paths
        let ofPage = Set(page)
        return (
            owner.filter { path in
                // What the page has set above it hides it too.
                !ofPage.contains(path) && !page.contains { path.hasPrefix($0 + ".") }
            }, page
        )
    }

    /// JSON, with comments and trailing commas allowed.
    static func parse(_ bytes: [UInt8]) throws -> JSONValue {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        return try decoder.decode(JSONValue.self, from: Data(bytes))
    }
}
