import Codec
import FoundationEssentials
import Voice

/// A request for `/v1/audio/speech`, checked strictly.
struct SpeechRequest {
    let model: String
    let input: String
    let format: String
    let speed: Double
    let isEvents: Bool

    private static let voices = [
        "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer",
        "verse", "marin", "cedar",
    ]
    /// Those that are made here; OpenAI has three more.
    private static let formats = ["mp3", "wav", "pcm"]

    init(_ body: [UInt8]) throws(VendorError) {
        let object = try StrictObject(body)
        try object.allow(
            only: [
                "model", "input", "voice", "instructions", "response_format", "speed",
                "stream_format",
            ])
        model = try object.needed("model", try object.string("model"))
        try Model.check(model, at: .speech)
        input = try object.needed("input", try object.string("input", atMost: 4096))
        guard !input.isEmpty else { throw .wrong("input", "a text") }
        if case .object? = object["voice"] {
            let voice = try object.needed("voice", try object.object("voice"))
            try voice.allow(only: ["id"])
            _ = try voice.needed("id", try voice.string("id"))
        } else {
            _ = try object.needed("voice", try object.string("voice", among: Self.voices))
        }
        let isOld = model.hasPrefix("tts-1")
        let instructions = try object.string("instructions", atMost: 4096)
        guard instructions == nil || !isOld else {
            throw .unsupported("instructions", "is not supported with '\(model)'.")
        }
        format = try object.string("response_format", among: Self.formats) ?? "mp3"
        speed = try object.number("speed", in: 0.25...4) ?? 1
        isEvents = try object.string("stream_format", among: ["audio", "sse"]) == "sse"
        guard !isEvents || !isOld else {
            throw .unsupported("stream_format", "'sse' is not supported with '\(model)'.")
        }
    }
}

/// The sound of a text, made as it is asked for: long texts take no memory.
struct SpeechReply {
    let request: SpeechRequest
    /// When the first sound is due; what follows leaves as fast as it is taken.
    let moment: Moment

    static let format = AudioFormat(framesPerSecond: 24_000, channels: 1)

    /// - Parameters:
    ///   - kind: `pcm`, `wav` or `mp3`, which need not be what was asked for.
    ///   - isEndless: says the text again and again.
    func spoken(as kind: String, isEndless: Bool = false) -> Reply {
        let types = ["pcm": "audio/pcm", "wav": "audio/wav", "mp3": "audio/mpeg"]
        let sound = sound(encoded(words(isEndless: isEndless), as: kind))
        guard request.isEvents else {
            // Announced as what was asked for.
            return Reply(type: types[request.format]!, sound)
        }
        let letters = request.input.count
        var ending = [
            Reply.Piece(
                event: "{\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":\(letters),"
                    + "\"output_tokens\":\(letters),\"total_tokens\":\(2 * letters)}}",
                at: moment)
        ][...]
        return Reply(
            events: AnyIterator {
                guard let piece = sound.next() else { return ending.popFirst() }
                let coded = Data(piece.bytes).base64EncodedString()
                return Reply.Piece(
                    event: "{\"type\":\"speech.audio.delta\",\"audio\":\"\(coded)\"}", at: moment)
            })
    }

    private func words(isEndless: Bool) -> AnyIterator<AudioChunk> {
        let words = ToneCode.words(of: request.input)
        var index = 0
        return AnyIterator {
            guard isEndless ? !words.isEmpty : index < words.count else { return nil }
            defer { index += 1 }
            return ToneCode.sound(
                ofWord: words[index % words.count], speed: request.speed, format: Self.format)
        }
    }

    private func encoded(
        _ chunks: AnyIterator<AudioChunk>, as kind: String
    ) -> AnyIterator<[UInt8]> {
        let encoder: (any AudioEncoder)? =
            switch kind {
            case "wav": WAVEncoder(format: Self.format)
            case "mp3": MP3Encoder(format: Self.format)
            default: nil
            }
        var isOver = false
        return AnyIterator {
            if let chunk = chunks.next() { return encoder?.encode(chunk) ?? littleEndian(chunk) }
            defer { isOver = true }
            return isOver ? nil : encoder?.finish()
        }
    }

    /// In pieces of 4 KiB, as they come over a network.
    private func sound(_ encoded: AnyIterator<[UInt8]>) -> AnyIterator<Reply.Piece> {
        var waiting: [UInt8] = []
        return AnyIterator {
            while waiting.count < 4096, let more = encoded.next() { waiting += more }
            guard !waiting.isEmpty else { return nil }
            defer { waiting.removeFirst(min(4096, waiting.count)) }
            return Reply.Piece(moment: moment, bytes: Array(waiting.prefix(4096)))
        }
    }

    private func littleEndian(_ chunk: AudioChunk) -> [UInt8] {
        chunk.samples.map(\.littleEndian).withUnsafeBytes(Array.init)
    }
}
