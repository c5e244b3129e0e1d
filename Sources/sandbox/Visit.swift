import Linux
import Voice
import Web

/// One request and its answer, as the script wants them.
final class Visit: BodyReceiver {
    private let request: Request
    /// nil for a request that only warms the connection up.
    private let vendor: (any Vendor)?
    private let endpoint: Endpoint?
    private let script: Script
    private let fault: Fault?
    private let journal: Journal
    private let stage: Stage
    private let number: Int

    private var desk: (any Desk)?
    private var refusal: (any Error)?
    /// When the line to the server is free for the next byte.
    private var lineIsFree = Moment(nanoseconds: 0)
    private var lastByte: Moment

    init(_ request: Request, at endpoint: Endpoint?, _ stage: Stage) {
        self.request = request
        self.endpoint = endpoint
        vendor = endpoint?.vendor(of: request)
        (script, fault) = stage.next(at: endpoint)
        journal = stage.journal
        self.stage = stage
        let (connection, began, fault) = (request.connection, request.began, fault)
        number = journal.add { number in
            RequestRecord(
                number: number, method: request.method, path: request.path,
                connection: connection.number, fault: fault?.rawValue,
                acceptedNanoseconds: connection.accepted.nanoseconds,
                beganNanoseconds: began.nanoseconds)
        }
        lastByte = began
        // What of a handshake a plain connection does not have. If nobody is there any more, the
        // next thing that is tried will tell.
        try? connection.sleep(until: connection.accepted + script.profile.connection)
        guard let endpoint, let vendor else { return }
        do {
            try vendor.admit(request, key: script.key)
            desk = try vendor.desk(for: request, at: endpoint)
        } catch {
            refusal = error
        }
    }

    // The server lets go of it at the end of the answer or of the connection.
    deinit { journal.change(number) { $0.endedNanoseconds = Moment.now.nanoseconds } }

    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        let now = Moment.now
        if let uplink = script.profile.uplink {
            let time = Duration.nanoseconds(Int64(bytes.count * 8) * 1_000_000_000 / Int64(uplink))
            lineIsFree = max(lineIsFree, now) + time
            try request.connection.sleep(until: lineIsFree)
        }
        lastByte = .now
        journal.change(number) { [lastByte] record in
            record.firstBodyByteNanoseconds = record.firstBodyByteNanoseconds ?? now.nanoseconds
            record.lastBodyByteNanoseconds = lastByte.nanoseconds
            record.bodyBytes += bytes.count
        }
        guard refusal == nil else { return }
        do {
            try desk?.receive(bytes)
        } catch {
            refusal = error
        }
    }

    func finish() throws -> Response {
        guard let vendor else { return told(Response()) }
        if fault == .silence { try request.connection.sleepForever() }
        if fault == .redirect {
            return told(Response(307, headers: [Header("Location", "\(request.path)?moved=1")]))
        }
        let reply: Reply
        do {
            if let refusal { throw refusal }
            if let refusal = fault.flatMap(vendor.refusal) { throw refusal }
            if let desk = desk as? any TalkingDesk { return told(try talk(desk)) }
            reply = try desk!.reply(to: occasion)  // there is one, or a refusal
        } catch let gone as Connection.Gone {
            throw gone
        } catch {
            return told(vendor.response(to: Self.refusal(error)))
        }
        let error = vendor.refusal(for: .serverError).map { vendor.event(of: $0, at: .now) }
        return told(
            try sent(
                fault.map { reply.suffering($0, error: error, on: request.connection) } ?? reply))
    }

    private var occasion: Occasion {
        Occasion(
            number: number, script: script, fault: fault, lastByte: lastByte, stage: stage
        ) { [journal, number] model, text in
            journal.change(number) { record in
                record.model = model
                record.text = text
            }
        }
    }

    private func talk(_ desk: any TalkingDesk) throws -> Response {
        let connection = request.connection
        let talk = try desk.talk(
            occasion,
            TalkRecord(number: number, journal: journal, reset: { connection.reset() }))
        return try Response.webSocket(for: request, talk: talk)
    }

    private func sent(_ reply: Reply) throws -> Response {
        let type = [Header("Content-Type", reply.type)] + headers
        guard let first = reply.pieces.next() else {
            try reply.breaksOff()
            return Response(headers: type)
        }
        let connection = request.connection
        if reply.isStream {
            // The header is sent with the first piece, but for what stalls: that is its point.
            if fault != .stall { try connection.sleep(until: first.moment) }
            let stream = Sending(first, reply, connection, journal, number)
            return Response(headers: type, body: .stream { try stream.next() })
        }
        try connection.sleep(until: first.moment)
        journal.change(number) { record in
            record.firstAnswerNanoseconds = Moment.now.nanoseconds
            record.lastAnswerNanoseconds = record.firstAnswerNanoseconds
            record.answerBytes = first.bytes.count
            record.isComplete = true
        }
        return Response(headers: type, body: .bytes(first.bytes))
    }

    private func told(_ response: Response) -> Response {
        journal.change(number) { $0.status = response.status }
        return response
    }

    private var headers: [Header] {
        let milliseconds = Int((Moment.now - lastByte).inMilliseconds)
        return vendor?.headers(number: number, milliseconds: milliseconds) ?? []
    }

    /// The server's own complaints are the vendor's.
    private static func refusal(_ error: any Error) -> VendorError {
        if let error = error as? VendorError { return error }
        guard let error = error as? HTTPError else {
            return VendorError(500, "\(error)", "server_error")
        }
        if error.status == 413 { return .tooLarge(VendorError.longestBody + 1) }
        return VendorError(
            error.status, error.message, headers: error.headers.map { ($0.name, $0.value) })
    }
}

/// An answer on its way, piece by piece.
private final class Sending {
    private let reply: Reply
    private let connection: Connection
    private let journal: Journal
    private let number: Int
    private var first: Reply.Piece?

    init(
        _ first: Reply.Piece, _ reply: Reply, _ connection: Connection, _ journal: Journal,
        _ number: Int
    ) {
        self.first = first
        self.reply = reply
        self.connection = connection
        self.journal = journal
        self.number = number
    }

    func next() throws -> [UInt8]? {
        try reply.breaksOff()
        let piece = first ?? reply.pieces.next()
        first = nil
        guard let piece else {
            journal.change(number) { $0.isComplete = true }
            return nil
        }
        try connection.sleep(until: piece.moment)
        let now = Moment.now.nanoseconds
        journal.change(number) { record in
            record.firstAnswerNanoseconds = record.firstAnswerNanoseconds ?? now
            record.lastAnswerNanoseconds = now
            record.answerBytes += piece.bytes.count
        }
        return piece.bytes
    }
}
