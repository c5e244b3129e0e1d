import Linux
import Voice
import Web

/// One connection's conversation, as the script wants it.
final class WyomingTalk {
    private let link: WyomingLink
    private let number: Int
    private let stage: Stage
    private var hearing: Hearing?

    /// A question that is being spoken.
    private struct Hearing {
        let order: Order
        var format: Wyoming.Format?
        /// When the line to the server is free for the next byte.
        var lineIsFree = Moment(nanoseconds: 0)
    }

    /// One thing that is asked, and its row in the journal.
    private struct Order {
        let endpoint: Endpoint
        let row: Int
        let script: Script
        let fault: Fault?
    }

    init(over link: WyomingLink, number: Int, _ stage: Stage) {
        self.link = link
        self.number = number
        self.stage = stage
    }

    /// Until one of both hangs up.
    func run() {
        do {
            let profile = stage.next(at: nil).script.profile
            try link.sleep(until: link.accepted + profile.connection)
            while let message = try link.read() { try answer(message) }
        } catch let error as VendorError {
            // What follows would make no sense either.
            try? link.send(WyomingMessage.bytes(of: error))
        } catch {}
    }

    private func answer(_ message: WyomingMessage) throws {
        let data = message.data
        switch message.type {
        case "describe":
            try data.allow(only: [])
            let streams = stage.next(at: nil).script.wyomingStreams
            try link.send(WyomingMessage.bytes("info", Wyoming.info(streams: streams)))
        case "ping":
            try data.allow(only: ["text"])
            let text = try data.string("text").map { "{\"text\":\($0.quoted)}" } ?? ""
            try link.send(WyomingMessage.bytes("pong", text))
        case "transcribe":
            let order = order(.wyomingTranscription, message)
            let model = try Wyoming.transcribe(data)
            stage.journal.change(order.row) { $0.model = model }
            hearing = Hearing(order: order)
        case "audio-start":
            try expectSpeech(message.type, hasBegun: false)
            hearing?.format = try Wyoming.Format(data)
        case "audio-chunk":
            try expectSpeech(message.type, hasBegun: true)
            try hear(message)
        case "audio-stop":
            try expectSpeech(message.type, hasBegun: true)
            try data.allow(only: ["timestamp"])
            _ = try data.integer("timestamp", in: 0...Int(Int32.max))
            try transcribe()
        case "synthesize":
            let order = order(.wyomingSpeech, message)
            let wanted = try Wyoming.synthesize(data)
            note(wanted.text, wanted.voice, of: order)
            let moment = Moment.now + order.script.profile.speech
            let pieces = WyomingReply(fault: order.fault, moment: moment).speech(wanted.text)
            try send(Reply(type: WyomingReply.mediaType, pieces), order)
        case "synthesize-start": try takeDictation(message)
        case "synthesize-chunk", "synthesize-stop":
            throw VendorError(400, "\(message.type) without synthesize-start", code: "order")
        default: break  // as the protocol wants it
        }
    }

    // MARK: - Hearing

    private func expectSpeech(_ type: String, hasBegun: Bool) throws(VendorError) {
        guard let hearing else {
            throw VendorError(400, "\(type) without transcribe", code: "order")
        }
        guard (hearing.format != nil) == hasBegun else {
            throw VendorError(400, "\(type) out of order", code: "order")
        }
    }

    private func hear(_ message: WyomingMessage) throws {
        let format = try Wyoming.Format(message.data)
        guard format == hearing?.format else {
            throw VendorError.wrong("audio-chunk", "the format of audio-start")
        }
        guard message.payload.count.isMultiple(of: format.frame) else {
            throw VendorError.wrong("payload_length", "whole frames")
        }
        if let uplink = hearing?.order.script.profile.uplink, let free = hearing?.lineIsFree {
            let bits = Int64(message.bytes * 8)
            let time = Duration.nanoseconds(bits * 1_000_000_000 / Int64(uplink))
            hearing?.lineIsFree = max(free, .now) + time
            try link.sleep(until: max(free, .now) + time)
        }
        guard let row = hearing?.order.row else { return }
        note(message.payload.count, of: row)
    }

    private func transcribe() throws {
        guard let order = hearing?.order else { return }
        hearing = nil
        if order.fault == .errorEvent {
            return try link.send(WyomingMessage.bytes(of: Self.failure))
        }
        let occasion = Occasion(
            number: order.row, script: order.script, fault: order.fault, lastByte: .now,
            stage: stage, note: { _, _ in })
        let reply = WyomingReply(
            fault: order.fault, moment: .now + order.script.profile.transcription)
        let text = occasion.altered(order.script.transcript)
        try send(reply.transcript(text, streams: order.script.wyomingStreams), order)
    }

    // MARK: - Speaking

