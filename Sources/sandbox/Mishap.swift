import Codec
import Voice
import Web

/// What a fault makes of an answer that would have been good.
extension Reply {
    /// How much of a body comes before something happens to it.
    private static let beginning = 3

    /// Stands in a text where its bytes are to be no UTF-8: a private-use character, which becomes
    /// as many bytes.
    static let brokenText = "\u{E000}"

    /// - Parameters:
    ///   - error: what the vendor sends when it fails in the middle of a stream of events.
    ///   - connection: the one that the fault may hurt.
    func suffering(_ fault: Fault, error: Piece?, on connection: any Breakable) -> Reply {
        switch fault {
        case .stall:
            return cut(after: 0) { try connection.sleepForever() }
        case .stallMidway:
            return halved.cut(after: Self.beginning) { try connection.sleepForever() }
        case .truncation:
            return halved.cut(after: Self.beginning) {}
        case .reset:
            return halved.cut(after: Self.beginning) { connection.reset() }
        case .trickle:
            return mapped { piece in
                piece.bytes.map { Piece(moment: piece.moment, bytes: [$0]) }
            }
        case .garbage:
            var generator = SplitMix(state: 1)
            let bytes = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var reply = self
            let moment = pieces.next()?.moment ?? .now
            reply.pieces = AnyIterator([Piece(moment: moment, bytes: bytes)].makeIterator())
            return reply
        case .oddByte:
            var isOver = false
            var reply = self
            reply.isStream = true
            reply.pieces = AnyIterator { [pieces] in
                if let piece = pieces.next() { return piece }
                defer { isOver = true }
                return isOver ? nil : Piece(moment: .now, bytes: [0])
            }
            return reply
        case .invalidUTF8:
            let mark = Array(Self.brokenText.utf8)
            return mapped { [Piece(moment: $0.moment, bytes: Self.breaking(mark, in: $0.bytes))] }
        case .errorEvent:
            guard isEvents, let error else { return self }
            var left = Self.beginning
            var reply = self
            reply.pieces = AnyIterator { [pieces] in
                left -= 1
                return left >= 0 ? pieces.next() : left == -1 ? error : nil
            }
            return reply
        case .badRequest, .unauthorized, .forbidden, .notFound, .timeout, .conflict, .tooLarge,
            .unprocessable, .rateLimited, .quotaUsedUp, .serverError, .overloaded, .silence,
            .redirect, .wav, .mp3, .endless, .megabyte:
            return self
        }
    }

    private var isEvents: Bool {
        type.hasPrefix("text/event-stream") || type == WyomingReply.mediaType
    }

    /// The first `count` pieces; then `end` is run, and the connection broken off.
    private func cut(after count: Int, _ end: @escaping () throws -> Void) -> Reply {
        var left = count
        var reply = self
        reply.isStream = true
        reply.breaksOff = {
            left -= 1
            guard left < 0 else { return }
            try end()
            throw Connection.Gone()
        }
        return reply
    }

    /// One piece as two, so that there is a beginning to be cut after.
    private var halved: Reply {
        guard !isStream, let piece = pieces.next() else { return self }
        let parts = 2 * Self.beginning
        let size = max(1, piece.bytes.count / parts)
        let cuts = stride(from: 0, to: piece.bytes.count, by: size).map {
            Piece(
                moment: piece.moment,
                bytes: Array(piece.bytes[$0..<min($0 + size, piece.bytes.count)]))
        }
        var reply = self
        reply.isStream = true
        reply.pieces = AnyIterator(cuts.makeIterator())
        return reply
    }

    private func mapped(_ change: @escaping (Piece) -> [Piece]) -> Reply {
        var waiting: [Piece] = []
        var reply = self
        reply.isStream = true
        reply.pieces = AnyIterator { [pieces] in
            while waiting.isEmpty {
                guard let piece = pieces.next() else { return nil }
                waiting = change(piece).reversed()
            }
            return waiting.popLast()
        }
        return reply
    }

    private static func breaking(_ mark: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var index = 0
        while index + mark.count <= bytes.count {
            if Array(bytes[index..<index + mark.count]) == mark {
                // A first byte without its second; one that never is; a second without a first.
                bytes.replaceSubrange(index..<index + mark.count, with: [0xC3, 0xFF, 0x80])
            }
            index += 1
        }
        return bytes
    }
}

/// A connection that a fault may hurt.
protocol Breakable {
    /// Until the client hangs up or the server is stopped.
    func sleepForever() throws

    /// Ends it, or has it end, by a reset.
    func reset()
}

extension Connection: Breakable {
    func sleepForever() throws {
        try sleep(until: .now + .seconds(86_400 * 365))
    }
}
