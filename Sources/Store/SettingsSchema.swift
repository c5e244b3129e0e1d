import Linux
public import Voice

extension Settings {
    /// Reads what `tree` sets. Whatever is wrong with a key is in the complaints, and its default
    /// holds, which is the board's where the board has one.
    public static func reading(_ tree: JSONValue) -> (
        settings: Settings, complaints: [SettingsComplaint]
    ) {
        var settings = defaults(in: tree)
        var reader = SettingsReader(tree)
        settings.read(from: &reader)
        return (settings, reader.finished())
    }

    /// What holds where `tree` says nothing, by the board that it names.
    private static func defaults(in tree: JSONValue) -> Settings {
        var settings = Settings()
        guard case .string(let name)? = tree["board"], let board = Board.named(name) else {
            return settings
        }
        var reader = SettingsReader(board.settings)
        settings.read(from: &reader)
        return settings
    }

    /// JSON Schema (2020-12) of what `reading` takes, made by what reads it, with the defaults.
    public static var schema: JSONValue {
        var settings = Settings()
        var reader = SettingsReader(.object([:]), describing: true)
        settings.read(from: &reader)
        guard case .object(var schema) = reader.schema else { return .null }
        schema["type"] = .string("object")
        return JSONValue.object(schema).withDefaults(Settings().tree)
    }

    private mutating func read(from file: inout SettingsReader) {
        file.read("name", into: &name)
        file.readLanguage("language", into: &language)
        var timeZone = timeZone
        file.read("timeZone", into: &timeZone)
        if let zone = timeZone, !SystemWallClock.knows(timeZone: zone) {
            file.complain(
                "timeZone",
                "is \"\(zone)\"; use a name from the tz database, as in \"Europe/Berlin\"")
        } else {
            self.timeZone = timeZone
        }
        file.read("board", into: &board, among: Board.names)
        file.section("button") { button.read(from: &$0) }
        file.section("lights") { lights.read(from: &$0) }
        file.section("audio") { audio.read(from: &$0) }
        speechToText = file.list("speechToText") { Link(from: &$0, among: Link.recognizers) }
        languageModel = file.list("languageModel") { Link(from: &$0, among: Link.models) }
        textToSpeech = file.list("textToSpeech") { Link(from: &$0, among: Link.voices) }
        file.section("conversation") { conversation.read(from: &$0) }
        file.section("history") { history.read(from: &$0) }
        file.section("web") { web.read(from: &$0) }
        file.section("network") { $0.read("caFile", into: &network.caFile) }
    }
}

extension Settings.Button {
    fileprivate mutating func read(from file: inout SettingsReader) {
        file.read("source", into: &source)
        file.read("chip", into: &chip)
        file.read("line", into: &line)
        file.read("activeLow", into: &activeLow)
        file.read("bias", into: &bias)
        file.readPath("device", into: &device)
        if source == .input { file.require("device", "button.source \"input\"") }
        file.read("mode", into: &mode)
        file.read("debounceMilliseconds", into: &debounceMilliseconds, within: 0...100)
        file.read("holdMilliseconds", into: &holdMilliseconds, within: 200...1500)
    }
}

extension Settings.Lights {
    fileprivate mutating func read(from file: inout SettingsReader) {
        file.read("kind", into: &kind)
        file.read("chip", into: &chip)
        file.read("line", into: &line)
        file.read("activeLow", into: &activeLow)
        file.read("red", into: &red)
        file.read("green", into: &green)
        file.read("blue", into: &blue)
        file.readPath("path", into: &path)
        file.readPath("device", into: &device)
        file.read("count", into: &count, within: 1...500)
        file.read("brightness", into: &brightness, within: 0...100)
        file.read("palette", into: &palette)
        for key in missing { file.require(key, "lights.kind \"\(kind.rawValue)\"") }
        if !missing.isEmpty { kind = .none }
    }

    /// The keys that its kind needs, and that neither the file nor the board has.
    private var missing: [String] {
        let needs: [(key: String, isThere: Bool)] =
            switch kind {
            case .none, .apa102: []
            case .gpio: [("line", line != nil)]
            case .rgb: [("red", red != nil), ("green", green != nil), ("blue", blue != nil)]
            case .sysfs: [("path", path != nil)]
            }
        return needs.filter { !$0.isThere }.map(\.key)
    }
}

extension Settings.Audio {
    fileprivate mutating func read(from file: inout SettingsReader) {
        file.read("captureDevice", into: &captureDevice)
        file.read("playbackDevice", into: &playbackDevice)
        file.read("volume", into: &volume, within: 0...100)
        file.read("sounds", into: &sounds)
        file.read("muted", into: &muted)
        file.read("keepSpeakerOpen", into: &keepSpeakerOpen)
        file.read("preRollMilliseconds", into: &preRollMilliseconds, within: 0...2000)
        file.read("postRollMilliseconds", into: &postRollMilliseconds, within: 0...2000)
        file.read("endOfSpeechMilliseconds", into: &endOfSpeechMilliseconds, within: 300...3000)
        file.read("noSpeechSeconds", into: &noSpeechSeconds, within: 2...60)
        file.read("longestTurnSeconds", into: &longestTurnSeconds, within: 5...600)
    }
}

