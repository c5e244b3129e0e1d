import Codec
import Voice

extension HTTPService {
    /// The sound of an answer to a request for speech, as soon as there is some; the rest comes as
    /// it is heard.
    ///
    /// - Parameter format: of raw samples, where the server does not say.
    func sound(
        of response: HTTPResponse, format: AudioFormat
    ) async throws(ProviderError) -> AudioStream {
        let sound = SpokenAnswer(response, format: format, from: name)
        do {
            let first = try await sound.next()
            return AudioStream.starting(with: first) { try await sound.next() }
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw ProviderError(error, from: name)
        }
    }
}

/// The sound of one answer. For one reader; letting go of it hangs up.
private actor SpokenAnswer {
    private let body: HTTPBody
    private let decoder: StreamedSound
    private let provider: String
    private var chunks: [AudioChunk] = []
    private var isOver = false

    init(_ response: HTTPResponse, format: AudioFormat, from provider: String) {
        body = response.body
        decoder = StreamedSound(mediaType: response.headers["content-type"], format: format)
        self.provider = provider
    }

    func next() async throws(ProviderError) -> AudioChunk? {
        while true {
            if !chunks.isEmpty { return chunks.removeFirst() }
            if isOver { return nil }
            try decode(try await read())
        }
    }

    private func read() async throws(ProviderError) -> [UInt8]? {
        do {
            return try await body.makeAsyncIterator().next()
        } catch {
            throw ProviderError(error, from: provider)
        }
    }

    private func decode(_ bytes: [UInt8]?) throws(ProviderError) {
        do {
            if let bytes {
                chunks = try decoder.decode(bytes)
            } else {
                isOver = true
                chunks = try decoder.finish()
            }
        } catch {
            throw .failed(provider: provider, reason: error.description)
        }
    }
}
