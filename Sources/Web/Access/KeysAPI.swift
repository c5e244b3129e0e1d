import Voice

/// The keys by which other programs use the device: `/api/keys`.
public struct KeysAPI: Sendable {
    private let access: AccessControl

    private static let perMinute: ClosedRange<Int> = 1...100_000
    private static let perDay: ClosedRange<Int> = 1...10_000_000
    private static let longestName = 100
    private static let longestVoice = 200
    private static let longestPrompt = 8000

    /// A turn's source is a key's name, one of these, or nothing that a person could take for one.
    private static let taken = ["button", "page", "PROXY_API_KEY", "signed URL"]

    public init(_ access: AccessControl) { self.access = access }

    public func add(to api: inout API) {
        api.add(
            "GET", "/api/keys", "The keys, without what opens by them.", scope: .admin,
            describe: { operation in
                let schema = JSONSchema.object(
                    ["keys": JSONSchema.list(of: Self.keySchema(isNew: false))],
                    required: ["keys"])
                operation.answers[200] = ("All of them.", .json(schema))
            },
            answer: { [access] request, _ in
                let keys = try access.keys(request).map {
                    KeyBody($0.key, usedToday: $0.usedToday)
                }
                return Response(json: KeysBody(keys: keys))
            })
        api.add(
            "POST", "/api/keys", "Makes a key, which is told once.", scope: .admin,
            describe: { operation in
                operation.changes = "keys"
                operation.body = .json(Self.wishSchema)
                operation.answers[201] = (
                    "The key.", .json(Self.keySchema(isNew: true))
                )
                operation.answers[409] = ("There is one of that name, or too many.", nil)
            },
            answer: { [access] request, body in
                let wish = try Self.wish(request, body)
                let (key, secret) = try access.makeKey(wish, request)
                return Response(json: KeyBody(key, usedToday: 0, secret: secret), status: 201)
            })
        api.add(
            "DELETE", "/api/keys/{id}", "Takes a key back, at once.", scope: .admin,
            describe: { operation in
                operation.changes = "keys"
                operation.parameters = [
                    .init("id", in: .path, "Of the key.", schema: JSONSchema.whole)
                ]
                operation.answers[204] = ("It is gone.", nil)
                operation.answers[404] = ("There is no such key.", nil)
            },
            answer: { [access] request, _ in
                guard let id = request.parameters["id"].flatMap({ Int64($0) }),
                    try access.removeKey(id, request)
                else { throw HTTPError(404, "not_found", "there is no such key", field: "id") }
                return Response(204)
            })
    }

    private static func wish(_ request: Request, _ body: [UInt8]) throws(HTTPError) -> APIKey {
        let fields = try ObjectBody(
            of: request, body,
            allowing: ["name", "scope", "perMinute", "perDay", "voice", "systemPrompt"])
        let name = try fields.requiredText("name", upTo: longestName).trimmingSpaces()
        guard !name.isEmpty,
            !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f })
        else { throw HTTPError.invalid("name", "is a name, on one line") }
        guard !taken.contains(where: { $0.isSame(as: name) }) else {
            throw HTTPError.invalid("name", "means something else in the history; use another")
        }
        let word = try fields.requiredText("scope", upTo: 20)
        guard let scope = Scope(rawValue: word) else {
            let words = Scope.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPError.invalid("scope", "is one of \(words)")
        }
        var key = APIKey(name: name, scope: scope, hash: [])
        key.perMinute = try fields.number("perMinute", within: perMinute).map(Int64.init)
        key.perDay = try fields.number("perDay", within: perDay).map(Int64.init)
        key.voice = try fields.text("voice", upTo: longestVoice, nullable: true)
        key.systemPrompt = try fields.text("systemPrompt", upTo: longestPrompt, nullable: true)
        return key
    }
}

private struct KeyBody: Encodable {
    let id: Int64
    let name: String
    let scope: String
    let perMinute: Int64?
    let perDay: Int64?
    let voice: String?
    let systemPrompt: String?
    let usedToday: Int64
    let key: String?

    init(_ key: APIKey, usedToday: Int64, secret: String? = nil) {
        id = key.id
        name = key.name
        scope = key.scope.rawValue
        perMinute = key.perMinute
        perDay = key.perDay
        voice = key.voice
        systemPrompt = key.systemPrompt
        self.usedToday = usedToday
        self.key = secret
    }
}

private struct KeysBody: Encodable {
    let keys: [KeyBody]
}

extension KeysAPI {
    private static var name: JSONValue {
        let text = JSONSchema.text(
            upTo: longestName, atLeast: 1,
            pattern: #"^[^\u0000-\u001f\u007f]*[^\u0000-\u0020\u007f][^\u0000-\u001f\u007f]*$"#)
        guard case .object(var schema) = text else { return text }
        schema["not"] = .object(["enum": .array(taken.map { .string($0) })])
        return .object(schema)
    }

    private static var settings: [String: JSONValue] {
        [
            "name": name,
            "scope": JSONSchema.choice(Scope.allCases.map(\.rawValue)),
            "perMinute": JSONSchema.orNull(JSONSchema.range(perMinute)),
            "perDay": JSONSchema.orNull(JSONSchema.range(perDay)),
            "voice": JSONSchema.orNull(JSONSchema.text(upTo: longestVoice)),
            "systemPrompt": JSONSchema.orNull(JSONSchema.text(upTo: longestPrompt)),
        ]
    }

    fileprivate static var wishSchema: JSONValue {
        JSONSchema.object(settings, required: ["name", "scope"])
    }

    fileprivate static func keySchema(isNew: Bool) -> JSONValue {
        var properties = settings
        properties["id"] = JSONSchema.whole
        properties["usedToday"] = JSONSchema.whole
        if isNew { properties["key"] = JSONSchema.text }
        return JSONSchema.object(
            properties,
            required: ["id", "name", "scope", "usedToday"] + (isNew ? ["key"] : []))
    }
}
