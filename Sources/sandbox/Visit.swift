import Linux
import Voice
import Web

/// One request and its answer, as the script wants them.
final class Visit: BodyReceiver {
    private let request: Request
    /// nil for a request that only warms the connection up.
    private let endpoint: Endpoint?
    private let script: Script
    private let fault: Fault?
    private let journal: Journal
    private let number: Int

    private var body: [UInt8] = []
    private let transcription = TranscriptionRequest()
    private var form: FormReader?
    private var refusal: VendorError?
    /// When the line to the server is free for the next byte.
    private var lineIsFree = Moment(nanoseconds: 0)
    private var lastByte: Moment

    private static let longestJSON = 1 << 20

    init(_ request: Request, at endpoint: Endpoint?, _ stage: Stage) {
        self.request = request
        self.endpoint = endpoint
        (script, fault) = stage.next(at: endpoint)
        journal = stage.journal
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
        do {
            try begin()
        } catch {
            refusal = error
        }
    }

    private func begin() throws(VendorError) {
        guard let endpoint else { return }
        if script.key != "" {
            guard let given = request["Authorization"] else {
                throw VendorError(
                    401,
                    "You didn't provide an API key. You need to provide your API key in an "
                        + "Authorization header using Bearer auth.")
            }
            guard given.hasPrefix("Bearer "), given.count > 7,
                script.key.map({ "Bearer \($0)" == given }) ?? true
            else { throw .wrongKey }
        }
        switch endpoint {
        case .transcriptions:
            do {
                form = try FormReader(of: request, atMost: VendorError.longestBody + 65_536) {
                    [transcription] in try transcription.take($0)
                }
            } catch {
                throw Self.vendor(error)
            }
        case .chat, .speech:
            guard request.contentType == "application/json" else {
                throw VendorError(
                    415,
                    "Unsupported content type: '\(request["Content-Type"] ?? "")'. This API "
                        + "method only accepts 'application/json' requests.",
                    code: "unsupported_content_type")
            }
        case .models: break
        }
    }

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
            if let form {
                try form.receive(bytes)
            } else if body.count + bytes.count <= Self.longestJSON {
                body += bytes
            } else {
                throw VendorError.tooLarge(body.count + bytes.count)
            }
        } catch {
            refusal = Self.vendor(error)
        }
    }

    func finish() throws -> Response {
        guard let endpoint else { return told(Response(headers: headers)) }
        if fault == .silence { try request.connection.sleepForever() }
        if fault == .redirect { return told(redirected(endpoint)) }
        let reply: Reply
        do {
            if let refusal { throw refusal }
            if let refusal = fault?.refusal { throw refusal }
            reply = try self.reply(of: endpoint)
        } catch {
            return told(Self.vendor(error).response)
        }
        return told(try sent(fault.map { reply.suffering($0, on: request.connection) } ?? reply))
    }

    private func redirected(_ endpoint: Endpoint) -> Response {
        Response(307, headers: [Header("Location", "\(endpoint.path)?moved=1")])
    }

    private func reply(of endpoint: Endpoint) throws -> Reply {
        let profile = script.profile
        switch endpoint {
        case .models:
            return Reply(
                whole: Array(Model.listing.utf8), type: "application/json", at: lastByte)
        case .transcriptions:
            try form?.finish()
            let wanted = try transcription.checked()
            note(wanted.model, nil)
            let reply = TranscriptionReply(
                request: wanted, text: altered(script.transcript),
                moment: lastByte + profile.transcription)
            return fault == .endless ? reply.endless() : reply.reply()
        case .chat:
            let wanted = try ChatRequest(body)
            note(wanted.model, wanted.question)
            let reply = ChatReply(
                request: wanted, number: number, profile: profile, start: lastByte)
            if let call = script.toolCall, wanted.lastRole == "user", !wanted.toolsAreForbidden,
                wanted.tools.contains(call.name),
                call.trigger.map({ wanted.question.lowercased().contains($0.lowercased()) }) ?? true
            {
                return reply.calling(call.name, arguments: call.arguments)
            }
            let text = script.reply ?? "You said: \(wanted.question) That is all I can tell you."
            return reply.saying(altered(text), isEndless: fault == .endless)
        case .speech:
            let wanted = try SpeechRequest(body)
            note(wanted.model, wanted.input)
            let reply = SpeechReply(request: wanted, moment: lastByte + profile.speech)
            let kind = fault == .wav || fault == .mp3 ? fault!.rawValue : wanted.format
            return reply.spoken(as: kind, isEndless: fault == .endless)
        }
    }

    /// A text as the fault wants it.
    private func altered(_ text: String) -> String {
        switch fault {
        case .megabyte:
            let part = "and so it goes on and on "
            return String(repeating: part, count: (1 << 20) / part.utf8.count + 1)
        case .invalidUTF8:
            let middle = text.index(text.startIndex, offsetBy: text.count / 2)
            return "\(text[..<middle])\(Reply.brokenText)\(text[middle...])"
        default: return text
        }
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

    private func note(_ model: String, _ text: String?) {
        journal.change(number) { record in
            record.model = model
            record.text = text
        }
    }

    private var headers: [Header] {
        let milliseconds = Int((Moment.now - lastByte).inMilliseconds)
        return [
            Header("x-request-id", "req_sandbox\(number)"),
            Header("openai-processing-ms", "\(milliseconds)"),
            Header("openai-version", "2020-10-01"),
            Header("x-ratelimit-limit-requests", "10000"),
            Header("x-ratelimit-remaining-requests", "9999"),
            Header("x-ratelimit-reset-requests", "6ms"),
        ]
    }

    /// The server's own complaints, in OpenAI's words.
    private static func vendor(_ error: any Error) -> VendorError {
        if let error = error as? VendorError { return error }
        guard let error = error as? HTTPError else {
            return VendorError(500, "\(error)", "server_error")
        }
        if error.status == 413 { return .tooLarge(VendorError.longestBody + 1) }
        return VendorError(error.status, error.message)
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
