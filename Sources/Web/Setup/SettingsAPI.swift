public import Voice

/// The settings and the keys, as whoever sets the device up reaches them.
public protocol SettableDevice: Sendable {
    /// JSON Schema of what `change` takes.
    var settingsSchema: JSONValue { get }
    /// The secrets that are known, by the names that people use.
    var secretNames: [String] { get }

    func settings() async -> SettingsReport

    /// Keys in `changes` replace what was set, `null` returns a key to its default, others stay.
    ///
    /// - Throws: an `HTTPError`, 422 with the field for what makes a setting wrong; then nothing is
    ///   changed.
    func change(_ changes: JSONValue) async throws -> SettingsReport

    /// Keeps secrets; a nil takes one away.
    ///
    /// - Throws: an `HTTPError`, 422 with the field for one that cannot be any; then none is kept.
    func keep(_ secrets: [String: String?]) async throws -> SettingsReport
}

/// How the device is set up.
public struct SettingsReport: Sendable {
    /// Every key with the value that the files give it.
    public var settings: JSONValue
    /// The paths of the keys that the owner's file sets, and of those that the page has set.
    public var owner: [String]
    public var page: [String]
    /// Of those that are as the board has them, since neither says otherwise.
    public var board: [String] = []
    /// What is wrong in the files: there the default holds.
    public var problems: [(key: String, problem: String)] = []
    /// Which secrets there are, and where each comes from: `environment` or `page`; nil for none.
    public var secrets: [(name: String, source: String?)] = []
    /// The paths of settings, and the names of secrets, that hold only after a restart.
    public var needsRestart: [String] = []

    public init(settings: JSONValue, owner: [String], page: [String]) {
        self.settings = settings
        self.owner = owner
        self.page = page
    }

    var json: JSONValue {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        let problems = problems.map { problem in
            JSONValue.object(["key": .string(problem.key), "problem": .string(problem.problem)])
        }
        let secrets = secrets.map { secret in
            JSONValue.object([
                "name": .string(secret.name),
                "source": secret.source.map { .string($0) } ?? .null,
            ])
        }
        return .object([
            "settings": settings, "owner": list(owner), "page": list(page),
            "board": list(board),
            "problems": .array(problems), "secrets": .array(secrets),
            "needsRestart": list(needsRestart),
        ])
    }

    static var schema: JSONValue {
        let paths = JSONSchema.list(of: JSONSchema.text)
        return JSONSchema.object([
            "settings": JSONSchema.of("object"), "owner": paths, "page": paths,
            "board": paths,
            "problems": JSONSchema.list(
                of: JSONSchema.object(["key": JSONSchema.text, "problem": JSONSchema.text])),
            "secrets": JSONSchema.list(
                of: JSONSchema.object([
                    "name": JSONSchema.text,
                    "source": JSONSchema.orNull(JSONSchema.choice(["environment", "page"])),
                ])),
            "needsRestart": paths,
        ])
    }
}

/// `/api/settings` and `/api/secrets`.
public struct SettingsAPI: Sendable {
    private let device: any SettableDevice

    private static let longestSettings = 256 * 1024

    public init(_ device: any SettableDevice) { self.device = device }

    public func add(to api: inout API) {
        api.add(
            "GET", "/api/settings", "Every setting, and who set it.", scope: .read,
            describe: { $0.replies("How the device is set up.", SettingsReport.schema) }
        ) { request, _ in
            let report = try request.connection.wait { [device] in await device.settings() }
            return Response(json: report.json)
        }
        api.add(
            "PUT", "/api/settings", "Changes settings; null returns one to its default.",
            scope: .admin, bodyAtMost: Self.longestSettings,
            describe: { operation in
                operation.changes = "settings"
                operation.takes(device.settingsSchema)
                operation.replies("How the device is set up now.", SettingsReport.schema)
                operation.replies(422, "A setting would be wrong; nothing was changed.")
            }
        ) { request, body in
            let changes = try ObjectBody(of: request, body).tree
            let report = try request.connection.wait { [device] in
                try await device.change(changes)
            }
            return Response(json: report.json)
        }
        api.add(
            "PUT", "/api/secrets", "Keeps keys to providers; null takes one away.",
            scope: .admin,
            describe: { operation in
                operation.changes = "settings"
                let names = device.secretNames.map { ($0, Self.secretSchema) }
                operation.takes(
                    JSONSchema.object(
                        Dictionary(uniqueKeysWithValues: names), optional: Set(device.secretNames),
                        isClosed: true))
                operation.replies("Which keys there are now.", SettingsReport.schema)
                operation.replies(422, "One cannot be a key; none was kept.")
            }
        ) { request, body in
            let secrets = try Self.secrets(ObjectBody(of: request, body), device.secretNames)
            let report = try request.connection.wait { [device] in try await device.keep(secrets) }
            return Response(json: report.json)
        }
    }

    private static let secretSchema = JSONValue.object([
        "type": .array([.string("string"), .string("null")]), "writeOnly": .bool(true),
        "pattern": .string("^[!-~]+$"), "minLength": .number(1), "maxLength": .number(4096),
    ])

    /// Nothing of a value is told to anybody, not even of a wrong one.
    private static func secrets(
        _ body: ObjectBody, _ names: [String]
    ) throws(HTTPError) -> [String: String?] {
        guard body.keys.keys.allSatisfy(names.contains) else {
            // It may be a key, where its name should be.
            throw HTTPError(
                422, "invalid_field",
                "there is a name that is unknown; known here: \(names.joined(separator: ", "))")
        }
        var secrets: [String: String?] = [:]
        for (name, value) in body.keys.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .null: secrets.updateValue(nil, forKey: name)
            case .string(let text): secrets.updateValue(text, forKey: name)
            default: throw .invalid(name, "is no text; use a key as a text, or null for none")
            }
        }
        return secrets
    }
}
