/// Turns speech into words.
public protocol SpeechRecognizer: Sendable {
    /// The words of `speech`, which is taken up while it is still being spoken. Called when the
    /// button goes down, so that whatever takes time to get ready does so while the person
    /// speaks. Returns soon after the stream has ended; empty if no word was made out.
    /// Cancelling whoever waits for it hangs up.
    func transcript(of speech: AudioStream) async throws(ProviderError) -> String
}

/// Thinks of a reply.
public protocol LanguageModel: Sendable {
    /// Begins a reply, returning as soon as there is something to read. Dropping the stream, or
    /// cancelling whoever reads it, hangs up. An empty reply is valid: there is nothing to say.
    ///
    /// - Throws: `ProviderError` if there was no text at all. What goes wrong after the first
    ///   piece is thrown by the stream instead.
    func reply(to question: String, after exchanges: [Exchange]) async throws(ProviderError)
        -> TextStream
}

/// Turns words into speech.
public protocol SpeechSynthesizer: Sendable {
    /// Speaks `text`, returning as soon as there is something to hear. Dropping the stream, or
    /// cancelling whoever reads it, hangs up.
    ///
    /// - Throws: `ProviderError` if nothing could be heard at all. What goes wrong after the
    ///   first chunk is thrown by the stream instead.
    func speech(for text: String) async throws(ProviderError) -> AudioStream
}
