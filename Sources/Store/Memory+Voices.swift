/// A voice that was made after a person's.
public struct ClonedVoice: Equatable, Sendable {
    /// Ours, as API callers name it.
    public let id: String
    /// Whose it is: the API's `user_id`.
    public let user: String
    public let provider: String
    /// The provider's own name for it.
    public let providerVoice: String
    public let name: String
    /// When the person agreed, in seconds since 1970 UTC; nil if the clock was not set then.
    public let consentAt: Int64?
    /// Who agreed: the person whose voice it is, as they are called.
    public let consentBy: String?

    public init(
        id: String, user: String, provider: String, providerVoice: String, name: String,
        consentAt: Int64?, consentBy: String? = nil
    ) {
        self.id = id
        self.user = user
        self.provider = provider
        self.providerVoice = providerVoice
        self.name = name
        self.consentAt = consentAt
        self.consentBy = consentBy
    }
}

extension Memory {
    private static let mostVoices: Int64 = 1000

    /// Keeps a voice in the place of an earlier one of the same id.
    public func save(_ voice: ClonedVoice) throws(MemoryError) {
        try add(atMost: Self.mostVoices, to: "voices", called: "voices") {
            database throws(DatabaseError) in
            try database.run(
                "keep a voice in",
                """
                INSERT OR REPLACE INTO voices
                (id, user, provider, provider_voice, name, consent_at, consent_by)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(voice.id), .text(voice.user), .text(voice.provider),
                    .text(voice.providerVoice), .text(voice.name), Value(voice.consentAt),
                    Value(voice.consentBy),
                ])
        }
    }

    /// All voices, or one user's, the newest last.
    public func voices(of user: String? = nil) throws(MemoryError) -> [ClonedVoice] {
        try read { database throws(DatabaseError) in
            try database.rows(
                "read the voices from",
                """
                SELECT id, user, provider, provider_voice, name, consent_at, consent_by
                FROM voices
                WHERE ?1 IS NULL OR user = ?1 ORDER BY rowid
                """, [Value(user)]
            ) {
                ClonedVoice(
                    id: $0.text(0), user: $0.text(1), provider: $0.text(2),
                    providerVoice: $0.text(3), name: $0.text(4), consentAt: $0.optionalInteger(5),
                    consentBy: $0.optionalText(6))
            }
        }
    }

    /// - Returns: whether there was one.
    @discardableResult
    public func removeVoice(_ id: String) throws(MemoryError) -> Bool {
        try remove("voices", "a voice", where: .text(id))
    }
}
