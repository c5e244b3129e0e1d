import Linux
import TestSupport
import Voice
import Web

@testable import Providers

/// Answers each request with the next of the event streams that it was given, the last one again
/// and again, and keeps what it was asked.
final class ScriptedServer: Sendable {
    private let server: Server
    private let asked: LogBook

    /// - Parameter answers: the data of events.
    init(_ answers: [[String]]) throws {
        let asked = LogBook()
        var router = Router()
        router.on("POST", "/v1/messages") { _, body in
            let events = answers[min(asked.lines.count, answers.count - 1)]
            asked.log.info(String(decoding: body, as: UTF8.self))
            return Response(
                headers: [Header("Content-Type", "text/event-stream")],
                body: .bytes(Array(events.map { "data: \($0)\n\n" }.joined().utf8)))
        }
        server = try Server(address: "127.0.0.1", port: 0, handler: router.handle)
        self.asked = asked
    }

    deinit { server.stop() }

    var bodies: [String] { asked.lines }

    func service(_ clock: any MomentClock, _ log: Log) -> HTTPService {
        HTTPService.anthropic(
            baseURL: "http://127.0.0.1:\(server.port)", key: "k", client: HTTPClient(),
            clock: clock, log: log)
    }
}
