public import Voice

/// The device's parts, as whoever looks for a fault reaches them.
public protocol TestableDevice: Sendable {
    /// Sound cards, GPIO chips, input devices, for people and forms to choose from.
    ///
    /// - Throws: an `HTTPError`, 409 while somebody talks to the device, or looks already.
    func devices() async throws -> any Encodable & Sendable

    /// - Throws: an `HTTPError`, 409 while somebody talks to the device.
    func test(_ part: PartTest) async throws -> TestReport

    /// What the microphone hears, as 16-bit little-endian samples, mono, 16000 a second, until so
    /// much has come or the stream is dropped.
    ///
    /// - Throws: an `HTTPError`, 409 while somebody talks to the device, or where it does not hear.
    func recording(lasting length: Duration) async throws -> AsyncThrowingStream<[UInt8], any Error>
}

/// What is to be tried out.
public enum PartTest: Equatable, Sendable {
    /// Plays a tone.
    case speaker
    /// Listens for so long; plays what it heard, if that is wanted.
    case microphone(Duration, isPlayed: Bool = false)
    /// Plays a tone, and listens for it meanwhile.
    case sound
    /// Waits so long for a press, which then is nothing but that; looks for it wherever a button
    /// could hang, if that is wanted.
    case button(Duration, isSearched: Bool = false)
    /// Asks whether they would serve: those of one stage, or of one name, or all.
    case provider(stage: String?, name: String?)
}

/// What came of a test.
public struct TestReport: Sendable {
    public struct Finding: Sendable {
        public let part: String
        /// `works`, `note` or `fails`.
        public let verdict: String
        public let found: String
        /// What mends it.
        public let remedy: String?

        public init(part: String, verdict: String, found: String, remedy: String?) {
            self.part = part
            self.verdict = verdict
            self.found = found
            self.remedy = remedy
        }
    }

    public var findings: [Finding]
    /// Figures by their names, with the unit in the name: `meanDecibels`.
    public var figures: [String: Double] = [:]
    /// What `PUT /api/settings` would have to be sent for what was found; nil for nothing.
    public var settings: JSONValue?

    public init(_ findings: [Finding]) { self.findings = findings }

    var json: JSONValue {
        let list = findings.map { finding in
            JSONValue.object([
                "part": .string(finding.part), "verdict": .string(finding.verdict),
                "found": .string(finding.found),
                "remedy": finding.remedy.map { .string($0) } ?? .null,
            ])
        }
        var report: [String: JSONValue] = [
            "healthy": .bool(findings.allSatisfy { $0.verdict != "fails" }),
            "findings": .array(list), "figures": .object(figures.mapValues { .number($0) }),
        ]
        report["settings"] = settings
        return .object(report)
    }

    static var schema: JSONValue {
        let finding = JSONSchema.object([
            "part": JSONSchema.text, "verdict": JSONSchema.choice(["works", "note", "fails"]),
            "found": JSONSchema.text, "remedy": JSONSchema.orNull(JSONSchema.text),
        ])
        return JSONSchema.object(
            [
                "healthy": JSONSchema.boolean, "findings": JSONSchema.list(of: finding),
                "figures": JSONSchema.map(to: JSONSchema.number),
                "settings": JSONSchema.of("object"),
            ], optional: ["settings"])
    }
}

/// `/api/devices` and `/api/test/…`.
public struct PartsAPI: Sendable {
    private let device: any TestableDevice

    private static let stages = ["speechToText", "languageModel", "textToSpeech"]

    public init(_ device: any TestableDevice) { self.device = device }

