import CMicroHTTPD
import Linux
import Voice

/// One request and its answer, as libmicrohttpd calls for them on the connection's thread.
final class Exchange {
    private let target: String
    private let connection: Connection
    private let log: Log
    private let began = Moment.now
    private var receiver: (any BodyReceiver)?
    private var failure: (any Error)?
    private var hasBegun = false
    private var forgotten = 0

    /// How much of a body is read only to be forgotten, so that its sender gets to read why, and
    /// keeps the connection.
    private static let forgivable = 65_536
    /// The same once it has begun, which cannot be answered before its end. How long that may take
    /// is bounded elsewhere.
    private static let mostForgotten = 32 << 20

    init(target: String, connection: Connection, log: Log) {
        self.target = target
        self.connection = connection
        self.log = log
        connection.requestBegan()
    }

    /// The header is there.
    ///
    /// - Returns: the answer, if nothing more is wanted of the request.
    func begin(
        method: String, version: String, headers: [Header], handler: Handler
    ) -> Response? {
        hasBegun = true
        let request: Request
        do {
            request = try Request(
                method: method, target: target, version: version, headers: headers,
                connection: connection, began: began)
        } catch {
            // Where this request ends and the next begins nobody can tell.
            var response = error.response
            response.headers.append(Header("Connection", "close"))
            return response
        }
        do {
            receiver = try handler(request)
        } catch {
            failure = error
            if error is Connection.Gone { return nil }
            guard let length = request.contentLength, length <= Self.forgivable else {
                return answer(to: error)
            }
        }
        return nil
    }

    var isNew: Bool { !hasBegun }

    /// - Returns: false if the connection is to be ended.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let left = connection.bodyCame()
        defer { connection.wantsMore(left, earned: bytes.count) }
        if failure == nil {
            do {
                try receiver?.receive(bytes)
                return true
            } catch is Connection.Gone {
                return false
            } catch {
                failure = error
            }
        }
        forgotten += bytes.count
        return forgotten <= Self.mostForgotten
    }

    /// What went wrong in here is for the log; the client learns only that it did.
    private func answer(to error: any Error) -> Response {
        if let error = error as? HTTPError { return error.response }
        log.error("cannot answer a request for \(target.prefix { $0 != "?" }): \(error)")
        return HTTPError.internalError.response
    }

    /// The body is complete.
    ///
    /// - Returns: the answer, or nil if there is nobody to take it.
    func finish() -> Response? {
        connection.answerBegan()
        if failure is Connection.Gone { return nil }
        if let failure { return answer(to: failure) }
        do {
            return try receiver?.finish()
        } catch is Connection.Gone {
            return nil
        } catch {
            return answer(to: error)
        }
    }
}

/// Gives libmicrohttpd the body of a response in pieces of the size that it asks for.
final class BodyReader {
    private let connection: Connection
    private var next: (() throws -> [UInt8]?)?
    private var piece: ArraySlice<UInt8> = []

    init(_ connection: Connection, next: @escaping () throws -> [UInt8]?) {
        self.connection = connection
        self.next = next
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        connection.answerBegan()
        defer { connection.waitsForClient() }
        do {
            // None would make libmicrohttpd ask again and again.
            while piece.isEmpty {
                guard let more = try next?() else {
                    next = nil
                    return cmhd_end_of_body
                }
                piece = more[...]
            }
        } catch {
            let isOver = error is Connection.Gone && connection.endsWithServer
            return isOver ? cmhd_end_of_body : cmhd_body_failed
        }
        let count = min(piece.count, buffer.count)
        buffer.copyBytes(from: piece.prefix(count))
        piece = piece.dropFirst(count)
        return count
    }
}
