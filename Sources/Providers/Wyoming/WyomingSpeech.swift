import Codec
public import Voice

/// Text to speech by a Wyoming server, heard as it is made. The first clause is asked for by itself:
/// a server that is given a text while it is being written waits for the end of a sentence, and for
/// what stands behind it. Where the server can, it is given the rest as it is written; others are
/// asked clause by clause, one ahead of what is heard. The protocol knows no speed.
public struct WyomingSpeech: StreamingSynthesizer, ExaminedProvider {
    private let server: WyomingServer
    private let voice: String?
    private let language: String?

    /// - Parameters:
    ///   - voice: by the server's own name; nil leaves it to the server.
    ///   - language: BCP 47; without a voice, the first that speaks it. Nil leaves it to the
    ///     server.
    public init(_ server: WyomingServer, voice: String?, language: String?) {
        self.server = server
        self.voice = voice
        self.language = language
    }

    public func prepare() { server.prepare() }

    public func isReachable() async -> Bool { await server.isReachable() }

    public func examine() async throws(ProviderError) -> Examination {
        let info = try await server.describe()
        guard let name = try voiceName(info) else { return Examination() }
        let isThere = WyomingInfo.has(name, in: info.synthesizers)
        return Examination(
            choice: "voice \(name)",
            warnings: isThere ? [] : ["it does not list the voice \(name)"])
    }

    public func speech(for text: String) async throws(ProviderError) -> AudioStream {
        guard text.hasText else { return AudioStream { $0.finish() } }
        let connection = try await server.connect()
        let sound = try await sound(of: text, over: connection)
        guard let first = try await sound.next() else { throw silence }
        return AudioStream.starting(with: first) { try await sound.next() }
    }

    public func speech(of clauses: TextStream) async throws(ProviderError) -> AudioStream {
        let connection = try await server.connect()
        let info = try await server.info(over: connection)
        server.giveBack(connection)
        let text: TextStream?
        do {
            text = try await clauses.fromFirstText()
        } catch {
            if Task.isCancelled { throw .cancelled }
            // Whoever writes the clauses failed before there was anything to say.
            return AudioStream { $0.finish(throwing: error) }
        }
        if Task.isCancelled { throw .cancelled }
        guard let text else { return AudioStream { $0.finish() } }
        let speech = WyomingClauses(
            text, isStream: info.streamsSpeech(of: voice),
            whole: { clause throws(ProviderError) in
                let connection = try await server.connect()
                // For what follows.
                server.prepare()
                return try await sound(of: clause, over: connection)
            },
            streamed: { rest throws(ProviderError) in
                try stream(of: rest, over: try await server.connect(), info)
            })
        do {
            guard let first = try await speech.next() else { throw silence }
            return AudioStream.starting(with: first) { try await speech.next() }
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw ProviderError(error, from: server.name)
        }
    }

    /// The text goes up as it is written.
    private func stream(
        of text: TextStream, over connection: WyomingConnection, _ info: WyomingInfo
    ) throws(ProviderError) -> WyomingSound {
        let request = WyomingEvent("synthesize-start", try voice(info))
        let dictation = WyomingDictation(
            text, over: connection, after: request, patience: server.timeout)
        return WyomingSound(over: connection, from: server, dictation)
    }

    private var silence: ProviderError {
        .failed(provider: server.name, reason: "it made no sound")
    }

    /// Asks for `text`, and does not wait for the sound.
    private func sound(
        of text: String, over connection: WyomingConnection
    ) async throws(ProviderError) -> WyomingSound {
        let isInfoNeeded = voice == nil && language != nil
        let info = isInfoNeeded ? try await server.info(over: connection) : server.knownInfo
        var data = try voice(info)
        data["text"] = .string(text)
        connection.send(WyomingEvent("synthesize", data))
        return WyomingSound(over: connection, from: server)
    }

    private func voice(_ info: WyomingInfo?) throws(ProviderError) -> [String: JSONValue] {
        guard let name = try voiceName(info) else { return [:] }
        return ["voice": .object(["name": .string(name)])]
    }

    /// - Returns: nil leaves it to the server.
    /// - Throws: if the server has no voice, or none that speaks the language.
    private func voiceName(_ info: WyomingInfo?) throws(ProviderError) -> String? {
        if info?.synthesizers.isEmpty == true {
            throw server.lacking(
                .unavailable(provider: server.name, reason: server.lacks("a voice")))
        }
        if let voice { return voice }
        guard let language, let info else { return nil }
        // By its name: what servers make of a language alone differs.
        guard let voice = info.voice(for: language) else {
            throw server.lacking(.foreignLanguage(provider: server.name, language: language))
        }
        return voice
    }
}

extension String {
    /// Whether there is anything but space in it.
    fileprivate var hasText: Bool { contains { !$0.isWhitespace } }
}

extension TextStream {
    /// The same from its first text on; nil if it ends without any.
    ///
    /// - Throws: what it throws before there are any.
    func fromFirstText() async throws -> TextStream? {
        var clauses = makeAsyncIterator()
        while let clause = try await clauses.next() {
            guard clause.hasText else { continue }
            return .starting(with: clause) {
                var rest = makeAsyncIterator()
                return try await rest.next()
            }
        }
        return nil
    }
}