    public func add(to api: inout API) {
        api.add(
            "GET", "/api/devices", "Sound cards, GPIO chips and input devices.", scope: .read,
            describe: { operation in
                operation.replies("What there is.", JSONSchema.of("object"))
                operation.replies(409, "Somebody talks to the device, or looks already.")
            }
        ) { request, _ in
            let report = try request.connection.wait { [device] in try await device.devices() }
            return Response(json: report)
        }
        add("speaker", "Plays a tone.", [:], to: &api) { _ in .speaker }
        add(
            "microphone", "Listens, and tells how loud it is; may play what it heard.",
            [
                "seconds": JSONSchema.range(1...10, usually: 2), "play": JSONSchema.boolean,
            ], to: &api
        ) { body in
            let seconds = try body.number("seconds", within: 1...10) ?? 2
            return .microphone(.seconds(seconds), isPlayed: try body.isSet("play"))
        }
        add("sound", "Plays a tone, and sees whether the microphone hears it.", [:], to: &api) {
            _ in .sound
        }
        add(
            "button",
            "Waits for a press, which asks nothing then; may look for it on every line and device.",
            [
                "seconds": JSONSchema.range(1...20, usually: 10), "search": JSONSchema.boolean,
            ], to: &api
        ) { body in
            let seconds = try body.number("seconds", within: 1...20) ?? 10
            return .button(.seconds(seconds), isSearched: try body.isSet("search"))
        }
        add(
            "provider", "Asks providers whether they would serve.",
            ["stage": JSONSchema.choice(Self.stages), "name": JSONSchema.text], to: &api
        ) { body in
            var name: String?
            switch body.keys["name"] {
            case nil, .null?: break
            case .string(let text)?: name = text
            case let other?: throw HTTPError.invalid("name", "is \(other); use a provider's name")
            }
            return .provider(stage: try body.choice("stage", of: Self.stages), name: name)
        }
        addRecording(to: &api)
    }

    private func addRecording(to api: inout API) {
        let seconds = [
            "seconds": JSONSchema.orNull(JSONSchema.range(1...180, usually: 10))
        ]
        api.add(
            "POST", "/api/test/recording",
            "Records at the device: its sound comes while it is heard, until the request is closed.",
            scope: .admin,
            describe: { operation in
                operation.takes(JSONSchema.object(seconds, optional: ["seconds"], isClosed: true))
                operation.isBodyOptional = true
                operation.repliesBytes(
                    "16-bit little-endian samples, mono, 16000 a second.",
                    as: "application/octet-stream")
                operation.replies(
                    409, "Somebody talks to the device, another test runs, or it hears nothing.")
                operation.replies(422, "A field is wrong.")
            }
        ) { [device] request, body in
            let fields = try body.isEmpty ? ObjectBody() : ObjectBody(of: request, body)
            try fields.allow(["seconds"])
            let length = Duration.seconds(try fields.number("seconds", within: 1...180) ?? 10)
            let connection = request.connection
            let sound = try connection.wait { try await device.recording(lasting: length) }
            var response = Response(
                headers: [
                    Header("Content-Type", "application/octet-stream"),
                    Header("Cache-Control", "no-store"),
                ],
                body: .stream {
                    try connection.wait {
                        for try await piece in sound { return piece }
                        return nil
                    }
                })
            response.isEndless = true
            return response
        }
    }

    /// - Parameter keys: what the body may hold; none of it has to be there.
    private func add(
        _ part: String, _ summary: String, _ keys: [String: JSONValue], to api: inout API,
        _ test: @escaping @Sendable (ObjectBody) throws -> PartTest
    ) {
        api.add(
            "POST", "/api/test/\(part)", summary, scope: .admin,
            describe: { operation in
                operation.takes(
                    JSONSchema.object(
                        keys.mapValues(JSONSchema.orNull), optional: Set(keys.keys),
                        isClosed: true))
                operation.isBodyOptional = true
                operation.replies("What came of it.", TestReport.schema)
                operation.replies(409, "Somebody talks to the device, or another test runs.")
                operation.replies(422, "A field is wrong.")
            }
        ) { request, body in
            let fields = try body.isEmpty ? ObjectBody() : ObjectBody(of: request, body)
            try fields.allow(keys.keys.sorted())
            let part = try test(fields)
            let report = try request.connection.wait { [device] in try await device.test(part) }
            return Response(json: report.json)
        }
    }
}
