/// A voice that a provider speaks with.
public struct OfferedVoice: Equatable, Sendable {
    /// What a link's setting `voice` takes.
    public let id: String
    /// For people.
    public let name: String
    /// BCP 47; nil if it speaks several, or nobody says.
    public let language: String?
    /// Where a recording of it is, if there is one.
    public let preview: String?
    /// It was made for this account, after somebody's voice or by description.
    public let isOwn: Bool

    public init(
        id: String, name: String, language: String? = nil, preview: String? = nil,
        isOwn: Bool = false
    ) {
        self.id = id
        self.name = name
        self.language = language
        self.preview = preview
        self.isOwn = isOwn
    }
}

/// Knows the voices of one provider.
public protocol VoiceLibrary: Sendable {
    /// All of them, in the provider's order.
    func voices() async throws(ProviderError) -> [OfferedVoice]

    /// What a voice sounds like: a recording of it or, where there is none, `sentence` in it.
    func preview(
        of voice: OfferedVoice, saying sentence: String
    ) async throws(ProviderError) -> AudioStream
}

/// Makes voices after people's.
public protocol VoiceCloner: VoiceLibrary {
    /// Makes a voice after samples of one person's, all of which are handed over before it
    /// returns. Asked once: whether a request whose answer was lost did something, nobody knows.
    ///
    /// - Throws: `refused`, with the reason in words, where the account's plan or its free places
    ///   do not allow it: then nothing was handed over.
    func clone(
        _ samples: [VoiceSample], name: String
    ) async throws(ProviderError) -> NewVoice

    /// Removes a voice; one that is not there is removed already.
    func delete(_ id: String) async throws(ProviderError)
}

/// A voice that was just made.
public struct NewVoice: Equatable, Sendable {
    public let id: String
    /// It cannot be used before somebody shows the provider whose it is.
    public let needsVerification: Bool

    public init(id: String, needsVerification: Bool) {
        self.id = id
        self.needsVerification = needsVerification
    }
}

/// A recording of one person, as a file.
public struct VoiceSample: Equatable, Sendable {
    public let bytes: [UInt8]
    public let fileName: String
    /// As in `audio/wav`.
    public let mediaType: String

    public init(bytes: [UInt8], fileName: String, mediaType: String) {
        self.bytes = bytes
        self.fileName = fileName
        self.mediaType = mediaType
    }
}
