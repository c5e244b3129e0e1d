import Codec
import FoundationEssentials
public import Voice

/// Speech to text by `POST /audio/transcriptions`, uploaded while it is being spoken.
public struct OpenAITranscription: FileRecognizer, ExaminedProvider {
    /// How the sound travels.
    public enum Upload: String, CaseIterable, Sendable {
        /// As it is recorded, in chunks: nothing is left to send when the person has spoken.
        case streamed
        /// In one piece of known length, for servers that want to know it.
        case whole
    }

    private let server: HTTPService
    private let model: ModelChoice
    private let language: String?
    private let upload: Upload

    /// - Parameters:
    ///   - language: BCP 47; its first part is sent. Nil leaves it to the server.
    public init(_ server: HTTPService, model: ModelChoice, language: String?, upload: Upload) {
        self.server = server
        self.model = model
        self.language = language
        self.upload = upload
    }

    public func prepare() { server.prepare(model, for: .transcription) }

    public func examine() async throws(ProviderError) -> Examination {
        try await model.examine(for: .transcription, at: server)
    }

    public func isReachable() async -> Bool { await server.isReachable() }

    public func transcript(of speech: AudioStream) async throws(ProviderError) -> String {
        let model = try await model.id(for: .transcription, at: server)
        do {
            // Nothing is asked before there is something to hear.
            var chunks = speech.makeAsyncIterator()
            guard let first = try await chunks.next() else {
                try Task.checkCancellation()
                return ""
            }
            let form = TranscriptionForm(model: model, language: language)
            let body = HTTPUpload()
            switch upload {
            case .streamed: return try await ask(form, body, while: first, speech)
            case .whole:
                try await Self.add(first, speech, to: body, form)
                return try await ask(body, form.mediaType)
            }
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw ProviderError(error, from: server.name)
        }
    }

    public func transcript(of file: VoiceSample) async throws(ProviderError) -> String {
        var form = MultipartForm()
        form.add("response_format", "json")
        form.add("model", try await model.id(for: .transcription, at: server))
        if let primary = language?.split(separator: "-").first {
            form.add("language", primary.lowercased())
        }
        form.add("file", file)
        return try await ask(form.upload, form.mediaType)
    }

    /// Asks while the rest is still being spoken. An answer before its end is a failure, and
    /// worth knowing at once: another recognizer can hear the rest.
    private func ask(
        _ form: TranscriptionForm, _ body: HTTPUpload, while first: AudioChunk,
        _ speech: AudioStream
    ) async throws -> String {
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await ask(body, form.mediaType) }
            group.addTask {
                try await Self.add(first, speech, to: body, form)
                return nil
            }
            defer { group.cancelAll() }
            while let part = try await group.next() {
                if let words = part { return words }
            }
            throw CancellationError()
        }
    }

    private static func add(
        _ first: AudioChunk, _ rest: AudioStream, to body: HTTPUpload, _ form: TranscriptionForm
    ) async throws {
        let wav = WAVEncoder(format: first.format)
        body.append(form.head + wav.encode(first))
        for try await chunk in rest { body.append(wav.encode(chunk)) }
        // A cancelled reader sees the stream end like any other.
        try Task.checkCancellation()
        body.append(form.tail)
        body.finish()
    }

    private func ask(
        _ body: HTTPUpload, _ mediaType: String
    ) async throws(ProviderError) -> String {
        let request = HTTPRequest(
            method: .upload(body), url: server.url("/audio/transcriptions"),
            headers: [("Content-Type", mediaType)])
        let response = try await server.send(request)
        let bytes: [UInt8]
        do {
            bytes = try await response.body.read(
                atMost: Self.mostBytes, within: server.patience)
        } catch {
            throw ProviderError(error, from: server.name)
        }
        struct Answer: Decodable { let text: String }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(bytes)) else {
            throw .failed(provider: server.name, reason: "its transcript is no JSON with a text")
        }
        return Transcript.words(answer.text)
    }

    /// A transcript of the longest question has a few thousand.
    private static let mostBytes = 1 << 20
}

/// The form that carries the sound.
private struct TranscriptionForm {
    let head: [UInt8]
    let tail: [UInt8]
    let mediaType: String

    init(model: String?, language: String?) {
        // Sound is no text: nothing in it can be taken for this but by a miracle.
        let boundary = "pressel-\(UInt64.random(in: 0 ... .max))-\(UInt64.random(in: 0 ... .max))"
        var fields = [("response_format", "json")]
        if let model { fields.append(("model", model)) }
        if let primary = language?.split(separator: "-").first {
            fields.append(("language", primary.lowercased()))
        }
        var text = ""
        for (name, value) in fields {
            text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n"
            text += value + "\r\n"
        }
        text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\";"
        text += " filename=\"question.wav\"\r\nContent-Type: \(WAVEncoder.mediaType)\r\n\r\n"
        head = Array(text.utf8)
        tail = Array("\r\n--\(boundary)--\r\n".utf8)
        mediaType = "multipart/form-data; boundary=\(boundary)"
    }
}

/// What recognizers write beside the words.
enum Transcript {
    /// The words alone: without white space around them, without `[BLANK_AUDIO]` or `(music)`.
    static func words(_ text: String) -> String {
        var words = ""
        var note: (end: Character, text: String)?
        for character in text {
            if let open = note {
                note!.text.append(character)
                guard character == open.end else { continue }
                // A number in round ones was said.
                if open.end == ")", open.text.contains(where: \.isNumber) { words += note!.text }
                note = nil
            } else if character == "[" || character == "(" {
                note = (character == "[" ? "]" : ")", String(character))
            } else {
                words.append(character)
            }
        }
        words += note?.text ?? ""
        return words.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
