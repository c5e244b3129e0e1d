public import Voice

/// The models that there are to hear, think and speak with.
public protocol ModelListing: Sendable {
    /// - Parameters:
    ///   - stage: as in the settings, `speechToText`; nil for all.
    ///   - provider: as a link names it; nil for all.
    func models(for stage: String?, of provider: String?) async -> ModelsReport
}

/// Which models there are.
public struct ModelsReport: Sendable {
    /// Who offers something. Two links of one provider may lead to two servers, with models of
    /// their own.
    public struct Place: Sendable {
        public let stage: String
        public let provider: String
        /// As the link has it.
        public let baseURL: String?

        public init(stage: String, provider: String, baseURL: String?) {
            self.stage = stage
            self.provider = provider
            self.baseURL = baseURL
        }

        fileprivate func json(_ more: [String: JSONValue]) -> JSONValue {
            let own: [String: JSONValue] = [
                "stage": .string(stage), "provider": .string(provider),
                "baseURL": baseURL.map { .string($0) } ?? .null,
            ]
            return .object(own.merging(more) { $1 })
        }
    }

    /// What the providers of the settings offer.
    public var offered: [(place: Place, model: OfferedModel)] = []
    /// Providers that did not say.
    public var problems: [(place: Place, problem: String)] = []

    public init() {}

    var json: JSONValue {
        let offered = offered.map { place, model in
            place.json([
                "id": .string(model.id), "isFit": .bool(model.isFit),
                "shutdown": model.shutdown.map { .string($0) } ?? .null,
            ])
        }
        let problems = problems.map { place, problem in place.json(["problem": .string(problem)]) }
        return .object(["offered": .array(offered), "problems": .array(problems)])
    }

    static var schema: JSONValue {
        let text = JSONSchema.text
        let offered = JSONSchema.object([
            "stage": text, "provider": text, "baseURL": JSONSchema.orNull(text), "id": text,
            "isFit": JSONSchema.boolean, "shutdown": JSONSchema.orNull(text),
        ])
        let problem = JSONSchema.object([
            "stage": text, "provider": text, "baseURL": JSONSchema.orNull(text), "problem": text,
        ])
        return JSONSchema.object([
            "offered": JSONSchema.list(of: offered), "problems": JSONSchema.list(of: problem),
        ])
    }
}

/// `/api/models`.
public struct ModelListAPI: Sendable {
    private let listing: any ModelListing

    private static let stages = ["speechToText", "languageModel", "textToSpeech"]
    private static let longestProvider = 200

    public init(_ listing: any ModelListing) { self.listing = listing }

    public func add(to api: inout API) {
        api.add(
            "GET", "/api/models", "The models that the providers of the settings list.",
            scope: .read,
            describe: { operation in
                operation.parameter(
                    "stage", in: .query, "Only of this stage.", JSONSchema.choice(Self.stages))
                operation.parameter(
                    "provider", in: .query, "Only of this provider.",
                    JSONSchema.line(upTo: Self.longestProvider))
                operation.replies("What is offered; of each, the best first.", ModelsReport.schema)
                operation.replies(422, "A parameter is wrong.")
            }
        ) { [listing] request, _ in
            let stage = request.queried("stage")
            if let stage, !Self.stages.contains(stage) {
                throw HTTPError.invalid(
                    "stage",
                    "is \"\(stage.prefix(40))\"; use one of "
                        + Self.stages.joined(separator: ", "))
            }
            let provider = request.queried("provider")
            if let provider, provider.unicodeScalars.count > Self.longestProvider {
                throw HTTPError.invalid(
                    "provider", "is longer than \(Self.longestProvider) characters")
            }
            let report = try request.connection.wait {
                await listing.models(for: stage, of: provider)
            }
            return Response(json: report.json)
        }
    }
}
