/// What takes in the body of one request while it arrives, and answers. Made when the header is
/// there, and used on the connection's own thread, where it may block: meanwhile nothing more is
/// read from the client, which holds it back.
public protocol BodyReceiver: AnyObject {
    /// The next bytes of the body, never none. After throwing, it is not called again: the rest of
    /// the body is read and forgotten, and the error answered.
    func receive(_ bytes: UnsafeRawBufferPointer) throws

    /// The body is complete.
    func finish() throws -> Response
}

/// What a server does with a request, once its header is there.
///
/// - Throws: an `HTTPError`, which is answered as it is; anything else becomes status 500.
public typealias Handler = @Sendable (Request) throws -> any BodyReceiver

/// Keeps a whole body, and answers when it is complete.
public final class WholeBody: BodyReceiver {
    private let limit: Int
    private var body: [UInt8] = []
    private let answer: ([UInt8]) throws -> Response

    /// - Parameter limit: of the body in bytes; a longer one is refused with 413.
    public init(
        of request: Request, atMost limit: Int, answer: @escaping ([UInt8]) throws -> Response
    ) throws(HTTPError) {
        if let length = request.contentLength, length > limit { throw .tooLarge(limit) }
        self.limit = limit
        self.answer = answer
    }

    public func receive(_ bytes: UnsafeRawBufferPointer) throws {
        guard body.count + bytes.count <= limit else { throw HTTPError.tooLarge(limit) }
        body += bytes
    }

    public func finish() throws -> Response { try answer(body) }
}
