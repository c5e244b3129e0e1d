import Web

/// A form for `/v1/audio/transcriptions`, taken in as it arrives and checked strictly.
final class TranscriptionRequest {
    private(set) var sound: [UInt8] = []
    private var fileName: String?
    private var values: [String: [String]] = [:]

    private static let single: Set<String> = [
        "model", "language", "prompt", "response_format", "temperature", "stream",
        "chunking_strategy", "chunking_strategy[type]", "chunking_strategy[threshold]",
        "chunking_strategy[prefix_padding_ms]", "chunking_strategy[silence_duration_ms]",
    ]
    private static let repeated: Set<String> = [
        "languages[]", "keywords[]", "include[]", "timestamp_granularities[]",
        "known_speaker_names[]", "known_speaker_references[]",
    ]

    /// What came of the part in hand.
    func take(_ piece: FormPiece) throws(VendorError) {
        if piece.name == "file" {
            if piece.offset == 0 {
                guard fileName == nil else { throw .wrong("file", "one file") }
                guard let name = piece.fileName, !name.isEmpty else {
                    throw .wrong("file", "a file with a filename")
                }
                fileName = name
            }
            sound += piece.bytes
            return
        }
        guard Self.single.contains(piece.name) || Self.repeated.contains(piece.name) else {
            throw .unknown(piece.name)
        }
        guard piece.fileName == nil else { throw .wrong(piece.name, "a field, not a file") }
        let text = String(decoding: piece.bytes, as: UTF8.self)
        if piece.offset > 0 {
            values[piece.name]![values[piece.name]!.count - 1] += text
        } else {
            values[piece.name, default: []].append(text)
            guard Self.repeated.contains(piece.name) || values[piece.name]!.count == 1 else {
                throw .wrong(piece.name, "one value")
            }
        }
    }

    /// The form is complete: what is wanted.
    func checked() throws(VendorError) -> Transcription {
        guard let model = values["model"]?.first else { throw .missing("model") }
        try Model.check(model, at: .transcriptions)
        guard let fileName else { throw .missing("file") }
        try SoundFile.check(sound, named: fileName)
        try checkParameters(model)
        let format = try responseFormat(model)
        let granularities = values["timestamp_granularities[]"] ?? []
        guard granularities.isEmpty || format == "verbose_json" else {
            throw .wrong("timestamp_granularities", "response_format to be verbose_json")
        }
        guard granularities.allSatisfy({ ["word", "segment"].contains($0) }) else {
            throw .wrong("timestamp_granularities", "word or segment")
        }
        let include = values["include[]"] ?? []
        guard
            include.isEmpty
                || include.allSatisfy({ $0 == "logprobs" }) && format == "json"
                    && ["gpt-4o-transcribe", "gpt-4o-mini-transcribe"].contains(model)
        else { throw .wrong("include", "logprobs, of json and gpt-4o-transcribe") }
        let stream = values["stream"]?.first ?? "false"
        guard ["true", "false"].contains(stream) else { throw .wrong("stream", "true or false") }
        return Transcription(
            model: model, format: format, isStream: stream == "true" && model != "whisper-1",
            seconds: SoundFile.seconds(sound))
    }

    private func checkParameters(_ model: String) throws(VendorError) {
        if let language = values["language"]?.first {
            guard language.utf8.count == 2,
                language.utf8.allSatisfy({ UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 })
            else { throw .wrong("language", "an ISO-639-1 code") }
        }
        for name in ["languages[]", "keywords[]"] where values[name] != nil {
            guard model == "gpt-transcribe" else {
                throw .unsupported(String(name.dropLast(2)), "is not supported with '\(model)'.")
            }
        }
        let isDiarized = model.hasSuffix("diarize")
        if values["prompt"] != nil, isDiarized {
            throw .unsupported("prompt", "is not supported with '\(model)'.")
        }
        for name in ["known_speaker_names[]", "known_speaker_references[]"]
        where values[name] != nil {
            guard isDiarized, values[name]!.count <= 4 else {
                throw .unsupported(String(name.dropLast(2)), "is not supported with '\(model)'.")
            }
        }
        if let temperature = values["temperature"]?.first {
            guard let number = Double(temperature), 0...1 ~= number else {
                throw .wrong("temperature", "a number in 0...1")
            }
        }
    }

    private func responseFormat(_ model: String) throws(VendorError) -> String {
        let format = values["response_format"]?.first ?? "json"
        let allowed =
            switch model {
            case "whisper-1": ["json", "text", "srt", "verbose_json", "vtt"]
            case "gpt-4o-transcribe-diarize": ["json", "text", "diarized_json"]
            case "gpt-transcribe": ["json", "text"]
            default: ["json"]
            }
        guard allowed.contains(format) else {
            throw VendorError(
                400,
                "response_format '\(format)' is not compatible with model '\(model)'. "
                    + "Use \(allowed.joined(separator: ", ")) instead.", param: "response_format",
                code: "unsupported_value")
        }
        return format
    }
}

/// What was asked, and what is known of the sound.
struct Transcription {
    let model: String
    let format: String
    let isStream: Bool
    /// Of sound, if it is WAV.
    let seconds: Double?
}
