import CMicroHTTPD

/// A piece of a form (`multipart/form-data`) as it arrives: one part comes in one or more pieces.
public struct FormPiece {
    public let name: String
    public let fileName: String?
    public let contentType: String?
    /// Where in its part the piece stands; 0 begins a part.
    public let offset: Int
    public let bytes: [UInt8]

    fileprivate func isOfSamePart(as other: FormPiece) -> Bool {
        (name, fileName, contentType) == (other.name, other.fileName, other.contentType)
    }
}

/// Takes a form apart while it arrives, by libmicrohttpd's post-processor.
public final class FormReader {
    private let processor: Processor
    private let limit: Int
    private var count = 0

    /// - Parameters:
    ///   - limit: of the whole body in bytes; a longer one is refused with 413.
    ///   - piece: is called for each piece in order; what it throws is thrown by `receive`.
    /// - Throws: 415 if the request's body is no such form, 413 if it is too long.
    public init(
        of request: Request, atMost limit: Int, piece: @escaping (FormPiece) throws -> Void
    ) throws(HTTPError) {
        guard request.contentType == "multipart/form-data" else {
            throw HTTPError(
                415, "unsupported_media_type", "the body must be multipart/form-data")
        }
        if let length = request.contentLength, length > limit { throw .tooLarge(limit) }
        guard let processor = Processor(request, piece: piece) else {
            throw .badRequest("the Content-Type of the form names no boundary")
        }
        self.processor = processor
        self.limit = limit
    }

    public func receive(_ bytes: UnsafeRawBufferPointer) throws {
        count += bytes.count
        guard count <= limit else { throw HTTPError.tooLarge(limit) }
        try processor.process(bytes)
    }

    /// To be called when the body is complete.
    ///
    /// - Throws: if the form is not.
    public func finish() throws { try processor.finish() }
}

/// Answers when a form is complete.
public final class FormReceiver: BodyReceiver {
    private let form: FormReader
    private let answer: () throws -> Response

    /// - Parameters: as those of `FormReader`.
    public init(
        of request: Request, atMost limit: Int, piece: @escaping (FormPiece) throws -> Void,
        answer: @escaping () throws -> Response
    ) throws(HTTPError) {
        form = try FormReader(of: request, atMost: limit, piece: piece)
        self.answer = answer
    }

    public func receive(_ bytes: UnsafeRawBufferPointer) throws { try form.receive(bytes) }

    public func finish() throws -> Response {
        try form.finish()
        return try answer()
    }
}

/// Owns libmicrohttpd's post-processor.
private final class Processor {
    private let pointer: OpaquePointer
    private let sink: Sink

    /// What the callback reaches.
    final class Sink {
        private let piece: (FormPiece) throws -> Void
        private(set) var failure: (any Error)?
        private(set) var isEmpty = true
        private var parts = 0
        /// The library may begin a part with an empty piece, and begin it again when its bytes are
        /// there; a part without bytes is an empty piece, too.
        private var held: FormPiece?

        init(_ piece: @escaping (FormPiece) throws -> Void) { self.piece = piece }

        func take(_ next: FormPiece) {
            isEmpty = false
            if let held, !(next.offset == 0 && held.isOfSamePart(as: next)) { give(held) }
            held = nil
            if next.bytes.isEmpty {
                if next.offset == 0 { held = next }
            } else {
                give(next)
            }
        }

        func finish() {
            if let held { give(held) }
            held = nil
        }

        /// No form of ours has more; each may cost its reader something.
        private static let mostParts = 100

        private func give(_ piece: FormPiece) {
            guard failure == nil else { return }
            do {
                if piece.offset == 0 { try count(piece) }
                try self.piece(piece)
            } catch {
                failure = error
            }
        }

        private func count(_ piece: FormPiece) throws(HTTPError) {
            parts += 1
            guard parts <= Self.mostParts else {
                throw HTTPError(
                    413, "too_large", "the form has more than \(Self.mostParts) parts")
            }
            guard !piece.name.isEmpty else {
                throw .badRequest("a part of the form has no name")
            }
            // They may end up in a header or in a list of ours.
            for text in [piece.name, piece.fileName, piece.contentType] {
                guard let text else { continue }
                guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                    throw .badRequest("a name in the form has control characters")
                }
            }
        }
    }

    /// Fails for a content type without a boundary.
    init?(_ request: Request, piece: @escaping (FormPiece) throws -> Void) {
        sink = Sink(piece)
        let pointer = MHD_create_post_processor(
            request.connection.library.pointer, 16_384, takePiece,
            Unmanaged.passUnretained(sink).toOpaque())
        guard let pointer else { return nil }
        self.pointer = pointer
    }

    private var isFinished = false

    deinit { if !isFinished { MHD_destroy_post_processor(pointer) } }

    func process(_ bytes: UnsafeRawBufferPointer) throws {
        let result = MHD_post_process(
            pointer, bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count)
        if let failure = sink.failure { throw failure }
        guard cmhd_succeeded(result) != 0 else {
            throw HTTPError.badRequest("the form cannot be taken apart")
        }
    }

    /// - Throws: if the form does not end with its boundary.
    func finish() throws {
        isFinished = true
        let result = MHD_destroy_post_processor(pointer)
        sink.finish()
        if let failure = sink.failure { throw failure }
        guard cmhd_succeeded(result) != 0 else {
            throw HTTPError.badRequest("the form ends in the middle")
        }
        // What has another boundary is one long preamble to the library.
        guard !sink.isEmpty else { throw HTTPError.badRequest("the form has no parts") }
    }
}

private func takePiece(
    context: UnsafeMutableRawPointer?, kind: MHD_ValueKind, name: UnsafePointer<CChar>?,
    fileName: UnsafePointer<CChar>?, contentType: UnsafePointer<CChar>?,
    encoding: UnsafePointer<CChar>?, data: UnsafePointer<CChar>?, offset: UInt64, size: Int
) -> MHD_Result {
    let sink = Unmanaged<Processor.Sink>.fromOpaque(context!).takeUnretainedValue()
    guard sink.failure == nil else { return cmhd_no() }
    let piece = FormPiece(
        name: name.map { String(cString: $0) } ?? "",
        fileName: fileName.map { String(cString: $0) },
        contentType: contentType.map { String(cString: $0) }, offset: Int(offset),
        bytes: Array(UnsafeRawBufferPointer(start: data, count: size)))
    sink.take(piece)
    return sink.failure == nil ? cmhd_yes() : cmhd_no()
}
