/// A form of a few fields and one recording, which is heard while it comes.
final class TalkForm: BodyReceiver {
    /// What is done with it.
    struct Actions {
        /// A recording begins; the fields before it are there.
        var begins: (_ name: String, _ fields: [String: String]) throws -> Void
        var hears: ([UInt8]) throws -> Void
        /// The form is complete.
        var ends: (_ fields: [String: String]) throws -> Response
    }

    private let actions: Actions
    private let recordings: Set<String>
    private var form: FormReader?
    private var fields: [String: [UInt8]] = [:]
    private var parts = 0
    private var recording: String?
    private var isInRecording = false

    /// An hour of MP3, or two minutes of the best there is.
    private static let mostBytes = 32 << 20
    /// Nobody has that many.
    private static let mostParts = 32
    private static let longestField = 16_384

    /// - Parameter recordings: the names of parts that may be one; the form has one of them at
    ///   most.
    init(of request: Request, recordings: Set<String>, _ actions: Actions) throws(HTTPError) {
        self.actions = actions
        self.recordings = recordings
        form = try FormReader(of: request, atMost: Self.mostBytes) { [unowned self] piece in
            try take(piece)
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws { try form?.receive(bytes) }

    func finish() throws -> Response {
        defer { form = nil }
        try form?.finish()
        return try actions.ends(try texts())
    }

    private func take(_ piece: FormPiece) throws {
        if piece.offset == 0 {
            parts += 1
            guard parts <= Self.mostParts else {
                throw HTTPError.badRequest("the form has more than \(Self.mostParts) parts")
            }
            isInRecording = recordings.contains(piece.name)
            if isInRecording { try begin(piece) }
        }
        if isInRecording {
            if !piece.bytes.isEmpty { try actions.hears(piece.bytes) }
            return
        }
        // What nobody knows is passed over, as by others who answer these requests.
        let field = (fields[piece.name] ?? []) + piece.bytes
        guard field.count <= Self.longestField else {
            throw HTTPError(
                413, "too_large", "a field has at most \(Self.longestField) bytes",
                field: String(piece.name.prefix(100)))
        }
        fields[piece.name] = field
    }

    private func begin(_ piece: FormPiece) throws {
        guard recording == nil else {
            throw HTTPError(
                422, "invalid_field", "one recording at a time", field: piece.name)
        }
        recording = piece.name
        try actions.begins(piece.name, try texts())
    }

    private func texts() throws(HTTPError) -> [String: String] {
        var texts: [String: String] = [:]
        for (name, bytes) in fields {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw HTTPError(
                    422, "invalid_field", "the field is no UTF-8", field: String(name.prefix(100)))
            }
            texts[name] = text
        }
        return texts
    }
}

extension HTTPError {
    /// The same, said of a part of the request, unless it is of one already or of none.
    public func about(_ field: String?) -> HTTPError {
        guard let field, self.field == nil, [413, 415, 422].contains(status) else { return self }
        return HTTPError(status, code, message, field: field, headers: headers)
    }
}
