import Voice

/// What a Wyoming server says that it has: the answer to `describe`.
struct WyomingInfo: Equatable, Sendable {
    /// A model or a voice.
    struct Artifact: Equatable, Sendable {
        let name: String
        let languages: [String]
        let isInstalled: Bool
    }

    struct Program: Equatable, Sendable {
        let name: String
        let artifacts: [Artifact]
        /// Whether it takes a text, or gives a transcript, piece by piece.
        let streams: Bool
    }

    let recognizers: [Program]
    let synthesizers: [Program]

    init(_ event: WyomingEvent) {
        recognizers = Self.programs(
            event.data["asr"], "models", flag: "supports_transcript_streaming")
        synthesizers = Self.programs(
            event.data["tts"], "voices", flag: "supports_synthesize_streaming")
    }

    private static func programs(
        _ value: JSONValue?, _ artifacts: String, flag: String
    ) -> [Program] {
        objects(value).map { program in
            Program(
                name: text(program["name"]),
                artifacts: objects(program[artifacts]).map { artifact in
                    Artifact(
                        name: text(artifact["name"]),
                        languages: list(artifact["languages"]).map(text),
                        isInstalled: artifact["installed"] != .bool(false))
                },
                streams: program[flag] == .bool(true))
        }
    }

    private static func list(_ value: JSONValue?) -> [JSONValue] {
        if case .array(let list)? = value { list } else { [] }
    }

    private static func objects(_ value: JSONValue?) -> [[String: JSONValue]] {
        list(value).compactMap { if case .object(let object) = $0 { object } else { nil } }
    }

    private static func text(_ value: JSONValue?) -> String {
        if case .string(let text)? = value { text } else { "" }
    }

    // MARK: - What follows from it

    /// Whether a model or a voice of this name is there.
    static func has(_ name: String, in programs: [Program]) -> Bool {
        programs.flatMap(\.artifacts).contains { $0.name == name && $0.isInstalled }
    }

    /// Whether a text may be given to the voice piece by piece.
    func streamsSpeech(of voice: String?) -> Bool {
        let owner = synthesizers.first { program in
            program.artifacts.contains { $0.name == voice }
        }
        return (owner ?? synthesizers.first)?.streams ?? false
    }

    /// The first voice that is there and speaks `language`; nil if there is none.
    func voice(for language: String) -> String? {
        synthesizers.flatMap(\.artifacts).first {
            $0.isInstalled && Self.best(of: $0.languages, for: language) != nil
        }?.name
    }

    /// What the recognizer calls `language`.
    ///
    /// - Parameter model: the one that is to be used; nil is any.
    /// - Returns: nil if it knows languages, and not this one.
    func recognizersName(for language: String, model: String?) -> String? {
        let models = recognizers.flatMap(\.artifacts)
        let named = models.filter { $0.name == model }
        let known = (named.isEmpty ? models : named).flatMap(\.languages)
        // Some write "auto", or nothing, where they take any.
        let takesAny = known.isEmpty || known.contains { !(2...3 ~= Self.primary(of: $0).count) }
        return Self.best(of: known, for: language) ?? (takesAny ? Self.primary(of: language) : nil)
    }

    /// `language` itself, or else one that has its first part.
    private static func best(of known: [String], for language: String) -> String? {
        let plain = { (tag: String) in tag.lowercased().replacing("_", with: "-") }
        return known.first { plain($0) == plain(language) }
            ?? known.first { $0 == primary(of: language) }
            ?? known.first { primary(of: $0) == primary(of: language) }
    }

    /// The first part of a tag, in lower case.
    static func primary(of language: String) -> String {
        String(language.prefix { $0 != "-" && $0 != "_" }).lowercased()
    }
}
