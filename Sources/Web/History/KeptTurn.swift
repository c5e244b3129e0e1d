public import Voice

/// A turn as history keeps it.
public struct KeptTurn: Sendable {
    public let id: String
    /// When it began, by ISO 8601 in UTC; nil if the clock was not set then.
    public var at: String?
    /// `button`, `page`, or the name of a key.
    public var source: String
    /// Whom a caller of the API spoke for.
    public var user: String?
    public var transcript = ""
    public var reply = ""
    /// Nil while it goes on, and of one that the power went during.
    public var outcome: Outcome?
    public var failure: String?
    public var timeline: [(step: String, milliseconds: Double)] = []
    public var providers: [String: String] = [:]
    public var hasQuestionSound = false
    public var hasReplySound = false

    public init(id: String, source: String) {
        self.id = id
        self.source = source
    }

    private func url(_ sound: KeptSound, _ isThere: Bool) -> JSONValue {
        isThere ? .string("/api/turns/\(id)/\(sound.rawValue).wav") : .null
    }

    var json: JSONValue {
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        let timeline = timeline.map { mark in
            JSONValue.object([
                "step": .string(mark.step), "milliseconds": .number(mark.milliseconds),
            ])
        }
        return .object([
            "id": .string(id), "at": text(at), "source": .string(source), "user": text(user),
            "transcript": .string(transcript), "reply": .string(reply),
            "outcome": text(outcome?.rawValue), "failure": text(failure),
            "timeline": .array(timeline),
            "providers": .object(providers.mapValues { .string($0) }),
            "question": url(.question, hasQuestionSound), "answer": url(.reply, hasReplySound),
        ])
    }

    static var schema: JSONValue {
        let text = JSONSchema.text
        let textOrNull = JSONSchema.orNull(text)
        let mark = JSONSchema.object(["step": text, "milliseconds": JSONSchema.number])
        return JSONSchema.object([
            "id": text, "at": textOrNull, "source": text, "user": textOrNull, "transcript": text,
            "reply": text, "outcome": JSONSchema.orNull(JSONSchema.choice(Outcome.names)),
            "failure": textOrNull, "timeline": JSONSchema.list(of: mark),
            "providers": JSONSchema.map(to: text), "question": textOrNull, "answer": textOrNull,
        ])
    }
}

/// Which recording of a turn.
public enum KeptSound: String, CaseIterable, Sendable { case question, reply }

/// What the device remembers of turns.
public protocol TurnHistory: Sendable {
    /// Newest first.
    ///
    /// - Parameters:
    ///   - text: only turns in which it was said; empty for all.
    ///   - next: where the page before ended; nil for the first.
    ///   - count: 1...200.
    /// - Returns: where the next page begins, nil if there is none.
    func turns(
        with text: String, from next: Int64?, atMost count: Int
    ) async throws -> (turns: [KeptTurn], next: Int64?)

    func turn(_ id: String) async throws -> KeptTurn?

    /// Where a recording lies, a WAV file; nil if there is none.
    func file(of sound: KeptSound, _ id: String) async throws -> String?

    /// With its sound, from history and from what its conversation remembers.
    ///
    /// - Returns: whether there was one.
    func delete(_ id: String) async throws -> Bool

    /// All of them; every conversation begins anew.
    func deleteAll() async throws
}
