public import Voice

/// The voices that there are to speak with.
public protocol VoiceKeeping: Sendable {
    func voices() async throws -> VoicesReport

    /// Removes a voice that was made here, at its provider's and here.
    ///
    /// - Throws: an `HTTPError` if that was not done, 404 if there is none.
    func removeVoice(_ id: String) async throws
}

/// Which voices there are.
public struct VoicesReport: Sendable {
    /// What the providers of the settings offer.
    public var offered: [(provider: String, voice: OfferedVoice)] = []
    /// What was made here after people's voices.
    public var made: [MadeVoice] = []
    /// Providers that did not say.
    public var problems: [(provider: String, problem: String)] = []

    /// A voice that was made after a person's.
    public struct MadeVoice: Sendable {
        public let id: String
        public let name: String
        /// Whose it is, as callers of the API name them.
        public let user: String
        public let provider: String
        /// What its provider calls it, as in a link of the settings.
        public var voice: String?
        /// Who agreed, and when, by ISO 8601.
        public var consentBy: String?
        public var consentAt: String?

        public init(id: String, name: String, user: String, provider: String) {
            self.id = id
            self.name = name
            self.user = user
            self.provider = provider
        }
    }

    public init() {}

    var json: JSONValue {
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        let offered = offered.map { provider, voice in
            JSONValue.object([
                "provider": .string(provider), "id": .string(voice.id), "name": .string(voice.name),
                "language": text(voice.language), "preview": text(voice.preview),
                "isOwn": .bool(voice.isOwn),
            ])
        }
        let made = made.map { voice in
            JSONValue.object([
                "id": .string(voice.id), "name": .string(voice.name), "user": .string(voice.user),
                "provider": .string(voice.provider), "voice": text(voice.voice),
                "consentBy": text(voice.consentBy), "consentAt": text(voice.consentAt),
            ])
        }
        let problems = problems.map { provider, problem in
            JSONValue.object(["provider": .string(provider), "problem": .string(problem)])
        }
        return .object([
            "offered": .array(offered), "made": .array(made), "problems": .array(problems),
        ])
    }

    static var schema: JSONValue {
        let text = JSONSchema.text
        let textOrNull = JSONSchema.orNull(text)
        let offered = JSONSchema.object([
            "provider": text, "id": text, "name": text, "language": textOrNull,
            "preview": textOrNull, "isOwn": JSONSchema.boolean,
        ])
        let made = JSONSchema.object([
            "id": text, "name": text, "user": text, "provider": text, "voice": textOrNull,
            "consentBy": textOrNull, "consentAt": textOrNull,
        ])
        return JSONSchema.object([
            "offered": JSONSchema.list(of: offered), "made": JSONSchema.list(of: made),
            "problems": JSONSchema.list(
                of: JSONSchema.object(["provider": text, "problem": text])),
        ])
    }
}

/// `/api/voices`.
public struct VoiceListAPI: Sendable {
    private let keeper: any VoiceKeeping

    public init(_ keeper: any VoiceKeeping) { self.keeper = keeper }

    public func add(to api: inout API) {
        api.add(
            "GET", "/api/voices", "The voices that there are to speak with.", scope: .read,
            describe: { $0.replies("What is offered, and what was made.", VoicesReport.schema) }
        ) { request, _ in
            let report = try request.connection.wait { [keeper] in try await keeper.voices() }
            return Response(json: report.json)
        }
        api.add(
            "DELETE", "/api/voices/{id}", "Removes a voice that was made here.", scope: .admin,
            describe: { operation in
                operation.changes = "voices"
                operation.parameter("id", in: .path, "The voice's id.", JSONSchema.name)
                operation.replies(204, "It is gone, here and at its provider's.")
                operation.replies(404, "There is none.")
                operation.replies(409, "Its provider is not set up.")
                operation.replies(502, "Its provider did not remove it, so it stays.")
            }
        ) { request, _ in
            let id = request.parameters["id"] ?? ""
            try request.connection.wait { [keeper] in try await keeper.removeVoice(id) }
            return Response(204)
        }
    }
}
