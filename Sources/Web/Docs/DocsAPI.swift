import FoundationEssentials
import Voice

/// What the API says of itself: `/openapi.json` for programs, and `/docs` for people. To be added
/// behind everything that it is to describe.
public struct DocsAPI: Sendable {
    private let version: String
    private let url: String?
    private let cookie: String

    /// - Parameters:
    ///   - version: the program's.
    ///   - url: where others reach the device; nil if that is wherever they ask.
    ///   - cookie: the name of the one that a session has.
    public init(version: String, url: String?, cookie: String = "pressel") {
        self.version = version
        self.url = url
        self.cookie = cookie
    }

    public func add(to api: inout API) {
        // Whoever is logged in on the device's page reads it, and tries it with a key as well.
        file("/docs", "text/html", "A page to read this description and to try it.", to: &api) {
            PackageResources.docs_html
        }
        file("/docs.css", "text/css", "How that page looks.", to: &api) {
            PackageResources.docs_css
        }
        file("/docs.js", "text/javascript", "What that page does.", to: &api) {
            PackageResources.docs_js
        }
        var described = api
        addDescription([], to: &described)
        let document = described.openAPI(version: version, url: url, cookie: cookie)
        addDescription(Self.encoded(document), to: &api)
    }

    private func addDescription(_ document: [UInt8], to api: inout API) {
        api.add(
            "GET", "/openapi.json", "This description.", scope: .talk,
            describe: { operation in
                operation.answers[200] = (
                    "An OpenAPI 3.1 document.",
                    Operation.Content("application/json", schema: ["type": "object"])
                )
            },
            answer: { _, _ in
                Response(
                    headers: [Header("Content-Type", "application/json")], body: .bytes(document))
            })
    }

    private func file(
        _ path: String, _ type: String, _ summary: String, to api: inout API,
        _ bytes: @escaping @Sendable () -> [UInt8]
    ) {
        api.add(
            "GET", path, summary, scope: .talk,
            describe: { operation in
                operation.answers[200] = (
                    "A file.", Operation.Content(type, schema: ["type": "string"])
                )
            },
            answer: { _, _ in
                Response(
                    headers: [Header("Content-Type", "\(type); charset=utf-8")],
                    body: .bytes(bytes()))
            })
    }

    private static func encoded(_ document: JSONValue) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // It holds nothing that JSON does not have.
        return (try? encoder.encode(document)).map { [UInt8]($0) } ?? []
    }
}
