import Linux
import Voice
import Web
import WebSockets

/// One of those who are stood in for: how it lets somebody in, and in what words it refuses.
protocol Vendor: Sendable {
    /// - Parameter key: the one that must be given; nil: any, empty: none.
    /// - Throws: unless the request has it, where this vendor looks for it.
    func admit(_ request: Request, key: String?) throws(VendorError)

    /// Who takes the body of a request for `endpoint`, and answers.
    ///
    /// - Throws: if the request's header says that nothing good will come.
    func desk(for request: Request, at endpoint: Endpoint) throws -> any Desk

    /// A fault that is a refusal, in the vendor's own words; nil for one that is none.
    func refusal(for fault: Fault) -> VendorError?

    func response(to error: VendorError) -> Response

    /// What it calls a failure that comes in the middle of a stream of events.
    func event(of error: VendorError, at moment: Moment) -> Reply.Piece

    /// What it writes beside an answer that took so long.
    func headers(number: Int, milliseconds: Int) -> [Header]
}

/// Takes one request's body and answers it, as strictly as the vendor would.
protocol Desk: AnyObject {
    func receive(_ bytes: UnsafeRawBufferPointer) throws

    /// The body is complete.
    func reply(to occasion: Occasion) throws -> Reply
}

/// Talks over a WebSocket instead of answering once.
protocol TalkingDesk: Desk {
    /// - Throws: if the request says that nothing good will come: the handshake is refused.
    func talk(
        _ occasion: Occasion, _ record: TalkRecord
    ) throws -> @Sendable (WebSocket) async -> Void
}

extension TalkingDesk {
    func receive(_ bytes: UnsafeRawBufferPointer) throws {}

    func reply(to occasion: Occasion) throws -> Reply {
        preconditionFailure("whoever talks does not answer")
    }
}

/// Writes down what went over a WebSocket.
struct TalkRecord: Sendable {
    let number: Int
    let journal: Journal
    /// Ends the connection with a reset.
    let reset: @Sendable () -> Void

    func change(_ change: (inout RequestRecord) -> Void) { journal.change(number, change) }
}

/// A request as the script and the clock see it.
struct Occasion {
    /// Counted, for the names of answers.
    let number: Int
    let script: Script
    let fault: Fault?
    /// When the body was complete.
    let lastByte: Moment
    /// What the requests share.
    let stage: Stage
    /// Writes down which model was asked for, and what it was to speak or was told last.
    let note: (_ model: String, _ text: String?) -> Void

    var profile: Profile { script.profile }

    /// A text as the fault wants it.
    func altered(_ text: String) -> String {
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
}

/// Takes a whole body, which is text.
final class TextDesk: Desk {
    private var body: [UInt8] = []
    private let answer: ([UInt8], Occasion) throws -> Reply

    private static let longest = 1 << 20

    init(_ answer: @escaping ([UInt8], Occasion) throws -> Reply) { self.answer = answer }

    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        guard body.count + bytes.count <= Self.longest else {
            throw HTTPError(413, "too_large", "\(body.count + bytes.count) bytes are too many")
        }
        body += bytes
    }

    func reply(to occasion: Occasion) throws -> Reply { try answer(body, occasion) }
}
