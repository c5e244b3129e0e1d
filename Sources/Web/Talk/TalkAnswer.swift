import Voice

/// A turn that ends with the request that it belongs to: when nobody reads its answer any more, it
/// is hung up on.
final class HeldTurn {
    var turn: any TalkTurn { owned.turn }
    private let owned: Owned
    private let connection: Connection

    /// Whoever waits for a turn to begin may be gone by then; it is hung up on all the same.
    private final class Owned: Sendable {
        let turn: any TalkTurn

        init(_ turn: any TalkTurn) { self.turn = turn }
        deinit { turn.cancel() }
    }

    /// Blocks until there is a place for it.
    ///
    /// - Parameter isWhole: if not, `complete` has to follow.
    init(
        _ order: TalkOrder, isWhole: Bool = true, at device: any TalkingDevice,
        for connection: Connection
    ) throws {
        owned = try connection.wait {
            Owned(try await device.begin(order, isWhole: isWhole))
        }
        self.connection = connection
    }

    func complete(by order: TalkOrder) throws {
        try connection.wait { [turn] in try await turn.complete(by: order) }
    }

    var facts: TalkFacts { turn.facts }

    /// Blocks until the turn has got so far.
    ///
    /// - Parameter field: the part of the request that the question came from, for who is told what
    ///   is wrong with it.
    /// - Throws: the `HTTPError` that it failed with.
    func wait(for milestone: TalkMilestone, field: String?) throws {
        try connection.wait { [turn] in await turn.gets(to: milestone) }
        if let failure = facts.failure { throw failure.about(field) }
    }

    /// Blocks until the turn is over.
    func waitForEnd(field: String?) throws {
        try connection.wait { [turn] in await turn.ends() }
        if let failure = facts.failure { throw failure.about(field) }
    }

    /// The sound as a body, while it is being made.
    ///
    /// - Parameter more: headers beside those that every answer has.
    func response(_ type: String, _ more: [Header] = []) -> Response {
        let headers = [Header("Content-Type", type), Header("Cache-Control", "no-store")]
        return Response(
            headers: headers + facts.providerHeaders + more,
            body: .stream(next: { [self] in try nextSound() }))
    }

    private func nextSound() throws -> [UInt8]? {
        while let event = try connection.wait(for: { [turn] in await turn.next() }) {
            if case .sound(let bytes) = event { return bytes }
        }
        // So that nobody takes the beginning for the whole.
        if let failure = facts.failure { throw failure }
        return nil
    }
}

extension TalkFacts {
    /// Who answered.
    var providerHeaders: [Header] {
        guard !providers.isEmpty else { return [] }
        let names = providers.map { "\($0.stage)=\($0.name)" }.joined(separator: ", ")
        return [Header("X-Pressel-Provider", HeaderText.plain(names))]
    }
}

/// Text that people or models wrote, in a header.
enum HeaderText {
    private static let mostBytes = 4096

    /// Two headers: what can be read as it is, and all of it, percent-encoded. As much as fits.
    static func headers(_ name: String, _ text: String) -> [Header] {
        [Header(name, plain(text)), Header("\(name)-Encoded", encoded(text))]
    }

    /// Printable ASCII, and question marks for all else.
    static func plain(_ text: String) -> String {
        String(
            text.prefix(mostBytes).map { character in
                character.isASCII && character.isPrintable ? character : "?"
            })
    }

    /// UTF-8, of which all but the unreserved characters of RFC 3986 are percent-encoded; ends
    /// with a whole character.
    static func encoded(_ text: String) -> String {
        var encoded = ""
        for character in text {
            let next = String(character).utf8.map(percentEncoded).joined()
            guard encoded.utf8.count + next.utf8.count <= mostBytes else { break }
            encoded += next
        }
        return encoded
    }

    private static func percentEncoded(_ byte: UInt8) -> String {
        let character = Character(UnicodeScalar(byte))
        if character.isASCII, character.isLetter || character.isNumber || "-._~".contains(character)
        {
            return String(character)
        }
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
    }
}

extension Character {
    /// Of ASCII.
    fileprivate var isPrintable: Bool { asciiValue.map { 0x20..<0x7f ~= $0 } ?? false }
}

extension Request {
    /// As what its sender wants sound: WAV if they ask for it, else MP3.
    var wantedSound: TalkOrder.Sound {
        let types = (self["Accept"] ?? "").split(separator: ",").map { type in
            String(type.split(separator: ";").first ?? "").lowercased().trimmingSpaces()
        }
        for type in types {
            switch type {
            case "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave": return .wav
            case "audio/mpeg", "audio/mp3", "audio/*", "*/*": return .mp3
            default: continue
            }
        }
        return .mp3
    }
}

extension TalkOrder.Sound {
    /// The media type.
    var type: String {
        switch self {
        case .mp3: "audio/mpeg"
        case .wav, .kept: "audio/wav"
        case .samples: "audio/L16"
        }
    }
}
