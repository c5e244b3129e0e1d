/// What recognizers and voices there are, and what may be asked of them: checked as strictly as the
/// description of the protocol allows.
enum Wyoming {
    static let model = "sandbox-ears"
    static let languages = ["en", "de", "fr", "es"]
    /// Each with its language; the last one is not installed.
    static let voices = [("sandbox-en", "en_US"), ("sandbox-de", "de_DE"), ("sandbox-fr", "fr_FR")]

    /// - Parameter streams: whether texts may come, and transcripts go, piece by piece.
    static func info(streams: Bool) -> String {
        let attribution = #""attribution":{"name":"Pressel","url":"http://127.0.0.1/"}"#
        func artifact(_ name: String, _ languages: [String], isInstalled: Bool = true) -> String {
            """
            {"name":\(name.quoted),\(attribution),"installed":\(isInstalled),"description":null,\
            "version":null,"languages":[\(languages.map(\.quoted).joined(separator: ","))]}
            """
        }
        let program =
            "{\"name\":\"sandbox\",\(attribution),\"installed\":true,"
            + "\"description\":\"A stand-in for tests\",\"version\":\"1\""
        let voices = voices.enumerated().map { index, voice in
            artifact(voice.0, [voice.1], isInstalled: index < Self.voices.count - 1)
        }
        return """
            {"asr":[\(program),"models":[\(artifact(model, languages))],\
            "supports_transcript_streaming":\(streams)}],\
            "tts":[\(program),"voices":[\(voices.joined(separator: ","))],\
            "supports_synthesize_streaming":\(streams)}],\
            "handle":[],"intent":[],"wake":[],"mic":[],"snd":[]}
            """
    }

    /// What a recognizer is told before the sound.
    ///
    /// - Returns: the model that is wanted, if any.
    static func transcribe(_ data: StrictObject) throws(VendorError) -> String? {
        try data.allow(only: [
            "name", "language", "context", "vad_sensitivity", "transcript_names",
            "transcript_terms",
        ])
        _ = try data.object("context")
        _ = try data.string("vad_sensitivity", among: ["default", "relaxed", "aggressive"])
        for key in ["transcript_names", "transcript_terms"] { _ = try data.list(key) }
        _ = try data.string("language", among: languages)
        return try data.string("name", among: [model])
    }

    /// Rate, width and channels of sound.
    struct Format: Equatable {
        let rate: Int
        let width: Int
        let channels: Int

        /// Bytes of one frame.
        var frame: Int { width * channels }

        init(_ data: StrictObject) throws(VendorError) {
            try data.allow(only: ["rate", "width", "channels", "timestamp"])
            _ = try data.integer("timestamp", in: 0...Int(Int32.max))
            rate = try data.needed("rate", try data.integer("rate", in: 8_000...48_000))
            width = try data.needed("width", try data.integer("width", in: 2...2))
            channels = try data.needed("channels", try data.integer("channels", in: 1...2))
        }
    }

    /// What is to be said, and by whom.
    ///
    /// - Parameter hasText: not at the beginning of a text that comes piece by piece.
    static func synthesize(
        _ data: StrictObject, hasText: Bool = true
    ) throws(VendorError) -> (text: String, voice: String?) {
        var keys: Set<String> = ["voice", "text_format", "context"]
        if hasText { keys.insert("text") }
        try data.allow(only: keys)
        _ = try data.object("context")
        _ = try data.string("text_format", among: ["text", "ssml"])
        let text = hasText ? try data.needed("text", try data.string("text")) : ""
        guard let voice = try data.object("voice") else { return (text, nil) }
        try voice.allow(only: ["name", "language", "speaker"])
        _ = try voice.string("language")
        _ = try voice.string("speaker")
        let installed = voices.dropLast().map(\.0)
        return (text, try voice.string("name", among: installed))
    }
}