    /// What is written piece by piece until `synthesize-stop`.
    private func takeDictation(_ start: WyomingMessage) throws {
        let order = order(.wyomingSpeech, start)
        guard order.script.wyomingStreams else {
            throw VendorError(400, "synthesize-start is not supported", code: "streaming")
        }
        let voice = try Wyoming.synthesize(start.data, hasText: false).voice
        let dictation = Dictation(fault: order.fault, latency: order.script.profile.speech)
        var (text, isOver) = ("", false)
        var failure: (any Error)?
        let pieces = AnyIterator<Reply.Piece> { [link, stage] in
            while true {
                if let piece = dictation.next() { return piece }
                guard !isOver else { return nil }
                do {
                    guard let message = try link.read() else { throw Connection.Gone() }
                    switch message.type {
                    case "synthesize-chunk":
                        try message.data.allow(only: ["text"])
                        let more = try message.data.needed("text", message.data.string("text"))
                        text += more
                        dictation.add(more)
                        self.note(more.utf8.count, of: order.row)
                    case "synthesize-stop":
                        try message.data.allow(only: [])
                        isOver = true
                        dictation.finish()
                        stage.journal.change(order.row) { [text] record in
                            record.model = voice
                            record.text = text
                        }
                    // For servers that cannot do it piece by piece.
                    case "synthesize": _ = try Wyoming.synthesize(message.data)
                    default: break
                    }
                } catch {
                    failure = error
                    isOver = true
                }
            }
        }
        try send(Reply(type: WyomingReply.mediaType, pieces), order)
        if let failure { throw failure }
    }

    /// Makes sound of the sentences that are complete.
    private final class Dictation {
        private let fault: Fault?
        private let latency: Duration
        private var sentences = WyomingSentences()
        private var waiting: [AnyIterator<Reply.Piece>] = []
        private var firstMoment: Moment?

        init(fault: Fault?, latency: Duration) {
            self.fault = fault
            self.latency = latency
        }

        func add(_ text: String) { sentences.add(text).forEach(say) }

        func finish() {
            let rest = sentences.finish()
            if !rest.isEmpty { say(rest) }
            let stopped = Reply.Piece(
                moment: firstMoment ?? .now, bytes: WyomingMessage.bytes("synthesize-stopped"))
            waiting.append(AnyIterator([stopped].makeIterator()))
        }

        private func say(_ sentence: String) {
            let moment = firstMoment ?? .now + latency
            firstMoment = moment
            waiting.append(WyomingReply(fault: fault, moment: moment).speech(sentence))
        }

        func next() -> Reply.Piece? {
            while let first = waiting.first {
                if let piece = first.next() { return piece }
                waiting.removeFirst()
            }
            return nil
        }
    }

    // MARK: - Answering

    private static let failure = VendorError(
        500, "the model broke down in the middle", code: "RuntimeError")

    private func order(_ endpoint: Endpoint, _ message: WyomingMessage) -> Order {
        let (script, fault) = stage.next(at: endpoint)
        let (number, accepted) = (number, link.accepted)
        let row = stage.journal.add { row in
            RequestRecord(
                number: row, method: "TCP", path: endpoint.path, connection: number,
                fault: fault?.rawValue, acceptedNanoseconds: accepted.nanoseconds,
                beganNanoseconds: Moment.now.nanoseconds)
        }
        return Order(endpoint: endpoint, row: row, script: script, fault: fault)
    }

    private func note(_ text: String, _ voice: String?, of order: Order) {
        note(text.utf8.count, of: order.row)
        stage.journal.change(order.row) { record in
            record.model = voice
            record.text = text
        }
    }

    /// Sound or text that came.
    private func note(_ bytes: Int, of row: Int) {
        let now = Moment.now.nanoseconds
        stage.journal.change(row) { record in
            record.firstBodyByteNanoseconds = record.firstBodyByteNanoseconds ?? now
            record.lastBodyByteNanoseconds = now
            record.bodyBytes += bytes
        }
    }

    private func send(_ reply: Reply, _ order: Order) throws {
        if order.fault == .silence { try link.sleepForever() }
        // What a vendor refuses by a status, a Wyoming server calls an error.
        if let refusal = order.fault.flatMap(OpenAI().refusal) { throw refusal }
        var reply = reply
        if let fault = order.fault, fault != .oddByte {
            let error = Reply.Piece(moment: .now, bytes: WyomingMessage.bytes(of: Self.failure))
            reply = reply.suffering(fault, error: error, on: link)
        }
        while true {
            try reply.breaksOff()
            guard let piece = reply.pieces.next() else { break }
            try link.sleep(until: piece.moment)
            let now = Moment.now.nanoseconds
            stage.journal.change(order.row) { record in
                record.firstAnswerNanoseconds = record.firstAnswerNanoseconds ?? now
                record.lastAnswerNanoseconds = now
                record.answerBytes += piece.bytes.count
            }
            try link.send(piece.bytes)
        }
        stage.journal.change(order.row) { $0.isComplete = true }
    }
}