extension Settings.Link {
    /// - Parameter providers: those that the stage has. A link of another is none: what it says was
    ///   meant for somebody else.
    fileprivate init?(from file: inout SettingsReader, among providers: [String]) {
        var provider: String?
        file.needs("provider")
        let isNamed = file.has("provider")
        file.read("provider", into: &provider, among: providers)
        self.init(provider: provider ?? "")
        // The one protocol here that is no HTTP.
        let schemes = provider == "wyoming" ? ["tcp://"] : ["http://", "https://"]
        file.readURL("baseURL", into: &baseURL, schemes: schemes)
        file.read("model", into: &model)
        file.readLanguage("language", into: &language)
        file.read("voice", into: &voice)
        file.read("speed", into: &speed, within: 0.25...4)
        file.read("region", into: &region)
        file.read("timeoutSeconds", into: &timeoutSeconds, within: 0.1...600)
        file.read("instructions", into: &instructions)
        file.read("sampleRate", into: &sampleRate, within: 8_000...48_000)
        file.read("upload", into: &upload)
        file.read("transport", into: &transport)
        file.read("maxTokens", into: &maxTokens, within: 1...100_000)
        file.read("maxTokensField", into: &maxTokensField)
        file.read("reasoningEffort", into: &reasoningEffort)
        file.read("tools", into: &tools)
        guard provider == nil else { return }
        if !isNamed { file.complain("provider", "is missing; every link names one") }
        return nil
    }
}

extension Settings.Conversation {
    fileprivate mutating func read(from file: inout SettingsReader) {
        file.read("systemPrompt", into: &systemPrompt)
        file.read("rememberedTurns", into: &rememberedTurns, within: 0...100)
        file.read("longestReplySeconds", into: &longestReplySeconds, within: 1...3600)
        file.read("followUp", into: &followUp)
    }
}

extension Settings.History {
    fileprivate mutating func read(from file: inout SettingsReader) {
        file.read("keepDays", into: &keepDays, within: 0...3650)
        file.read("keepAudio", into: &keepAudio)
        file.section("archive") { archive = Settings.Archive(from: &$0) }
    }
}

extension Settings.Archive {
    /// Nil if anything is wrong: turns must not go to where nobody wanted them.
    fileprivate init?(from file: inout SettingsReader) {
        var (bucket, region, prefix) = (nil as String?, nil as String?, nil as String?)
        var endpoint: String?
        file.needs("bucket")
        file.readURL("endpoint", into: &endpoint)
        if let text = endpoint, text.contains(where: { "?#@ ".contains($0) }) {
            file.complain(
                "endpoint", "is \"\(text)\"; use a URL as in \"http://192.168.1.5:9000\"")
        }
        file.readName(
            "bucket", into: &bucket, allowed: "a bucket's name of letters, digits, -, . and _",
            pattern: "^[A-Za-z0-9._-]{3,255}$"
        ) { Self.isBucket($0) }
        file.readName(
            "region", into: &region, allowed: "a region as in \"eu-central-1\"",
            pattern: "^[A-Za-z0-9-]+$"
        ) { $0.utf8.allSatisfy { $0 == 0x2D || isLetterOrDigit($0) } }
        file.readName(
            "prefix", into: &prefix,
            allowed: "letters, digits, _, ., - and / between them, at most 200",
            pattern: "^[A-Za-z0-9_-]{1,99}(/[A-Za-z0-9_-]{1,99})?$"
        ) { Self.isPrefix($0) }
        if file.complaints.isEmpty { file.require("bucket", "history.archive") }
        guard let bucket, file.finished().isEmpty else { return nil }
        self.init(bucket: bucket)
        self.endpoint = endpoint
        self.region = region ?? self.region
        self.prefix = prefix ?? self.prefix
    }

    private static func isBucket(_ name: String) -> Bool {
        (3...255).contains(name.utf8.count) && isPart(name[...])
    }

    /// Parts that mean another place, or none, would be taken for something else on the way.
    private static func isPrefix(_ text: String) -> Bool {
        text.utf8.count <= 200
            && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(isPart)
    }

    private static func isPart(_ part: Substring) -> Bool {
        !part.isEmpty && part != "." && part != ".."
            && part.utf8.allSatisfy { byte in
                isLetterOrDigit(byte) || [0x2D, 0x2E, 0x5F].contains(byte)
            }
    }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
}

extension Settings.Web {
    fileprivate mutating func read(from file: inout SettingsReader) {
        file.read("listen", into: &listen)
        file.read("port", into: &port, within: 0...65_535)
        file.read("tlsPort", into: &tlsPort, within: 0...65_535)
        file.readURL("publicURL", into: &publicURL)
        file.read("allowedHosts", into: &allowedHosts)
        file.read("allowedOrigins", into: &allowedOrigins)
    }
}

extension JSONValue {
    /// The schema of an object, with `default` at every key that has one in `values`.
    fileprivate func withDefaults(_ values: JSONValue) -> JSONValue {
        guard case .object(var schema) = self else { return self }
        if case .object(let keys)? = schema["properties"] {
            guard case .object(let values) = values else { return self }
            var described = keys
            for (key, shape) in keys {
                described[key] = shape.withDefaults(values[key] ?? .null)
            }
            schema["properties"] = .object(described)
        } else if values != .null {
            schema["default"] = values
        }
        return .object(schema)
    }
}
